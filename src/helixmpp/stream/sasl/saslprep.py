"""SASLprep (RFC 4013): one form for passwords and user names, however they were typed."""

import stringprep
from typing import Final
from unicodedata import ucd_3_2_0

__all__ = ["saslprep"]

# Section 2.3, with the words for each; none of them tells the character, because the text may be a password.
_PROHIBITED: Final = (
    (stringprep.in_table_c12, "a space other than U+0020"),
    (stringprep.in_table_c21_c22, "a control character"),
    (stringprep.in_table_c3, "a character for private use"),
    (stringprep.in_table_c4, "a code point that is no character"),
    (stringprep.in_table_c5, "a lone surrogate"),
    (stringprep.in_table_c6, "a character that plain text has not"),
    (stringprep.in_table_c7, "a character of ideographic description"),
    (stringprep.in_table_c8, "a character that changes how others are displayed"),
    (stringprep.in_table_c9, "a tagging character"),
)


def saslprep(text: str) -> str:
    """The prepared text; an empty one only for an empty one.

    Code points that Unicode 3.2 does not assign pass, as in a "query" (RFC 3454 section 7). RFC 5802
    section 5.1 would refuse them, but people have passwords with emoji, and servers that take them: such a
    server is the one to decide, and a check here would only lock the user out.

    :raises ValueError: the text has a character that is not allowed; the message says of what kind.
    """
    if text.isascii() and text.isprintable():
        return text
    # U+200B is in both lists of section 2.1. They are gone through in the order of the RFC, as servers do.
    spaced = (" " if stringprep.in_table_c12(char) else char for char in text)
    mapped = "".join(char for char in spaced if not stringprep.in_table_b1(char))
    prepared = ucd_3_2_0.normalize("NFKC", mapped)
    for char in prepared:
        for table, words in _PROHIBITED:
            if table(char):
                raise ValueError(f"it has {words}")
    if text and not prepared:
        raise ValueError("nothing of it is left once it is prepared")
    _check_direction(prepared)
    return prepared


def _check_direction(text: str) -> None:
    """RFC 3454 section 6: right-to-left text begins and ends so, and has no letter from left to right."""
    if not any(map(stringprep.in_table_d1, text)):
        return
    if any(map(stringprep.in_table_d2, text)):
        raise ValueError("it mixes letters from right to left and from left to right")
    if not (stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])):
        raise ValueError("it is written from right to left, but does not begin and end so")
