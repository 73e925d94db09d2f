"""Values that a vCard writes in ways of its own."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from helixmpp.stanza import codec_for

__all__ = ["COMMAS", "MOMENT"]


class _Commas:
    """Several words in one text, as ``NICKNAME`` has them (RFC 2426 section 3.1.3)."""

    def parse(self, text: str) -> list[str]:
        return [word for part in text.split(",") if (word := part.strip())]

    def format(self, value: Iterable[str] | str) -> str:
        # One text is taken as it is: "Capulet, Juliet" may be meant for two or for one.
        words = [value] if isinstance(value, str) else value
        return ",".join(codec_for(str).format(word) for word in words)


class _Moment:
    """A date, or a date and time (RFC 2426 sections 3.1.5 and 3.6.4); what is neither is given as it is.

    People type their birthday in as they like: ``"4 July"`` is no reason to refuse a vCard.
    """

    def parse(self, text: str) -> "date | str":
        for kind in (date, datetime):
            try:
                return codec_for(kind).parse(text)
            except ValueError:
                continue
        return text.strip()

    def format(self, value: "date | str") -> str:
        if isinstance(value, datetime):
            return codec_for(datetime).format(value)
        if isinstance(value, date):
            return codec_for(date).format(value)
        return codec_for(str).format(value)


COMMAS: Final = _Commas()
MOMENT: Final = _Moment()
