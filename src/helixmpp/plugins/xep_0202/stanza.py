"""``<time/>`` of XEP-0202 section 3: what an entity's clock says."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import ClassVar, Final

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.stanza import ChildText, ElementBase

__all__ = ["NAMESPACE", "EntityTime"]

NAMESPACE = "urn:xmpp:time"


class _Offset:
    """``Z``, or hours and minutes ahead of UTC (XEP-0082 section 3.3)."""

    _form: Final = re.compile(r"([+-])(\d\d):([0-5]\d)", re.ASCII)

    def parse(self, text: str) -> tzinfo:
        stripped = text.strip(" \t\r\n")
        if stripped == "Z":
            return UTC
        found = self._form.fullmatch(stripped)
        if found is None or int(found[2]) > 23:
            raise ValueError("no offset from UTC")
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset)

    def format(self, value: object) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        if not isinstance(value, tzinfo):
            raise TypeError(f"a tzinfo is needed, not {type(value).__name__}")
        offset = value.utcoffset(None)
        if offset is None:
            raise ValueError(
                "a zone that changes with the seasons has no offset without a moment; set time instead"
            )
        minutes, rest = divmod(offset, timedelta(minutes=1))
        if rest:
            raise ValueError("the zone is not a whole number of minutes ahead of UTC")
        sign = "-" if minutes < 0 else "+"
        return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


class EntityTime(ElementBase):
    """What an entity's clock says: ``utc``, ``tzo`` (its zone) and ``time`` (the moment in that zone).

    Each is None where it is not said, as in a request.
    """

    name = "time"
    namespace = NAMESPACE
    plugin_attrib = "entity_time"
    interfaces: ClassVar[set[str]] = {"time"}

    utc = ChildText(datetime)
    tzo = ChildText(_Offset())

    @property
    def time(self) -> datetime | None:
        """The moment, in the entity's own zone."""
        return self.get_time()

    @time.setter
    def time(self, value: datetime | None) -> None:
        self.set_time(value)

    def get_time(self) -> datetime | None:
        """Return the moment, in the entity's own zone; in UTC where it says none.

        :raises BadStanza: what it says does not parse.
        """
        utc, tzo = self.utc, self.tzo
        try:
            return utc if utc is None or tzo is None else utc.astimezone(tzo)
        except OverflowError:
            # The first or the last day that Python knows, and a zone in which it is another one.
            raise BadStanza("EntityTime.time is out of range") from None

    def set_time(self, value: object) -> None:
        """Set the moment and the zone.

        :raises FieldValueError: it is no datetime, or has no zone.
        """
        if value is None:
            self.del_time()
            return
        offset = value.utcoffset() if isinstance(value, datetime) else None
        if offset is None or not isinstance(value, datetime):
            raise FieldValueError("EntityTime.time: a datetime with a zone is needed")
        # The zone's offset at that moment; whole minutes are what the wire has.
        self["tzo"] = timezone(timedelta(minutes=round(offset / timedelta(minutes=1))))
        self["utc"] = value.astimezone(UTC)

    def del_time(self) -> None:
        """Say neither moment nor zone."""
        del self["utc"]
        del self["tzo"]
