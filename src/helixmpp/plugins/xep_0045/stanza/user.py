"""``<x xmlns="http://jabber.org/protocol/muc#user"/>``: what a room says, in presences and messages."""

from collections.abc import Iterable
from typing import Any, ClassVar
from xml.etree.ElementTree import SubElement

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.stanza.items import MUCUserItem
from helixmpp.plugins.xep_0045.stanza.words import AFFILIATION, NS_USER, ROLE
from helixmpp.stanza import (
    Attr,
    ChildAttr,
    ChildText,
    ElementBase,
    Flag,
    StanzaBase,
    register_stanza_plugin,
)

__all__ = [
    "MUCBase",
    "MUCDecline",
    "MUCDestroy",
    "MUCInvite",
    "MUCMessage",
    "MUCPresence",
    "MUCStatus",
]

_NOBODY = JID("")
_STATUS = f"{{{NS_USER}}}status"
# Section 19.2: a code has three digits.
_LEAST_CODE, _LAST_CODE = 100, 999


class MUCStatus(ElementBase):
    """One status code (section 16.6.2)."""

    name = "status"
    namespace = NS_USER
    plugin_attrib = "status"
    plugin_multi_attrib = "statuses"

    code = Attr(int)


class MUCDestroy(ElementBase):
    """The room is destroyed (section 10.9); ``jid`` is where to go instead, if anywhere."""

    name = "destroy"
    namespace = NS_USER
    plugin_attrib = "destroy"

    jid = Attr(JID, default=_NOBODY)
    password = ChildText()
    reason = ChildText()


class MUCInvite(ElementBase):
    """An invitation (section 7.8.2): ``to`` on its way to the room, ``from`` on its way from there."""

    name = "invite"
    namespace = NS_USER
    plugin_attrib = "invite"
    plugin_multi_attrib = "invites"

    to = Attr(JID, default=_NOBODY)
    from_ = Attr(JID, default=_NOBODY)
    reason = ChildText()
    # Section 7.9: a chat of two goes on in the room.
    continue_ = Flag("continue")
    thread = ChildAttr(str, "continue", "thread")


class MUCDecline(ElementBase):
    """An invitation is declined: ``to`` on its way to the room, ``from`` on its way from there."""

    name = "decline"
    namespace = NS_USER
    plugin_attrib = "decline"

    to = Attr(JID, default=_NOBODY)
    from_ = Attr(JID, default=_NOBODY)
    reason = ChildText()


class MUCBase(ElementBase):
    """What a room says: the key ``muc``.

    ``stanza["muc"]["status_codes"]`` is a set of numbers, which may be assigned. ``["nick"]`` and ``["room"]``
    are the parts of the stanza's ``from``.
    """

    name = "x"
    namespace = NS_USER
    plugin_attrib = "muc"
    interfaces: ClassVar[set[str]] = {"item_nick", "nick", "room", "status_codes"}

    affiliation = ChildAttr(AFFILIATION, "item", default="")
    role = ChildAttr(ROLE, "item", default="")
    jid = ChildAttr(JID, "item", default=_NOBODY)

    @property
    def status_codes(self) -> set[int]:
        """The status codes (section 16.6.2); what is no number is left out."""
        return self.get_status_codes()

    @status_codes.setter
    def status_codes(self, codes: Iterable[int] | None) -> None:
        self.set_status_codes(codes)

    def get_status_codes(self) -> set[int]:
        """Return the status codes."""
        texts = [child.get("code", "") for child in self.xml.iterfind(_STATUS)]
        return {int(text) for text in texts if len(text) == len("110") and text.isascii() and text.isdigit()}

    def set_status_codes(self, codes: Iterable[int] | None) -> None:
        """Set the status codes.

        :raises FieldValueError: one is not from 100 to 999; nothing was changed.
        """
        wanted = sorted({_code(code) for code in codes or ()})
        self.del_status_codes()
        for code in wanted:
            SubElement(self.xml, _STATUS, {"code": str(code)})
        if wanted and self.is_loose:
            self.attach()

    def del_status_codes(self) -> None:
        """Take the status codes out."""
        xml = self.xml
        for child in xml.findall(_STATUS):
            xml.remove(child)

    def set_item_attr(self, attr: str, value: object) -> None:
        """Set what the item says: ``jid``, ``nick``, ``role``, ``affiliation`` or ``reason``."""
        self["item"][attr] = value

    def get_item_attr(self, attr: str, default: str = "") -> Any:
        """What the item says: ``jid``, ``nick``, ``role``, ``affiliation`` or ``reason``; else ``default``."""
        return self["item"].get(attr, default)

    def del_item_attr(self, attr: str) -> None:
        """Take out what the item says."""
        del self["item"][attr]

    def get_item_nick(self) -> str:
        """The nickname that the item names, such as the new one of an occupant (section 7.6)."""
        nick: str = self.get_item_attr("nick")
        return nick

    def set_item_nick(self, value: str) -> None:
        """Name a nickname in the item."""
        self.set_item_attr("nick", value)

    def del_item_nick(self) -> None:
        """Name none."""
        self.del_item_attr("nick")

    def _from(self) -> JID:
        parent = self.parent() if self.parent is not None else None
        return parent.from_ if isinstance(parent, StanzaBase) else _NOBODY

    def get_nick(self) -> str:
        """Return the nickname that the stanza is from."""
        return self._from().resource

    def set_nick(self, value: object) -> None:
        """Do nothing: the nickname is part of ``from``."""

    def del_nick(self) -> None:
        """Do nothing: the nickname is part of ``from``."""

    def get_room(self) -> str:
        """Return the room that the stanza is from."""
        return self._from().bare

    def set_room(self, value: object) -> None:
        """Do nothing: the room is part of ``from``."""

    def del_room(self) -> None:
        """Do nothing: the room is part of ``from``."""


class MUCPresence(MUCBase):
    """What a room says of an occupant: ``presence["muc"]["role"]``, ``["item"]["reason"]``, ``["destroy"]``."""


class MUCMessage(MUCBase):
    """What a room says in a message: ``message["muc"]["invite"]["from"]``, ``["password"]``, ``["status_codes"]``."""

    password = ChildText()


def _code(code: object) -> int:
    number = int(code) if isinstance(code, str) and code.isascii() and code.isdigit() else code
    if not isinstance(number, int) or not _LEAST_CODE <= number <= _LAST_CODE:
        raise FieldValueError("MUCBase.status_codes: a number from 100 to 999 is needed")
    return number


for _x in (MUCPresence, MUCMessage):
    register_stanza_plugin(_x, MUCUserItem)
    register_stanza_plugin(_x, MUCStatus, iterable=True)
register_stanza_plugin(MUCPresence, MUCDestroy)
register_stanza_plugin(MUCMessage, MUCInvite, iterable=True)
register_stanza_plugin(MUCMessage, MUCDecline)
