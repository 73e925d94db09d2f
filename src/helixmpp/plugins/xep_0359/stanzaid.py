"""The plugin ``xep_0359``; see the package's docstring."""

from typing import Any, ClassVar

from helixmpp.core.declare import Setting
from helixmpp.core.handlers import Callback
from helixmpp.core.payload_matcher import ChildMatcher
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0359.authors import ENCRYPTED, Authors, given_by
from helixmpp.plugins.xep_0359.stanza import NAMESPACE, OriginID, ReferencedStanza, StanzaID
from helixmpp.stanza import Message

__all__ = ["XEP_0359"]

_MAM = "urn:xmpp:mam:2"


class XEP_0359(BasePlugin):  # noqa: N801 - the name that programs import
    """Unique and stable stanza ids: which id to refer to a message by, and who wrote the one that is referred to."""

    name = "xep_0359"
    description = "Stanza ids: the ids that archives and rooms give to messages"
    xep_version = "0.7.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, StanzaID), (Message, OriginID), (Message, ReferencedStanza))
    features = (NAMESPACE,)

    max_authors = Setting(10_000, "of how many ids of messages the author is remembered")

    def plugin_init(self) -> None:
        """Begin to remember only when another plugin asks for it."""
        #: Who wrote the latest messages; filled once :meth:`follow` was called.
        self.authors = Authors(lambda: self.max_authors, lambda: self.xmpp.boundjid, self._is_room)
        self._following = False

    # -- for programs -------------------------------------------------------------------------------------

    def stanza_id(self, message: Message, by: JID | str | None = None) -> str:
        """The id that an address gave to a message; ``""`` where it gave none, or where there is more than one.

        :param by: who gave it; by default the one whose ids are for this message: the room for one of type
            ``groupchat``, else our own account (section 3). Whether that one cares for its ids at all, so that nobody
            else can write them, :meth:`is_trusted` tells.
        """
        try:
            given = JID(by).full if by is not None else self._giver(message)
        except BadStanza:
            return ""
        return given_by(message, given) if given else ""

    async def is_trusted(self, by: JID | str, *, timeout: float | None = None) -> bool:
        """Whether ids that are said to be by this address are (section 6): whether it announces that it cares for them.

        :param by: a room, or our own account.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(by, local=False, timeout=timeout)
        return bool({NAMESPACE, _MAM} & set(info.features))

    def reference(self, message: Message) -> str:
        """The id by which a reply, a reaction or a retraction refers to a message; ``""`` where there is none.

        In a room it is the id that the room gave, or none; else the origin id, or the attribute ``id`` (XEP-0444
        section 5.2, XEP-0461 section 4.1).
        """
        if message["type"] == "groupchat":
            return self.stanza_id(message)
        origin = message.get(OriginID)
        return (origin.id if origin is not None else "") or message.xml.get("id", "")

    # -- for other plugins --------------------------------------------------------------------------------

    def follow(self) -> None:
        """Remember who writes which message from now on; what plugins that compare authors call when they begin."""
        if self._following:
            return
        self._following = True
        with self.xmpp.undo_recording(self._undo):
            matcher = ChildMatcher(Message, f"{{{self.xmpp.default_ns}}}body", ENCRYPTED)
            self.xmpp.register_handler(Callback(f"{self.name}.authors", matcher, self.authors.heard))
            self.xmpp.add_filter("out_sync", self._going_out)
            self.xmpp.add_event_handler("groupchat_left", self._room_left)

    def note(self, message: Message) -> None:
        """Remember who wrote a message that came inside of another one which is believed, such as a carbon."""
        if self._following:
            self.authors.note(message)

    def _room_left(self, left: Any) -> None:
        # Those whose private messages came before are still its occupants, and not one account.
        room = getattr(left, "room", None)
        if isinstance(room, JID):
            self.authors.note_room(room.bare)

    def _going_out(self, stanza: Any) -> Any:
        # What we write in a room comes back from it.
        if isinstance(stanza, Message) and stanza["type"] != "groupchat":
            self.authors.note(stanza)
        return stanza

    def _giver(self, message: Message) -> str:
        if message["type"] == "groupchat":
            return str(message["from"].bare)
        own = message["to"] if self.xmpp.is_component else self.xmpp.boundjid
        return str(own.bare)

    def _is_room(self, bare: str) -> bool:
        rooms: Any = getattr(self.xmpp.plugin.get("xep_0045"), "rooms", None)
        return rooms is not None and JID.parse(bare) in rooms
