"""The plugin ``xep_0049``; see the package's docstring."""

from collections.abc import Awaitable, Iterable
from copy import copy
from typing import ClassVar, TypeVar, Unpack

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0049.stanza import NAMESPACE, PrivateXML
from helixmpp.stanza import ElementBase, Iq, register_stanza_plugin

__all__ = ["XEP_0049"]

E = TypeVar("E", bound=ElementBase)


class XEP_0049(BasePlugin):  # noqa: N801 - the name that programs import
    """Private XML: elements that our server keeps for our account alone."""

    name = "xep_0049"
    description = "Private XML: elements that the server keeps for the account alone"
    xep_version = "1.2"
    dependencies: ClassVar[set[str]] = set()
    extends = ((Iq, PrivateXML),)

    def register(self, stanza: type[ElementBase]) -> None:
        """Make a class known that is to be stored: its ``plugin_attrib`` is its name for :meth:`retrieve`."""
        register_stanza_plugin(PrivateXML, stanza)

    def store(
        self,
        data: ElementBase | Iterable[ElementBase],
        ifrom: JID | str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Store an element, or several of one namespace, in the place of what has its name.

        :param data: copies of them are sent.
        :param ifrom: the account, for components; by default our own.
        :raises ValueError: there is nothing, or nothing with a namespace of its own.
        :raises IqError: (when awaited) the server refuses, or has no such storage.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        elements = [data] if isinstance(data, ElementBase) else list(data)
        if not elements or any(one.namespace in ("", NAMESPACE) for one in elements):
            # The server "MUST respond with a Not Acceptable error" (section 2.3).
            raise ValueError("what is stored is an element with a namespace of its own")
        request = self.xmpp.make_iq_set(ito=ifrom or None, ifrom=ifrom or None)
        for one in elements:
            request[PrivateXML].append(copy(one))
        return request.send(**send_options)

    def retrieve(
        self,
        name: str | type[ElementBase],
        ifrom: JID | str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Get an element back: ``iq["private"][name]``; it is empty where there is none.

        :param name: its class, or the name of that: the ``plugin_attrib`` of a class that was registered.
        :param ifrom: the account, for components; by default our own.
        :raises ValueError: there is no class of that name.
        :raises IqError: (when awaited) the server refuses, or has no such storage.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        if isinstance(name, str):
            known = PrivateXML().plugin_attrib_map.get(name)
            if known is None:
                raise ValueError(f"no class of that name was registered: {name!r}")
            name = known
        request = self.xmpp.make_iq_get(ito=ifrom or None, ifrom=ifrom or None)
        request[PrivateXML].append(name())
        return request.send(**send_options)

    async def fetch(
        self, stanza: type[E], ifrom: JID | str | None = None, *, timeout: float | None = None
    ) -> E:
        """Get an element back, as an object of its class; an empty one where there is none.

        The other parameters and the errors are those of :meth:`retrieve`.

        :raises BadStanza: the server's answer has none of these at all.
        """
        answer = await self.retrieve(stanza, ifrom, timeout=timeout)
        for child in answer[PrivateXML].xml:
            if child.tag == stanza.tag_name():
                return stanza(xml=child)
        raise BadStanza("the server's answer has not the element that was asked for")
