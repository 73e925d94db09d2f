"""Cuts what is written to TLS where stanzas end, so that a broken link never leaves half a stanza behind it.

A record of TLS arrives whole or not at all, and a server reads one at a time. One that breaks off between two
records has then read whole stanzas only. Servers exist that feed a resumed stream (XEP-0198) to the parser of the
connection that broke: behind half a stanza, nothing more would be understood.
"""

from typing import Final

__all__ = ["records"]

# Servers read 4 or 8 KiB of decrypted bytes at a time; a record of TLS may have 16 (RFC 8446 section 5.1).
_LARGEST: Final = 4096


def records(pieces: list[bytes]) -> list[bytes]:
    """Join pieces up to the size that is read at once; a larger one stands alone."""
    joined: list[bytes] = []
    first = size = 0
    for at, piece in enumerate(pieces):
        if size and size + len(piece) > _LARGEST:
            joined.append(b"".join(pieces[first:at]))
            first, size = at, 0
        size += len(piece)
    joined.append(b"".join(pieces[first:]))
    return joined
