"""What rooms say, as events and as what is known of them (XEP-0045 sections 7 to 11)."""

import logging

from helixmpp.core.declare import on
from helixmpp.core.handlers import Callback
from helixmpp.core.payload_matcher import PayloadMatcher
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0045.joining import Joining
from helixmpp.plugins.xep_0045.rooms import Room, key_of
from helixmpp.plugins.xep_0045.said import Said, codes_in, occupant_of, said_in, sender_of
from helixmpp.plugins.xep_0045.stanza import NS, MUCDecline, MUCInvite, MUCJoin, MUCMessage
from helixmpp.stanza import Message, Presence, PresenceError

__all__ = ["Hearing"]

log = logging.getLogger(__name__)

# What moderators and admins are asked by a form (sections 8.6 and 9.9).
_QUESTIONS = {
    f"{NS}#request": "groupchat_voice_request",
    f"{NS}#register": "groupchat_registration_request",
}
_DELAY = "{urn:xmpp:delay}delay"
_CHATS = PayloadMatcher(Message, None, "chat")
# Section 16.6.2: what we are to the room has changed while we were not there.
_AFFILIATION_CHANGED = 101


class Hearing(Joining):
    """Hears what rooms say. What a stanza is about is the room that it is from; nobody else can say it."""

    def plugin_init(self) -> None:
        """Learn the names of the stream's own elements: a component has others."""
        super().plugin_init()
        self._body = f"{{{self.xmpp.default_ns}}}body"
        self._subject = f"{{{self.xmpp.default_ns}}}subject"
        self._thread = f"{{{self.xmpp.default_ns}}}thread"
        self._private: Callback | None = None

    def _rooms_changed(self) -> None:
        # Any chat message might be a private one of a room, and where there is no room none is looked at.
        if self._table and self._private is None:
            self._private = Callback(f"{self.name}.private", _CHATS, self._chat_came)
            self.xmpp.register_handler(self._private)
        elif not self._table and self._private is not None:
            self.xmpp.unregister_handler(self._private)
            self._private = None

    # -- presences --------------------------------------------------------------------------------------

    @on(Presence)
    def _presence_came(self, presence: Presence) -> None:
        if not self._table:
            return
        sender = sender_of(presence)
        room = self._room_of(presence, sender)
        if room is None:
            return
        kind = presence.xml.get("type")
        if kind == "error":
            self._error_came(room, presence)
        elif not sender.resource or room.state == "waiting":
            return  # of the room itself, such as its avatar (XEP-0486)
        elif kind == "unavailable":
            room.last_heard = self.xmpp.loop.time()
            self._unavailable(room, sender.resource, presence)
        elif kind is None and room.state != "leaving":
            room.last_heard = self.xmpp.loop.time()
            self._available(room, sender.resource, presence)

    def _available(self, room: Room, nick: str, presence: Presence) -> None:
        xml = presence.xml
        said = said_in(xml)
        is_self = "110" in said.codes
        is_new = nick not in room.occupants
        if not is_new or is_self or len(room.occupants) < self.max_occupants:
            occupant = room.occupants[nick] = occupant_of(nick, xml, said.item, presence.namespace)
            occupant.room = room.jid.bare
        elif not room.overflows:
            room.overflows = True
            log.warning("%s has more than %d occupants: no more are kept", room.jid.bare, self.max_occupants)
        attempt = room.attempt
        first = is_self and self._let_in(room, presence, said.codes)
        if not is_self and attempt is not None:
            attempt.take_occupant(presence, self.max_occupants, self.max_join_size)
        self._tell_presence(room, presence)
        if is_new:
            self.xmpp.event(f"muc::{room.jid.bare}::got_online", presence)
        if is_self:
            self.xmpp.event(f"muc::{room.jid.bare}::self-presence", presence)
            if first:
                self.xmpp.event("groupchat_joined", presence)

    def _unavailable(self, room: Room, nick: str, presence: Presence) -> None:
        said = said_in(presence.xml)
        # A nickname has one owner: who loses it is us, also where the service leaves the code out, as older ones do.
        is_self = "110" in said.codes or (room.state in ("joined", "leaving") and nick == room.nick)
        room.occupants.pop(nick, None)
        self._tell_presence(room, presence)
        self.xmpp.event(f"muc::{room.jid.bare}::got_offline", presence)
        if is_self:
            self._gone(room, said, presence)

    def _gone(self, room: Room, said: Said, presence: Presence) -> None:
        """Our nickname is gone: another one comes (section 7.6), or we are out."""
        self.xmpp.event(f"muc::{room.jid.bare}::self-presence", presence)
        if "303" in said.codes:
            if said.item is not None:
                self._announced(room, said.item.get("nick", ""))
        elif room.was_left:
            # The answer to our leaving; the one to our coming back is still to come.
            room.was_left = False
        else:
            self._out(room, said.reason, presence, PresenceError(presence))

    def _error_came(self, room: Room, presence: Presence) -> None:
        self.xmpp.event(f"muc::{room.jid.bare}::presence-error", presence)
        self._refused(room, presence)

    def _tell_presence(self, room: Room, presence: Presence) -> None:
        self.xmpp.event("groupchat_presence", presence)
        self.xmpp.event(f"muc::{room.jid.bare}::presence", presence)

    @on(Presence, MUCJoin)
    def _asked_to_let_in(self, presence: Presence) -> None:
        # Only a component can be a room.
        if self.xmpp.is_component and "type" not in presence.xml.attrib:
            self.xmpp.event("groupchat_join", presence)

    # -- messages ---------------------------------------------------------------------------------------

    @on(Message, type="groupchat")
    def _groupchat_came(self, message: Message) -> None:
        sender = sender_of(message)
        room = self._room_of(message, sender)
        if room is not None and not room.is_in:
            return
        if room is None:
            # Anybody can write the type; a bot would take his resource for a nickname.
            if self.joined_only and not self.xmpp.is_component:
                log.info("a groupchat message of a room that was not joined is dropped")
                return
        else:
            room.last_heard = self.xmpp.loop.time()
        xml = message.xml
        if xml.find(self._body) is not None:
            if room is None or self._is_news(room, sender.resource, message):
                self._tell("groupchat_message", "message", sender, message)
        elif xml.find(self._subject) is not None:
            # Section 8.1: only without a body, and without a thread, it is the subject of the room.
            if xml.find(self._thread) is None:
                if room is not None:
                    room.subject = xml.findtext(self._subject) or ""
                self._tell("groupchat_subject", "groupchat_subject", sender, message)
            if room is not None:
                self._complete(room, message)
        if not sender.resource and codes_in(xml):
            self._tell("groupchat_config_status", "config_status", sender, message)

    def _is_news(self, room: Room, nick: str, message: Message) -> bool:
        """Note a message; False for one that the history after joining again brings a second time."""
        xml = message.xml
        key = key_of(nick, xml, xml.findtext(self._body) or "")
        attempt = room.attempt
        if attempt is not None and attempt.automatic and xml.find(_DELAY) is not None and room.knows(key):
            return False
        room.remember(key)
        if attempt is not None:
            attempt.take_history(message, self.max_join_size)
        room.last_message = self._now()
        return True

    @on(Message, type="error")
    def _message_error_came(self, message: Message) -> None:
        sender = sender_of(message)
        if self.xmpp.is_component or self._room_of(message, sender) is not None:
            self._tell("groupchat_message_error", "message_error", sender, message)

    def _chat_came(self, message: Message) -> None:
        if message.xml.find(self._body) is not None and self.is_private_message(message):
            self._tell("groupchat_private_message", "private_message", sender_of(message), message)

    def _tell(self, event: str, of_room: str, sender: JID, message: Message) -> None:
        self.xmpp.event(event, message)
        self.xmpp.event(f"muc::{sender.bare}::{of_room}", message)

    # -- invitations, questions -------------------------------------------------------------------------

    @on(Message, MUCMessage)
    def _room_says(self, message: Message) -> None:
        sender = sender_of(message)
        if message.xml.get("type") in ("chat", "error", "groupchat"):
            return
        # Section 7.8.2: the room itself passes it on; an occupant could write anything. To a component that is a
        # room, it is the occupants who write.
        if not self.xmpp.is_component and (sender.resource or not sender.local):
            return
        said = message[MUCMessage]
        if said.get(MUCInvite) is not None:
            room = self._room_of(message, sender)
            if room is not None and room.is_in:
                # XEP-0249 section 4: "the client SHOULD silently discard the invitation".
                log.info("an invitation to %s, where we are, is dropped", sender.bare)
                return
            self.xmpp.event("groupchat_invite", message)
        elif said.get(MUCDecline) is not None:
            self.xmpp.event("groupchat_decline", message)
        elif _AFFILIATION_CHANGED in said.get_status_codes():
            self.xmpp.event("groupchat_affiliation_changed", message)
        elif said.affiliation:
            # Section 9.3 and others: that of somebody who is not in the room.
            self.xmpp.event(f"muc::{sender.bare}::affiliation_change", message)

    @on(Message, Form)
    def _asked_by_form(self, message: Message) -> None:
        sender = sender_of(message)
        room = self._room_of(message, sender)
        if room is None or not room.is_in or sender.resource:
            return
        if message.xml.get("type") in ("chat", "error", "groupchat"):
            return
        try:
            form = message[Form]
            event = _QUESTIONS.get(form.form_type or "") if form.type == "form" else None
        except BadStanza:
            log.info("a form of %s cannot be read", sender.bare)
            return
        if event is not None:
            self.xmpp.event(event, message)
