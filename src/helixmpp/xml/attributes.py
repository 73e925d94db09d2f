"""The limit of attributes, looked at before a parser builds anything of them."""

import re
from functools import lru_cache
from typing import Final

from helixmpp.errors import ProtocolError

__all__ = ["find_overloaded", "too_many_attributes"]

_SHORTEST: Final = len(' a=""')


def find_overloaded(piece: bytes, most: int) -> int:
    """Return where the first tag with more attributes begins, or -1.

    The declarations of namespaces count, too, which a parser does not show among the attributes.

    :param piece: well-formed or not, but without a CDATA section.
    """
    if len(piece) < _SHORTEST * most or piece.count(b"=") <= most:
        return -1
    long_tag, overloaded = _patterns(most)
    for found in long_tag.finditer(piece):
        if overloaded.match(piece, found.start()) is not None:
            return found.start()
    return -1


def too_many_attributes(most: int) -> ProtocolError:
    """The error for it."""
    return ProtocolError("policy-violation", f"an element has more than {most} attributes")


@lru_cache(maxsize=16)
def _patterns(most: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    # Few tags are so long, and only those are looked at closely.
    quoted = rb"""(?:"[^"<]*+"|'[^'<]*+')"""
    return (
        re.compile(rb"<(?=[^<]{%d})" % (_SHORTEST * (most + 1))),
        re.compile(rb"""<[^<>"']*+(?:%s[^<>"']*+){%d}""" % (quoted, most + 1)),
    )
