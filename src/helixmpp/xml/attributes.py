"""The limit of attributes, looked at before a parser builds anything of them."""

import re
from functools import lru_cache
from typing import Final

from helixmpp.errors import ProtocolError

__all__ = ["find_overloaded", "too_many_attributes"]

_SHORTEST: Final = len(' a=""')
# Bytes; in a longer piece there is a "=" for each of many stanzas, and to count them proves nothing.
_SHORT_PIECE: Final = 4096


def find_overloaded(piece: bytes, most: int) -> int:
    """Return where the first tag with more attributes begins, or -1.

    The declarations of namespaces count, too, which a parser does not show among the attributes.

    :param piece: well-formed or not, but without a CDATA section.
    """
    if len(piece) < _SHORTEST * most or (len(piece) < _SHORT_PIECE and piece.count(b"=") <= most):
        return -1
    size = _SHORTEST * (most + 1)
    overloaded = _pattern(most)
    position = piece.find(b"<")
    while position >= 0:
        # Few tags are so long, and only those are looked at closely. Where another "<" is near enough, neither this
        # tag nor any up to there is.
        end = position + size + 1
        near = piece.rfind(b"<", position + 1, end)
        if near < 0:
            if len(piece) < end:
                break
            if overloaded.match(piece, position) is not None:
                return position
            near = piece.find(b"<", end)
        position = near
    return -1


def too_many_attributes(most: int) -> ProtocolError:
    """The error for it."""
    return ProtocolError("policy-violation", f"an element has more than {most} attributes")


@lru_cache(maxsize=16)
def _pattern(most: int) -> re.Pattern[bytes]:
    quoted = rb"""(?:"[^"<]*+"|'[^'<]*+')"""
    return re.compile(rb"""<[^<>"']*+(?:%s[^<>"']*+){%d}""" % (quoted, most + 1))
