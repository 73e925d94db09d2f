"""Characters: what XML 1.0 forbids, and what has to be escaped."""

import re
from typing import Final

__all__ = [
    "check_text",
    "escape_attribute",
    "escape_text",
    "special_in_attribute",
    "special_in_text",
]

# XML 1.0 section 2.2: everything but these is a character. A lone surrogate is in no range either.
_REST: Final = "\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_FORBIDDEN: Final = re.compile(f"[^\t\n\r -{_REST}]")

# One search tells the usual text, which is written as it is, from the rest.
special_in_text: Final = re.compile(f"[^\t\n -%'-;=?-{_REST}]").search
"""Find a character that is not written as it is between tags: ``& < >``, CR, or a forbidden one."""
special_in_attribute: Final = re.compile(f"[^ !#-%(-;=?-{_REST}]").search
"""Find a character that is not written as it is in an attribute: quotes and white space, too."""

_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&apos;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


def check_text(text: str) -> str:
    """Return a text as it is, or say which of its characters XML 1.0 forbids.

    :raises ValueError: a control character other than TAB, LF and CR, U+FFFE, U+FFFF, or a lone surrogate
        (XML 1.0 section 2.2); the message names the code point and its position, never the text.
    """
    # What Python prints as it is, is a subset of what XML allows, and known in half the time of a search.
    if not str.isprintable(text) and (found := _FORBIDDEN.search(text)) is not None:
        raise ValueError(f"XML forbids the character U+{ord(found[0]):04X} (at position {found.start()})")
    return text


def escape_text(text: str) -> str:
    """Return the text as it is written between tags; the parser gives back the same one.

    CR is written as a reference, or the peer's parser would turn it into LF (XML 1.0 section 2.11).

    :raises ValueError: a character that XML forbids.
    """
    return text if special_in_text(text) is None else check_text(text).translate(_TEXT)


def escape_attribute(text: str) -> str:
    """Return the text as it is written between the quotes of an attribute.

    TAB, LF and CR are written as references, or the peer's parser would turn them into spaces (XML 1.0
    section 3.3.3).

    :raises ValueError: a character that XML forbids.
    """
    return text if special_in_attribute(text) is None else check_text(text).translate(_ATTRIBUTE)
