"""The local part and the resource of an address: Nodeprep and Resourceprep (RFC 6122 appendices A and B).

Both are profiles of stringprep (RFC 3454), whose tables come with the standard library. They are those of
Unicode 3.2, which deployed servers use; a newer Unicode maps some letters differently, and two views of one
address are two people.
"""

import re
from functools import lru_cache
from itertools import groupby
from typing import Final

from helixmpp.errors import InvalidJID

__all__ = ["MAX_PART", "prepare_local", "prepare_resource"]

MAX_PART: Final = 1023  # bytes of one part, RFC 6122 section 2.1

# ASCII that the profile leaves as it is, but for upper case.
_PLAIN_LOCAL: Final = re.compile(r"[!#-%(-.0-9;=?A-Z\[-~]+")

_NOT_IN_LOCAL: Final = frozenset("\"&'/:<>@")  # RFC 6122 appendix A.5

# Tables of RFC 3454 by the names of their functions: the module is loaded for the first text that is not plain ASCII.
_PROHIBITED: Final = (
    ("in_table_c12", "a space other than U+0020"),
    ("in_table_c21", "a control character"),
    ("in_table_c22", "a control character"),
    ("in_table_c3", "for private use"),
    ("in_table_c4", "no character"),
    ("in_table_c5", "a lone surrogate"),
    ("in_table_c6", "inappropriate for plain text"),
    ("in_table_c7", "inappropriate for canonical representation"),
    ("in_table_c8", "changing display properties or deprecated"),
    ("in_table_c9", "a tagging character"),
)


def prepare_local(text: str, *, lenient: bool) -> str:
    """Return the local part in its normal form by Nodeprep.

    :param lenient: let code points pass that Unicode 3.2 does not assign (RFC 3454 section 7).
    :raises InvalidJID: what the profile refuses, nothing, or more than 1023 bytes.
    """
    _check_raw("local part", text)
    if _PLAIN_LOCAL.fullmatch(text) is not None:
        return text.lower()
    mapped = "".join(_map_local(char) for char in text)
    return _finish("local part", mapped, lenient, _NOT_IN_LOCAL | {" "})


def prepare_resource(text: str, *, lenient: bool) -> str:
    """Return the resource in its normal form by Resourceprep; parameters, errors as :func:`prepare_local`."""
    _check_raw("resource", text)
    # The tables have nothing to say of letters, digits, signs and spaces of ASCII.
    if text.isascii() and text.isprintable():
        return text
    import stringprep  # noqa: PLC0415 - most programs never need it

    mapped = "".join(char for char in text if not stringprep.in_table_b1(char))
    return _finish("resource", mapped, lenient, frozenset())


def _check_raw(part: str, text: str) -> None:
    if not text:
        raise InvalidJID(f"the {part} is empty")
    # Preparing takes a while for each character; servers refuse such a text before they prepare it, too.
    if len(text) > MAX_PART:
        raise InvalidJID(f"the {part} has more than {MAX_PART} characters")


# The tables are slow, a stranger's text is long, and few different characters are in use: what the tables say of
# the last few thousand is kept.


@lru_cache(maxsize=4096)
def _map_local(char: str) -> str:
    """Tables B.1 and B.2 of RFC 3454."""
    import stringprep  # noqa: PLC0415 - most programs never need it

    if stringprep.in_table_b1(char):
        return ""
    mapped = stringprep.map_table_b2(char)
    # The library takes lower case from today's Unicode. Table B.2 has none for letters that came after Unicode 3.2,
    # nor for those whose lower case did (Georgian, Cherokee).
    if _is_unassigned(char) or any(_is_unassigned(each) for each in mapped):
        return char
    return mapped


@lru_cache(maxsize=4096)
def _is_unassigned(char: str) -> bool:
    import stringprep  # noqa: PLC0415 - most programs never need it

    return stringprep.in_table_a1(char)


@lru_cache(maxsize=4096)
def _find_fault(char: str) -> str:
    """Why no part may have the character, or ``""``."""
    import stringprep  # noqa: PLC0415 - most programs never need it

    return next((reason for table, reason in _PROHIBITED if getattr(stringprep, table)(char)), "")


@lru_cache(maxsize=4096)
def _direction(char: str) -> str:
    """Tables D.1 (from right to left), D.2 (from left to right), or neither."""
    import stringprep  # noqa: PLC0415 - most programs never need it

    return "R" if stringprep.in_table_d1(char) else "L" if stringprep.in_table_d2(char) else ""


def _finish(part: str, mapped: str, lenient: bool, refused: frozenset[str]) -> str:
    text = _normalize(mapped)
    if not text:
        raise InvalidJID(f"the {part} is empty once it is prepared")
    for char in text:
        if char in refused:
            raise InvalidJID(f"the {part} has the character {char!r}, which is not allowed there")
        if (reason := _find_fault(char)) != "":
            raise InvalidJID(f"the {part} has U+{ord(char):04X}, which is {reason}")
        if not lenient and _is_unassigned(char):
            raise InvalidJID(f"the {part} has U+{ord(char):04X}, which Unicode 3.2 does not assign")
    _check_bidi(part, text)
    if len(text.encode()) > MAX_PART:
        raise InvalidJID(f"the {part} has more than {MAX_PART} bytes")
    return text


def _normalize(text: str) -> str:
    """NFKC of Unicode 3.2. The library orders marks that came later as today's Unicode does; they are left out."""
    from unicodedata import ucd_3_2_0  # noqa: PLC0415 - most programs never need it

    return "".join(
        "".join(run) if unassigned else ucd_3_2_0.normalize("NFKC", "".join(run))
        for unassigned, run in groupby(text, _is_unassigned)
    )


def _check_bidi(part: str, text: str) -> None:
    """RFC 3454 section 6: text from right to left begins and ends so, and no letter in it goes the other way."""
    directions = [_direction(char) for char in text]
    if "R" not in directions:
        return
    if "L" in directions:
        raise InvalidJID(f"the {part} mixes letters from right to left and from left to right")
    if directions[0] != "R" or directions[-1] != "R":
        raise InvalidJID(f"the {part} is from right to left and does not begin and end so")
