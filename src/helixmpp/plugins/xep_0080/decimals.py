"""``xs:decimal`` (XML Schema part 2 section 3.2.3): numbers without exponents, infinities and such."""

import math
import re
from decimal import Decimal
from typing import Final

from helixmpp.stanza import codec_for

__all__ = ["DECIMAL", "LATITUDE", "LONGITUDE", "Decimals"]

_FORM: Final = re.compile(r"[+-]?(?:[0-9]{1,64}(?:\.[0-9]{0,64})?|\.[0-9]{1,64})")


class Decimals:
    """A decimal number, of which ``most`` is the largest and, below zero, the smallest."""

    def __init__(self, most: float = math.inf) -> None:
        self._most = most

    def parse(self, text: str) -> float:
        """Return the number; ``ValueError`` if it is none, or too far from zero."""
        stripped = text.strip(" \t\r\n")
        if _FORM.fullmatch(stripped) is None:
            raise ValueError("no decimal number")
        return self._checked(float(stripped))

    def format(self, value: float) -> str:
        """Return the text of a number; ``ValueError`` or ``TypeError`` if it is none of these."""
        number = float(codec_for(float).format(value))
        if not math.isfinite(number):
            raise ValueError("a finite number is needed")
        return format(Decimal(repr(self._checked(number))), "f").removesuffix(".0")

    def _checked(self, number: float) -> float:
        if abs(number) > self._most:
            raise ValueError(f"no number from -{self._most} to {self._most}")
        return number


DECIMAL: Final = Decimals()
#: Degrees north, and east.
LATITUDE: Final = Decimals(90.0)
LONGITUDE: Final = Decimals(180.0)
