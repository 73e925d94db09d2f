"""``<offline/>`` of XEP-0013 section 2."""

from typing import ClassVar

from helixmpp.jid import JID
from helixmpp.stanza import Attr, Children, ElementBase, Flag, Message, one_of

__all__ = ["NAMESPACE", "Item", "Offline"]

NAMESPACE = "http://jabber.org/protocol/offline"
_NOBODY = JID("")


class Item(ElementBase):
    """One message by its ``node``; ``action`` says what is asked for, ``view`` or ``remove``."""

    name = "item"
    namespace = NAMESPACE
    plugin_attrib = "item"
    plugin_multi_attrib = "items"

    action = Attr(one_of("view", "remove"))
    node = Attr(str)
    jid = Attr(JID, default=_NOBODY)


class Offline(ElementBase):
    """What is asked of the server, or in a message: that it was waiting, and as which node.

    In the answer to :meth:`XEP_0013.view` and :meth:`XEP_0013.fetch`, ``iq["offline"]["results"]`` has the messages.
    """

    name = "offline"
    namespace = NAMESPACE
    plugin_attrib = "offline"
    interfaces: ClassVar[set[str]] = {"results"}

    fetch = Flag()
    purge = Flag()
    items = Children(Item)

    _results: list[Message] | None = None

    @property
    def results(self) -> list[Message]:
        """The messages that came for the request."""
        return self.get_results()

    @results.setter
    def results(self, messages: list[Message]) -> None:
        self.set_results(messages)

    def get_results(self) -> list[Message]:
        """Return the messages that came for the request."""
        return self._results or []

    def set_results(self, messages: list[Message]) -> None:
        """Keep messages with this object; they are no part of its element."""
        self._results = messages

    def del_results(self) -> None:
        """Keep none."""
        self._results = None
