"""Characters: what XML 1.0 forbids, and what has to be escaped."""

import re
from functools import lru_cache
from typing import Final

__all__ = ["check_text", "escape_attribute", "escape_text"]

# XML 1.0 section 2.2: these are no characters. A set of what is allowed would say the same, and would take ten times
# as long to compile.
_NO_CHARACTERS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"

# What is not written as it is, the ampersand first: in the references it is meant.
_IN_TEXT: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
_IN_ATTRIBUTE: Final = (*_IN_TEXT, ('"', "&quot;"), ("'", "&apos;"), ("\t", "&#9;"), ("\n", "&#10;"))


@lru_cache(maxsize=1)
def _forbidden() -> re.Pattern[str]:
    # Compiled for the first text that needs it: a large part of an import.
    return re.compile(f"[{_NO_CHARACTERS}]")


def check_text(text: str) -> str:
    """Return a text as it is, or say which of its characters XML 1.0 forbids.

    :raises ValueError: a control character other than TAB, LF and CR, U+FFFE, U+FFFF, or a lone surrogate
        (XML 1.0 section 2.2); the message names the code point and its position, never the text.
    """
    # What Python prints as it is, is a subset of what XML allows, and known in half the time of a search.
    if not str.isprintable(text) and (found := _forbidden().search(text)) is not None:
        raise ValueError(f"XML forbids the character U+{ord(found[0]):04X} (at position {found.start()})")
    return text


def escape_text(text: str) -> str:
    """Return the text as it is written between tags; the parser gives back the same one.

    CR is written as a reference, or the peer's parser would turn it into LF (XML 1.0 section 2.11).

    :raises ValueError: a character that XML forbids.
    """
    text = check_text(text)
    for character, reference in _IN_TEXT:
        if character in text:
            text = text.replace(character, reference)
    return text


def escape_attribute(text: str) -> str:
    """Return the text as it is written between the quotes of an attribute.

    TAB, LF and CR are written as references, or the peer's parser would turn them into spaces (XML 1.0
    section 3.3.3).

    :raises ValueError: a character that XML forbids.
    """
    text = check_text(text)
    for character, reference in _IN_ATTRIBUTE:
        if character in text:
            text = text.replace(character, reference)
    return text
