"""The plugin ``xep_0013``; see the package's docstring."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, ClassVar, Unpack

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0013.stanza import NAMESPACE, Item, Offline
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo
from helixmpp.stanza import Iq, Message

__all__ = ["XEP_0013"]

OptJid = JID | str | None


class XEP_0013(BasePlugin):  # noqa: N801 - the name that programs import
    """Offline messages: looks at those that wait for us, and takes them away."""

    name = "xep_0013"
    description = "Offline messages: those that wait for us, one by one"
    xep_version = "1.3"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    extends = ((Iq, Offline), (Message, Offline))
    #: The namespace of the protocol, and the node that is asked.
    namespace: ClassVar[str] = NAMESPACE

    max_results = Setting(10_000, "how many messages one request collects; more are only events")

    def plugin_init(self) -> None:
        """Nothing is asked for yet."""
        self._lock = asyncio.Lock()
        # The nodes that are waited for, None for all; and the messages, by node. Only while a request is on its way.
        self._wanted: frozenset[str] | None = None
        self._found: dict[str, Message] | None = None

    # -- how many and whose -------------------------------------------------------------------------------

    async def get_count(self, ifrom: OptJid = None, **options: Unpack[SendOptions]) -> Iq:
        """Ask how many messages wait (section 2.2); :meth:`count` gives the number.

        From then on the server does not send them all at the next presence.

        :param ifrom: the address to ask from.
        :param options: by name: ``timeout`` in seconds, ``callback``, ``timeout_callback``.
        :raises IqError: the server does not know this, or refuses.
        :raises IqTimeout: no answer came in time.
        """
        return _answer(
            await self.xmpp.plugin[XEP_0030].get_info(None, NAMESPACE, False, ifrom=ifrom, **options)
        )

    async def count(self, *, timeout: float | None = None) -> int:
        """Ask how many messages wait; the errors are those of :meth:`get_count`.

        :raises BadStanza: the server gave no number.
        """
        info = (await self.get_count(timeout=timeout))[DiscoInfo]
        for form in info.children_of(Form):
            field = form.field.get("number_of_messages")
            if field is not None and field.texts:
                text = field.texts[0].strip()
                if text.isascii() and text.isdigit() and len(text) < 20:
                    return int(text)
        raise BadStanza("the answer has no number of messages")

    async def get_headers(self, ifrom: OptJid = None, **options: Unpack[SendOptions]) -> Iq:
        """Ask who wrote the messages that wait (section 2.3): ``iq["disco_items"]["items"]``.

        Each is a tuple: our address, the node of the message, its sender. The parameters are those of
        :meth:`get_count`.
        """
        return _answer(
            await self.xmpp.plugin[XEP_0030].get_items(None, NAMESPACE, False, ifrom=ifrom, **options)
        )

    async def headers(self, *, timeout: float | None = None) -> dict[str, str]:
        """Ask who wrote the messages that wait: the sender by node, in the order of the nodes.

        The errors are those of :meth:`get_count`.
        """
        items = await self.xmpp.plugin[XEP_0030].items_of(None, NAMESPACE, local=False, timeout=timeout)
        # "applications MAY perform character-by-character dictionary ordering on the values" (section 2.3)
        return dict(sorted((node, name or "") for _, node, name in items.get_items() if node))

    # -- the messages -------------------------------------------------------------------------------------

    def view(
        self, nodes: str | Iterable[str], ifrom: OptJid = None, **options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Have messages sent (section 2.4): ``iq["offline"]["results"]``, in the order in which they came.

        They stay at the server, until :meth:`remove`.

        :param nodes: which ones.
        :param ifrom: the address to ask from.
        :param options: by name: ``timeout`` in seconds, ``callback``, ``timeout_callback``.
        :raises ValueError: no node is named.
        :raises IqError: (when awaited) ``item-not-found``: there is no such message.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        wanted = _several(nodes)
        request = self.xmpp.make_iq_get(ifrom=ifrom)
        _add(request[Offline], "view", wanted)
        return self._started(self._collect(request, frozenset(wanted), options))

    def fetch(self, ifrom: OptJid = None, **options: Unpack[SendOptions]) -> Awaitable[Iq]:
        """Have all messages sent (section 2.6); the rest is as with :meth:`view`."""
        request = self.xmpp.make_iq_get(ifrom=ifrom)
        request[Offline].fetch = True
        return self._started(self._collect(request, None, options))

    def remove(
        self, nodes: str | Iterable[str], ifrom: OptJid = None, **options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Have messages taken away (section 2.5); the parameters are those of :meth:`view`."""
        wanted = _several(nodes)
        request = self.xmpp.make_iq_set(ifrom=ifrom)
        _add(request[Offline], "remove", wanted)
        return request.send(**options)

    def purge(self, ifrom: OptJid = None, **options: Unpack[SendOptions]) -> Awaitable[Iq]:
        """Have all messages taken away (section 2.7)."""
        request = self.xmpp.make_iq_set(ifrom=ifrom)
        request[Offline].purge = True
        return request.send(**options)

    def _started(self, collecting: Awaitable[Iq]) -> Awaitable[Iq]:
        # It is sent also where nobody awaits it, as other requests are.
        return self.xmpp.watch_task(collecting, self.name)

    async def _collect(self, request: Iq, wanted: frozenset[str] | None, options: SendOptions) -> Iq:
        async with self._lock:
            found: dict[str, Message] = {}
            self._wanted, self._found = wanted, found
            callback = options.get("callback")

            def answered(iq: Iq) -> Any:
                # The messages come before the answer (section 2.4).
                iq[Offline].results = list(found.values())
                return callback(iq) if callback is not None else None

            try:
                return await request.send(
                    timeout=options.get("timeout"),
                    callback=answered,
                    timeout_callback=options.get("timeout_callback"),
                )
            finally:
                self._wanted = self._found = None

    @on(Message, Offline)
    def _came(self, message: Message) -> None:
        found = self._found
        if found is None or message.xml.get("type") == "error" or len(found) >= self.max_results:
            return
        items = message[Offline].items
        node = items[0].node if len(items) == 1 else ""
        # The first of a node counts: a later one is not from the server's store.
        if node and node not in found and (self._wanted is None or node in self._wanted):
            found[node] = message


def _answer(found: object) -> Iq:
    # It is one where a peer is asked, and with local=False one is.
    if not isinstance(found, Iq):
        raise TypeError(f"xep_0030 gave {type(found).__name__}, and no iq")
    return found


def _several(nodes: str | Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys([nodes] if isinstance(nodes, str) else nodes))
    if not wanted or not all(wanted):
        raise ValueError("the nodes of messages are needed; fetch() and purge() are for all of them")
    return wanted


def _add(offline: Offline, action: str, nodes: list[str]) -> None:
    for node in nodes:
        item = Item()
        item["action"] = action
        item["node"] = node
        offline.append(item)
