"""The plugin ``xep_0463``; see the package's docstring."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any, ClassVar, Final
from xml.etree.ElementTree import Element

import helixmpp.plugins.xep_0463.stanza as mav_stanza
from helixmpp.core.declare import Setting, listens, on
from helixmpp.errors import BadStanza, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045 import (
    XEP_0045,
    Left,
    MucAffiliation,
    MUCJoin,
    MUCMessage,
    MUCPresence,
    MUCUserItem,
)
from helixmpp.plugins.xep_0463.keeping import Keeping, Key
from helixmpp.plugins.xep_0463.stanza import NAMESPACE, Mav
from helixmpp.plugins.xep_0463.store import WORDS, Affiliations
from helixmpp.stanza import Message, Presence

__all__ = ["XEP_0463", "AffiliationsChanged"]

log = logging.getLogger(__name__)

_MAV: Final = Mav.tag_name()
_JOIN: Final = MUCJoin.tag_name()
_SAID: Final = MUCPresence.tag_name()
_STATUS: Final = f"{{{MUCPresence.namespace}}}status"
_ITEM: Final = MUCUserItem.tag_name()
_LONGEST: Final = 1024  # of the text of a version
_NOTHING: Final[Mapping[JID, MucAffiliation]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AffiliationsChanged:
    """What the lists of a room have become.

    :param room: the room.
    :param own: our address there.
    :param known: whether the lists are known; else the room has to be asked for them, as ever (XEP-0045).
    :param changed: what is different from before, by bare address; ``none`` for who is on no list any more.
    """

    room: JID
    own: JID
    known: bool
    changed: Mapping[JID, MucAffiliation]


class XEP_0463(Keeping):  # noqa: N801 - the name that programs import
    """MUC affiliations versioning: the lists of a room, kept, and brought up to date when it is joined."""

    name = "xep_0463"
    description = "MUC affiliations versioning: who is what in a room, without asking for all lists each time"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0045"}
    extends = ((MUCJoin, Mav), (MUCPresence, Mav), (MUCMessage, Mav))
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = mav_stanza
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    ask = Setting(True, "whether rooms that are joined are asked for their lists")
    max_members = Setting(
        20_000, "how many people the lists of one room may have; those of a larger one are not kept"
    )

    def plugin_init(self) -> None:
        """Begin in no room."""
        # Of the rooms that we are in, or on the way to.
        self._lists: dict[Key, Affiliations] = {}
        # Until a room has let us in, who was what before: then it is told at once what has changed.
        self._joining: dict[Key, Mapping[JID, MucAffiliation]] = {}
        self._begin_keeping()
        self.xmpp.add_filter("out", self._going_out)

    # -- for programs -------------------------------------------------------------------------------------

    def affiliations(
        self, room: JID | str, pfrom: JID | str | None = None
    ) -> dict[JID, MucAffiliation] | None:
        """Return who is what in a room that we are in, by bare address; None where that is not known.

        :param pfrom: our address there, for components.
        """
        key = self._key(pfrom, JID(room))
        found = None if key in self._joining else self._lists.get(key)
        return None if found is None else dict(found.members)

    def version(self, room: JID | str, pfrom: JID | str | None = None) -> str | None:
        """Return the version of the lists of a room that we are in; None where they are not known."""
        key = self._key(pfrom, JID(room))
        found = None if key in self._joining else self._lists.get(key)
        return None if found is None else found.version

    async def is_supported(self, room: JID | str, *, ifrom: JID | str | None = None) -> bool:
        """Whether a room has versions of its lists (section 4)."""
        disco = self.xmpp.plugin[XEP_0030]
        return bool(await disco.supports(JID(room).bare_jid, feature=NAMESPACE, ifrom=ifrom))

    # -- on the way in ------------------------------------------------------------------------------------

    def _going_out(self, stanza: Any) -> Any:
        # The others do not wait.
        if not self.ask or not isinstance(stanza, Presence) or "type" in stanza.xml.attrib:
            return stanza
        return stanza if stanza.xml.find(_JOIN) is None else self._with_version(stanza)

    async def _with_version(self, presence: Presence) -> Presence:
        """Say in a request to be let in which version is known (section 5.1)."""
        join = presence[MUCJoin]
        if join.get(Mav) is not None:
            return presence  # by the program itself
        key = self._key(presence.from_, presence.to)
        kept: Affiliations | None = None
        try:
            kept = await self.api["get_affiliations"](JID(key[0]), key[1], None, None)
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the room is joined all the same
            self.xmpp.exception(error)
        self._lists.pop(key, None)
        if kept is not None and len(kept.members) <= self.max_members:
            self._lists[key] = Affiliations(kept.version, dict(kept.members))
            join[Mav].since = kept.version
        join[Mav].attach()
        self._joining[key] = kept.members if kept is not None else _NOTHING
        return presence

    # -- what rooms say -----------------------------------------------------------------------------------

    @on(Message, MUCMessage)
    def _room_says(self, message: Message) -> None:
        x = message.xml.find(_SAID)
        mav = None if x is None else x.find(_MAV)
        if x is None or mav is None or message.xml.get("type") == "error":
            return
        key = self._room_of(message)
        # The room itself says it; an occupant could write anything.
        if key is not None and not message.from_.resource:
            self._take(key, mav.get("since", ""), mav.get("until", ""), x.findall(_ITEM))

    @on(Presence, MUCPresence)
    def _occupant_changed(self, presence: Presence) -> None:
        # A room of ten thousand occupants sends as many when it is joined: no objects are made of them.
        x = presence.xml.find(_SAID)
        mav = None if x is None else x.find(_MAV)
        if x is None or (mav is None and not self._joining) or presence.xml.get("type") == "error":
            return
        key = self._room_of(presence)
        if key is None:
            return
        until = "" if mav is None else mav.get("until", "")
        since = "" if mav is None else mav.get("since", "")
        is_self = any(status.get("code") == "110" for status in x.iterfind(_STATUS))
        if since:
            self._take(key, since, until, x.findall(_ITEM))
        if is_self and presence.xml.get("type") is None and (key in self._joining or until):
            self._let_in(key, until)

    def _take(self, key: Key, since: str, until: str, items: Iterable[Element]) -> None:
        """Take over a list, or what has changed in it (sections 5.2.1 and 5.2.2)."""
        lists = self._lists.get(key)
        if not 0 < len(until) <= _LONGEST:
            self._forget(key, "it does not say which version that is")
            return
        old = lists.members if lists is not None else _NOTHING
        if since and lists is None:
            return  # it leads on from what we have not
        # Where the version is the one that it leads to, one change is told twice, of somebody who is there twice.
        if lists is not None and since and lists.version not in (since, until):
            self._forget(key, "something has been missed")
            return
        said: dict[JID, MucAffiliation] = {}
        for item in items:
            jid, affiliation = _read(item)
            if jid is None or affiliation is None:
                self._forget(key, "it does not say who is meant, or what he is")
                return
            said[jid] = affiliation
        is_told = key not in self._joining
        changed = _changes(old, said, is_all=not since) if is_told else {}
        gone = [jid for jid, affiliation in said.items() if affiliation == "none"]
        if lists is None or not since:
            # Ten thousand addresses take their time: they are put in once.
            lists = self._lists[key] = Affiliations(until, said)
        else:
            lists.version = until
            lists.members.update(said)
        for jid in gone:
            lists.members.pop(jid, None)
        if len(lists.members) > self.max_members:
            self._forget(key, f"more than {self.max_members} people are on them (max_members)")
        elif is_told:
            self._save(key, self._lists.get(key))
            if changed:
                self._tell(key, True, changed)

    def _let_in(self, key: Key, until: str) -> None:
        """Our own presence says which version it is by now: if we have another one, we have none."""
        lists = self._lists.get(key)
        before = self._joining.pop(key, None)
        if lists is None:
            return
        if not until or lists.version != until:
            self._forget(key, "the room does not keep versions" if not until else "it is at another version")
        elif before is not None:
            self._save(key, self._lists.get(key))
            self._tell(key, True, _changes(before, lists.members, is_all=True))

    def _forget(self, key: Key, reason: str) -> None:
        if key not in self._lists:
            return
        log.info("the lists of %s are not known any more: %s", key[1], reason)
        del self._lists[key]
        self._save(key, self._lists.get(key))
        self._tell(key, False, _NOTHING)

    def _tell(self, key: Key, known: bool, changed: Mapping[JID, MucAffiliation]) -> None:
        own, room = JID(key[0]), JID.parse(key[1])
        self.xmpp.event("muc_affiliations", AffiliationsChanged(room, own, known, changed))

    @listens("groupchat_left")
    def _left(self, left: Left) -> None:
        rooms = self.xmpp.plugin[XEP_0045]
        for key in [key for key in (*self._lists, *self._joining) if key[1] == left.room.bare]:
            if rooms.room(key[1], key[0] if self.xmpp.is_component else None) is None:
                self._lists.pop(key, None)
                self._joining.pop(key, None)

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        self._lists.clear()
        self._joining.clear()

    def _room_of(self, stanza: Message | Presence) -> Key | None:
        """The room that a stanza is from, if we are in it or on the way."""
        try:
            sender, own = stanza.from_, stanza.to
        except BadStanza:
            return None
        key = self._key(own, sender)
        found = key in self._joining or self.xmpp.plugin[XEP_0045].room(
            sender.bare_jid, own if self.xmpp.is_component else None
        )
        return key if found else None

    def _key(self, own: JID | str | None, room: JID) -> Key:
        # A component may be in a room from several addresses, as XEP_0045 has it.
        if self.xmpp.is_component:
            return (JID(own) if own else self.xmpp.boundjid).full, room.bare
        return self.xmpp.boundjid.bare, room.bare


def _read(item: Element) -> tuple[JID | None, MucAffiliation | None]:
    """Who an item is about and what he is; None for what cannot be read."""
    try:
        # In a presence it is a full address.
        jid = JID.parse(item.get("jid", ""), lenient=True).bare_jid
    except InvalidJID:
        return None, None
    return jid or None, WORDS.get(item.get("affiliation", ""))


def _changes(
    before: Mapping[JID, MucAffiliation], said: Mapping[JID, MucAffiliation], *, is_all: bool
) -> dict[JID, MucAffiliation]:
    """What is different from before.

    :param is_all: whether who is not mentioned is nothing any more.
    """
    changed: dict[JID, MucAffiliation] = {
        jid: word for jid, word in said.items() if before.get(jid, "none") != word
    }
    if is_all:
        changed |= dict.fromkeys((jid for jid in before if jid not in said), "none")
    return changed
