"""One kept value as the bytes of a file: two lines of text that say what it is, and the value behind them.

``helixmpp-value 1`` is the version of this form; the second line is JSON with the account, the collection, the
key, the moment it expires (seconds since 1970, UTC, or null), and the size and SHA-256 of the value, so that a
file cut short or changed is found out.
"""

import hashlib
import json
import math
from dataclasses import dataclass, replace

__all__ = ["HEADER_LIMIT", "BadRecord", "Record", "read_header", "read_record"]

_MAGIC = b"helixmpp-value "
_VERSION = 1
#: No header is longer, in bytes: a key of 4096 characters takes at most 12 bytes for each in ASCII JSON, an
#: account (RFC 6122: two parts of 1023 bytes) less.
HEADER_LIMIT = 131_072


class BadRecord(Exception):
    """The bytes are not a kept value of a form that is known here; the message says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A value, its key, when it expires (seconds since 1970, None: never), and what it is a part of."""

    key: str
    expires: float | None
    value: bytes
    account: str = ""
    collection: str = ""

    def to_bytes(self) -> bytes:
        """The content of the file."""
        about = {
            "account": self.account,
            "collection": self.collection,
            "key": self.key,
            "expires": self.expires,
            "size": len(self.value),
            "sha256": hashlib.sha256(self.value).hexdigest(),
        }
        # json escapes all that is not ASCII, lone surrogates too: the header is always one line of text.
        return b"%b%d\n%b\n%b" % (_MAGIC, _VERSION, json.dumps(about).encode("ascii"), self.value)


def read_header(data: bytes) -> tuple[Record, int, str]:
    """What stands before the value: a record without it, the value's size and its SHA-256.

    :raises BadRecord: it cannot be read.
    """
    first, _, rest = data.partition(b"\n")
    version = first.removeprefix(_MAGIC)
    if version == first or not version.isdigit() or len(version) > 9:
        raise BadRecord("it is no kept value")
    if int(version) != _VERSION:
        raise BadRecord(f"its form has version {int(version)}; known is {_VERSION}")
    line, newline, _ = rest.partition(b"\n")
    if not newline:
        raise BadRecord("its header is cut short")
    try:
        about: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRecord("its header is no JSON") from error
    match about:
        case {
            "account": str(account),
            "collection": str(collection),
            "key": str(key),
            "expires": None | float() | int() as expires,
            "size": int(size),
            "sha256": str(digest),
        } if expires is None or expires <= math.inf:  # which NaN is not
            return Record(key, expires, b"", account, collection), size, digest
        case _:
            raise BadRecord("its header lacks a part")


def read_record(data: bytes) -> Record:
    """The record in the content of a file.

    :raises BadRecord: it cannot be read, or the value is not the one that was written.
    """
    head, size, digest = read_header(data)
    value = data.split(b"\n", 2)[2]
    if len(value) != size or hashlib.sha256(value).hexdigest() != digest:
        raise BadRecord("its value is not the one that was written")
    return replace(head, value=value)
