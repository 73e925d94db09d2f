"""The codec of numbers that are never negative."""

from typing import Final

from helixmpp.stanza import codec_for

__all__ = ["UNSIGNED"]

_MOST: Final = 2**64 - 1


class _Unsigned:
    """``xs:unsignedLong`` (XML Schema part 2 section 3.3.21)."""

    def parse(self, text: str) -> int:
        return _checked(codec_for(int).parse(text))

    def format(self, value: int) -> str:
        text = codec_for(int).format(value)
        return str(self.parse(text))


def _checked(number: int) -> int:
    if not 0 <= number <= _MOST:
        raise ValueError("no number from 0 to 2^64-1")
    return number


UNSIGNED: Final = _Unsigned()
