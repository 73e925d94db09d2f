"""The plugin ``xep_0163``; see the package's docstring."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, ClassVar, Unpack

from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0030.disco import XEP_0030
from helixmpp.plugins.xep_0060 import XEP_0060, FormLike, SendOptions
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0060.stanza import NS, EventItem, Item
from helixmpp.plugins.xep_0115 import XEP_0115
from helixmpp.stanza import ElementBase, Iq, register_stanza_plugin

__all__ = ["XEP_0163"]


class XEP_0163(BasePlugin):  # noqa: N801 - the name that programs import
    """Personal eventing: publishes at our own account, and says which events of others we want."""

    name = "xep_0163"
    description = "Personal eventing: every account is a pubsub service for its contacts"
    xep_version = "1.2.2"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0060", "xep_0115"}

    def plugin_init(self) -> None:
        """Nothing changed yet."""
        self._changed: set[str] = set()
        self._telling: asyncio.Future[Any] | None = None

    def plugin_end(self) -> None:
        """Tell nobody any more."""
        if self._telling is not None:
            self._telling.cancel()

    # -- what we want to be told ----------------------------------------------------------------------------

    def register_pep(self, name: str, stanza: type[ElementBase], *, private: bool = False) -> None:
        """Have the events of a node raised as ``NAME_publish`` and so on, and ask contacts' accounts for them.

        :param name: what the names of the events begin with.
        :param stanza: the class of what is published there; its namespace is the node.
        :param private: whether the events are believed only from our own account.
        """
        for item in (Item, EventItem):
            register_stanza_plugin(item, stanza)
        node = stanza.namespace
        pubsub = self.xmpp.plugin[XEP_0060]
        pubsub.map_node_event(node, name)
        if private:
            pubsub.add_private_node(node)
        self.xmpp.plugin[XEP_0030].add_feature(node)
        self.add_interest(node)

    def unregister_pep(self, name: str, stanza: type[ElementBase], *, private: bool = False) -> None:
        """Undo :meth:`register_pep`; the class stays known to items, which other clients of the process share."""
        node = stanza.namespace
        pubsub = self.xmpp.plugin[XEP_0060]
        pubsub.unmap_node_event(node, name)
        if private:
            pubsub.remove_private_node(node)
        self.xmpp.plugin[XEP_0030].del_feature(feature=node)
        self.remove_interest(node)

    def add_interest(self, namespace: str | Iterable[str], jid: OptJid = None) -> None:
        """Say in our presence that we want the events of a node, or of several (section 4.2).

        In the middle of a session our contacts' accounts are told at once.

        :param jid: the address of this component that wants them; by default our own.
        """
        self._interest(namespace, jid, True)

    def remove_interest(self, namespace: str | Iterable[str], jid: OptJid = None) -> None:
        """Say no more that we want the events of a node, or of several; the parameters are as there."""
        self._interest(namespace, jid, False)

    def _interest(self, namespace: str | Iterable[str], jid: OptJid, wanted: bool) -> None:
        disco = self.xmpp.plugin[XEP_0030]
        for node in [namespace] if isinstance(namespace, str) else namespace:
            feature = f"{node}+notify"
            if wanted:
                disco.add_feature(feature, jid=jid)
            else:
                disco.del_feature(jid, feature=feature)
        if self.xmpp.session_bind_event.is_set():
            # Several changes in a row are told by one presence.
            self._changed.add(str(jid or ""))
            if self._telling is None or self._telling.done():
                self._telling = self.xmpp.watch_task(self._tell(), self.name)

    async def _tell(self) -> None:
        while self._changed:
            await asyncio.sleep(0)
            changed, self._changed = self._changed, set()
            for jid in changed:
                await self.xmpp.plugin[XEP_0115].update_caps(jid or None)

    # -- what we publish -------------------------------------------------------------------------------------

    def publish(
        self,
        stanza: ElementBase,
        node: str | None = None,
        id: str | None = None,
        options: FormLike | ElementBase | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Publish something at our own account (section 3); all who are interested are told.

        :param stanza: what.
        :param node: where; by default at the node that its namespace names.
        :param id: the item's id; by default the server makes one up.
        :param options: what the node's configuration has to be, as a form or by names: see
            :meth:`XEP_0060.publish`.
        :param ifrom: the account, for components; by default our own.
        :raises FieldValueError: something of it cannot be sent.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        return self.xmpp.plugin[XEP_0060].publish(
            ifrom, node or stanza.namespace, id, stanza, options, ifrom, **send_options
        )

    async def is_supported(
        self, jid: OptJid = None, *, ifrom: OptJid = None, publish_options: bool = False
    ) -> bool:
        """Whether an account is such a service (section 6); it is asked once, and the answer kept for a while.

        The account is asked, and then its server, as XEP-0223 section 5 has it.

        :param jid: whose account; by default our own.
        :param publish_options: whether it also has to check options of what is published (XEP-0060 section
            7.1.5): without that, who may read something private is left to chance.
        """
        account = self.xmpp.plugin[XEP_0060].service_of(jid or ifrom)
        disco = self.xmpp.plugin[XEP_0030]
        for entity in (account.bare_jid, account.domain):
            if await disco.has_identity(entity, category="pubsub", itype="pep", ifrom=ifrom) and (
                not publish_options
                or await disco.supports(entity, feature=f"{NS}#publish-options", ifrom=ifrom)
            ):
                return True
        return False
