"""Whether a text is one emoji, as far as Python's own tables tell.

Unicode's list of emojis (UTS #51) grows each year; a sender may know one that we do not. So this only tells apart what
could be an emoji from letters, words and control characters.
"""

import unicodedata
from typing import Final

__all__ = ["is_emoji"]

# The longest sequences, families and flags of regions, have 14 code points (UTS #51 section 1.4.9).
_LONGEST: Final = 20
_KEYCAP: Final = "\u20e3"
_VARIATION: Final = "\ufe0f"
_JOINER: Final = "\u200d"
_FIRST_SKIN: Final = "\U0001f3fb"
_LAST_SKIN: Final = "\U0001f3ff"
_FIRST_TAG: Final = "\U000e0020"
_LAST_TAG: Final = "\U000e007f"
# Emojis that are no "other symbol": arrows and signs of mathematics, punctuation, a letter.
_OTHERS: Final = frozenset("‼⁉ℹ↔〰〽◾◽▪▫➕➖➗✖⤴⤵♾©®")


def is_emoji(text: str) -> bool:
    """Whether a text could be one emoji (XEP-0444 section 5)."""
    if not 0 < len(text) <= _LONGEST:
        return False
    if text[-1] == _KEYCAP:
        return text[0] in "0123456789#*" and text[1:-1] in ("", _VARIATION)
    return _is_symbol(text[0]) and all(_is_symbol(one) or _is_modifier(one) for one in text[1:])


def _is_symbol(one: str) -> bool:
    return one in _OTHERS or (not one.isascii() and unicodedata.category(one) in ("So", "Sm", "Cn"))


def _is_modifier(one: str) -> bool:
    return one in (_VARIATION, _JOINER) or _FIRST_SKIN <= one <= _LAST_SKIN or _FIRST_TAG <= one <= _LAST_TAG
