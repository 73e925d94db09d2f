"""POSIX extended regular expressions (XEP-0122 section 3.2.4), written as those of Python."""

import re

__all__ = ["MAX_PATTERN", "MAX_VALUE", "compile_pattern"]

MAX_PATTERN = 256  # characters
MAX_VALUE = 1024

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def compile_pattern(text: str) -> "re.Pattern[str]":
    """The regular expression; it has to match the whole value.

    :raises ValueError: it is too long, or it is none that is understood here.
    """
    if len(text) > MAX_PATTERN:
        raise ValueError(f"a regular expression has at most {MAX_PATTERN} characters")
    parts: list[str] = []
    place = 0
    while place < len(text):
        char = text[place]
        if char == "[":
            part, place = _bracket(text, place)
        elif char == "\\":
            part, place = _escape(text, place)
        elif char == "(" and text[place + 1 : place + 2] == "?":
            raise ValueError("POSIX has no groups that begin with (?")
        elif char in "*+?}" and text[place + 1 : place + 2] in ("?", "+"):
            # Two signs of repetition mean something else in Python, and nothing in POSIX.
            raise ValueError("POSIX has no repetition of a repetition")
        else:
            part, place = char, place + 1
        parts.append(part)
    try:
        return re.compile("".join(parts))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"no regular expression: {error}") from None


def _escape(text: str, place: int) -> tuple[str, int]:
    following = text[place + 1 : place + 2]
    if not following:
        raise ValueError("a backslash at the end")
    if following.isalnum() and following not in "dDsSwWbBnrt":
        # References back are what makes matching slow without bound, and POSIX extended has none.
        raise ValueError("an escape that POSIX does not have")
    return f"\\{following}", place + 2


def _bracket(text: str, start: int) -> tuple[str, int]:
    """A bracket expression; in POSIX a backslash in it stands for itself."""
    place = start + 1
    out = "["
    if text[place : place + 1] == "^":
        out, place = "[^", place + 1
    first = True
    while True:
        char = text[place : place + 1]
        if not char:
            raise ValueError("a bracket that is not closed")
        if char == "]" and not first:
            return f"{out}]", place + 1
        if char == "[" and text[place + 1 : place + 2] in (":", ".", "="):
            name, _, rest = text[place + 2 :].partition(f"{text[place + 1]}]")
            if text[place + 1] != ":" or name not in _CLASSES:
                raise ValueError("a class of characters that is unknown here")
            out += _CLASSES[name]
            place = len(text) - len(rest)
        else:
            out += "-" if char == "-" else re.escape(char)
            place += 1
        first = False
