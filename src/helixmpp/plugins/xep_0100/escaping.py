"""Names of a legacy service as the local part of an address (XEP-0106)."""

import re
from typing import Final

__all__ = ["escaped"]

_CHARACTERS: Final = " \"&'/:<>@"
# Section 4.2: a backslash is escaped only where it would be taken for the beginning of an escape.
_BACKSLASH: Final = re.compile(r"\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)", re.IGNORECASE)
_OTHERS: Final = re.compile(f"[{_CHARACTERS}]")


def escaped(name: str) -> str:
    """The local part that stands for a name; white space around it is no part of it (XEP-0106 section 4.1)."""
    text = _BACKSLASH.sub(lambda _: r"\5c", name.strip())
    return _OTHERS.sub(lambda found: f"\\{ord(found[0]):02x}", text)
