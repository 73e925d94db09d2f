"""Codecs of numbers that have a least and a largest one, such as those that are never negative."""

from typing import Final

from helixmpp.stanza import codec_for

__all__ = ["UNSIGNED", "UNSIGNED_SHORT", "Between"]


class Between:
    """A whole number from ``least`` to ``most``."""

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self._most = most

    def parse(self, text: str) -> int:
        """Return the number; ``ValueError`` if it is none, or too small or too large."""
        number = codec_for(int).parse(text)
        if not self._least <= number <= self._most:
            raise ValueError(f"no number from {self._least} to {self._most}")
        return number

    def format(self, value: int) -> str:
        """Return the text of a number; ``ValueError`` or ``TypeError`` if it is none of these."""
        return str(self.parse(codec_for(int).format(value)))


#: ``xs:unsignedLong`` (XML Schema part 2 section 3.3.21).
UNSIGNED: Final = Between(0, 2**64 - 1)
#: ``xs:unsignedShort`` (section 3.3.23).
UNSIGNED_SHORT: Final = Between(0, 2**16 - 1)
