"""The plugin ``xep_0333``; see the package's docstring."""

from typing import ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0333.stanza import NAMESPACE, Acknowledged, Displayed, Markable, Received
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.stanza import ElementBase, Message, MessageTypes

__all__ = ["XEP_0333"]

_MARKERS = ("displayed", "received", "acknowledged")


class XEP_0333(BasePlugin):  # noqa: N801 - the name that programs import
    """Displayed markers: says up to where messages were displayed, and tells what others say."""

    name = "xep_0333"
    description = "Displayed markers: up to which message somebody has read"
    xep_version = "1.0.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0359"}
    extends = ((Message, Markable), (Message, Displayed), (Message, Received), (Message, Acknowledged))
    features = (NAMESPACE,)

    def send_marker(
        self,
        mto: JID | str,
        id: str,
        marker: str = "displayed",
        thread: str | None = None,
        *,
        mfrom: JID | str | None = None,
        mtype: MessageTypes = "chat",
    ) -> Message:
        """Say up to which message we displayed what somebody sent; what comes back was sent.

        It shows that we are online (section 7).

        :param id: the attribute ``id`` of that message; in a room the id that the room gave (section 4.3).
        :param marker: ``displayed``; ``received`` and ``acknowledged`` are of older versions of the protocol.
        :param thread: the thread of that message, where it has one.
        :param mfrom: the address to send from, for components.
        :param mtype: ``groupchat`` to a room.
        :raises ValueError: there is no such marker, or no id.
        """
        if marker not in _MARKERS:
            raise ValueError(f"a marker is one of {', '.join(_MARKERS)}, not {marker!r}")
        if not id:
            raise ValueError("a marker needs the id of a message")
        message = self.xmpp.make_message(mto, mtype=mtype, mfrom=mfrom)
        message[marker]["id"] = id
        if thread:
            message["thread"] = thread
        message.send()
        return message

    def mark(self, message: Message, marker: str = "displayed", *, unasked: bool = False) -> Message | None:
        """Send the marker for a message that was received, with the id and to the address that it takes.

        :param unasked: send it also to who did not ask for it; in a room it always is (sections 4.3 and 5).
        :returns: what was sent; None for what takes no marker: an error, a marker, a message without an id (in a room,
            without one that the room gave), one of our own account, or one that does not ask for it.
        """
        kind = message["type"]
        room = kind == "groupchat"
        id_ = self.xmpp.plugin[XEP_0359].stanza_id(message) if room else message.xml.get("id", "")
        sender = message["from"]
        own = message["to"] if self.xmpp.is_component else self.xmpp.boundjid
        marked = any(message.get(cls) is not None for cls in (Displayed, Received, Acknowledged))
        if not id_ or not sender or kind == "error" or marked or sender.bare == own.bare:
            return None
        if not (room or unasked or message.get(Markable) is not None):
            # "NOT RECOMMENDED" (section 5): it tells that we read it, and that we are there.
            return None
        return self.send_marker(
            sender.bare if room else sender,
            id_,
            marker,
            message["thread"] or None,
            mfrom=message["to"] if self.xmpp.is_component else None,
            mtype=kind,
        )

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Displayed)
    def _displayed(self, message: Message) -> None:
        self._tell(message, Displayed)

    @on(Message, Received)
    def _received(self, message: Message) -> None:
        self._tell(message, Received)

    @on(Message, Acknowledged)
    def _acknowledged(self, message: Message) -> None:
        self._tell(message, Acknowledged)

    def _tell(self, message: Message, cls: type[ElementBase]) -> None:
        if message.xml.get("type") != "error" and message[cls].xml.get("id"):
            self.xmpp.event("marker", message)
            self.xmpp.event(f"marker_{cls.plugin_attrib}", message)
