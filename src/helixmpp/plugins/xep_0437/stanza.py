"""``<rai/>`` of XEP-0437 section 3."""

from collections.abc import Iterable
from typing import ClassVar

from helixmpp.errors import FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Text, register_stanza_plugin

__all__ = ["NAMESPACE", "NS", "RAI", "Activity"]

NAMESPACE = "urn:xmpp:rai:0"
#: The name that programs import.
NS = NAMESPACE


class Activity(ElementBase):
    """One room in which something was said: ``activity["jid"]``."""

    name = "activity"
    namespace = NAMESPACE
    plugin_attrib = "activity"

    jid = Text(JID, default=JID(""))


class RAI(ElementBase):
    """The rooms in which something was said: ``message["rai"]["activities"]`` is a list of addresses.

    An empty one, in a presence, asks a service to tell of them.
    """

    name = "rai"
    namespace = NAMESPACE
    plugin_attrib = "rai"
    interfaces: ClassVar[set[str]] = {"activities"}

    @property
    def activities(self) -> list[JID]:
        """The rooms, each once; what is no address is left out."""
        return self.get_activities()

    @activities.setter
    def activities(self, rooms: Iterable[JID | str]) -> None:
        self.set_activities(rooms)

    def get_activities(self) -> list[JID]:
        """Return the rooms, each once; what is no address is left out."""
        found: dict[JID, None] = {}
        for child in self.children_of(Activity):
            try:
                found[JID.parse((child.xml.text or "").strip(), lenient=True)] = None
            except InvalidJID:
                continue
        return [jid for jid in found if jid]

    def set_activities(self, rooms: Iterable[JID | str]) -> None:
        """Have these rooms, in the place of all.

        :raises FieldValueError: it is no list of addresses; nothing was changed.
        :raises InvalidJID: one is no address; nothing was changed.
        """
        if isinstance(rooms, str | JID):
            raise FieldValueError("RAI.activities: a list of addresses is needed")
        made: list[Activity] = []
        for room in dict.fromkeys(JID(one) for one in rooms):
            activity = Activity()
            activity.jid = room
            made.append(activity)
        self.replace_elements([one.xml for one in self.children_of(Activity)], made, "activities")
        self.attach()

    def del_activities(self) -> None:
        """Take all rooms out."""
        self.set_activities(())


register_stanza_plugin(RAI, Activity, iterable=True)
