"""``<activity/>`` of XEP-0108 section 2: what somebody does."""

from typing import ClassVar, Final
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import FieldValueError
from helixmpp.stanza import ChildText, ElementBase

__all__ = ["GENERAL", "NAMESPACE", "SPECIFIC", "Activity", "UserActivity"]

NAMESPACE = "http://jabber.org/protocol/activity"
_START: Final = f"{{{NAMESPACE}}}"

#: Section 3: what somebody does in general ...
GENERAL: Final = (
    *("doing_chores", "drinking", "eating", "exercising", "grooming", "having_appointment"),
    *("inactive", "relaxing", "talking", "traveling", "undefined", "working"),
)
#: ... and in particular; which belongs to which is only recommended.
SPECIFIC: Final = (
    *("at_the_spa", "brushing_teeth", "buying_groceries", "cleaning", "coding", "commuting"),
    *("cooking", "cycling", "dancing", "day_off", "doing_maintenance", "doing_the_dishes"),
    *("doing_the_laundry", "driving", "fishing", "gaming", "gardening", "getting_a_haircut"),
    *("going_out", "hanging_out", "having_a_beer", "having_a_snack", "having_breakfast"),
    *("having_coffee", "having_dinner", "having_lunch", "having_tea", "hiding", "hiking"),
    *("in_a_car", "in_a_meeting", "in_real_life", "jogging", "on_a_bus", "on_a_plane"),
    *("on_a_train", "on_a_trip", "on_the_phone", "on_vacation", "on_video_phone", "other"),
    *("partying", "playing_sports", "praying", "reading", "rehearsing", "running"),
    *("running_an_errand", "scheduled_holiday", "shaving", "shopping", "skiing", "sleeping"),
    *("smoking", "socializing", "studying", "sunbathing", "swimming", "taking_a_bath"),
    *("taking_a_shower", "thinking", "walking", "walking_the_dog", "watching_a_movie"),
    *("watching_tv", "working_out", "writing"),
)

#: What somebody does, in general and in particular, if that is said.
Activity = tuple[str, str | None]


class UserActivity(ElementBase):
    """What somebody does: ``value`` is a tuple, general and specific; None where it is nothing. ``text`` says more."""

    name = "activity"
    namespace = NAMESPACE
    plugin_attrib = "activity"
    interfaces: ClassVar[set[str]] = {"value"}
    #: The general activities that there are.
    general: ClassVar[frozenset[str]] = frozenset(GENERAL)
    #: The specific ones.
    specific: ClassVar[frozenset[str]] = frozenset(SPECIFIC)

    text = ChildText()

    @property
    def value(self) -> Activity | None:
        """What somebody does, as ``("relaxing", "partying")``; the second may be None."""
        return self.get_value()

    @value.setter
    def value(self, value: Activity | str | None) -> None:
        self.set_value(value)

    def get_value(self) -> Activity | None:
        """Return what somebody does; what XEP-0108 does not list is left out."""
        found = self._general()
        if found is None:
            return None
        return found.tag[len(_START) :], next(
            (
                child.tag[len(_START) :]
                for child in found
                if child.tag.startswith(_START) and child.tag[len(_START) :] in self.specific
            ),
            None,
        )

    def set_value(self, value: Activity | str | None) -> None:
        """Say what somebody does, in the place of what is there.

        :param value: a general activity, or a tuple of it and a specific one.
        :raises FieldValueError: there is no such activity; nothing was changed.
        """
        if value is None:
            self.del_value()
            return
        general, specific = (value, None) if isinstance(value, str) else (*value, None)[:2]
        if general not in self.general:
            raise FieldValueError("UserActivity.value: there is no such general activity")
        if specific and specific not in self.specific:
            raise FieldValueError("UserActivity.value: there is no such specific activity")
        self.del_value()
        made = Element(f"{_START}{general}")
        if specific:
            SubElement(made, f"{_START}{specific}")
        self.xml.insert(0, made)
        self.attach()

    def del_value(self) -> None:
        """Say of nothing that somebody does."""
        while (found := self._general()) is not None:
            self.xml.remove(found)

    def _general(self) -> Element | None:
        for child in self.xml:
            if child.tag.startswith(_START) and child.tag[len(_START) :] in self.general:
                return child
        return None
