"""What XEP-0222 and XEP-0223 have in common: nodes of our own account that keep what is put there."""

from collections.abc import Awaitable, Iterable, Mapping
from copy import copy
from typing import ClassVar, Unpack

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0060 import XEP_0060, FormLike, SendOptions
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0163.pep import XEP_0163
from helixmpp.stanza import ElementBase, Iq, IqError

__all__ = ["Storing"]


class Storing(BasePlugin):
    """Stores items under options that the server has to keep to, and gets them back.

    :cvar profile: the options, by names.
    :cvar node_profiles: options of single nodes, by node, that come before those.
    """

    profile: ClassVar[Mapping[str, object]] = {}
    node_profiles: ClassVar[dict[str, Mapping[str, object]]] = {}

    def configure(
        self, node: str, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Configure a node of ours that is there already as the profile says.

        :param ifrom: the account, for components; by default our own.
        """
        return self.xmpp.plugin[XEP_0060].set_node_config(
            ifrom, node, self._profile_of(node), ifrom, **send_options
        )

    async def store(
        self,
        stanza: ElementBase,
        node: str | None = None,
        id: str | None = None,
        ifrom: OptJid = None,
        options: FormLike | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Iq:
        """Store something at our account.

        A node that is configured otherwise is configured anew first, so that nothing is written before it is as
        it has to be.

        :param stanza: what.
        :param node: where; by default at the node that its namespace names.
        :param id: the item's id; one of the same id is replaced.
        :param ifrom: the account, for components; by default our own.
        :param options: more options, as a form or by names; the profile's own come last.
        :raises XMPPError: ``feature-not-implemented``: the server would not keep to the options.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        pep = self.xmpp.plugin[XEP_0163]
        if not await pep.is_supported(ifrom=ifrom, publish_options=True):
            raise XMPPError(
                "feature-not-implemented", "the server does not check the options of what is published"
            )
        where = node or stanza.namespace
        wanted = self._options(where, options)
        try:
            return await pep.publish(copy(stanza), where, id, wanted, ifrom, **send_options)
        except IqError as error:
            if error.iq["error"]["pubsub"]["condition"] != "precondition-not-met":
                raise
        await self.xmpp.plugin[XEP_0060].set_node_config(
            ifrom, where, _values_of(wanted), ifrom, timeout=send_options.get("timeout")
        )
        return await pep.publish(copy(stanza), where, id, wanted, ifrom, **send_options)

    def retrieve(
        self,
        node: str,
        id: str | None = None,
        item_ids: Iterable[str] | None = None,
        ifrom: OptJid = None,
        *,
        jid: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Get back what was stored: ``for item in iq["pubsub"]["items"]``.

        :param id: only the item of this id.
        :param item_ids: only the items of these ids.
        :param ifrom: the account, for components; by default our own.
        :param jid: whose it is, where it is not ours.
        """
        wanted = [*(item_ids or ()), *([id] if id else ())]
        return self.xmpp.plugin[XEP_0060].get_items(jid or ifrom, node, wanted, ifrom=ifrom, **send_options)

    def _profile_of(self, node: str) -> Mapping[str, object]:
        return {**self.profile, **self.node_profiles.get(node, {})}

    def _options(self, node: str, options: FormLike | None) -> FormLike:
        profile = self._profile_of(node)
        if isinstance(options, Form):
            return options.merge(profile)
        return {**(options or {}), **profile}


def _values_of(options: FormLike) -> Mapping[str, object]:
    values = options["values"] if isinstance(options, Form) else options
    return {name: value for name, value in values.items() if name != "FORM_TYPE"}
