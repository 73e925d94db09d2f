"""The tables. Keys, accounts and names are bytes (UTF-8): no collation, no NUL and no case get in their way.

A key is found by its SHA-256, as keys are long and chosen by strangers.
"""

import hashlib

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
)
from sqlalchemy.dialects import mysql

__all__ = [
    "COLLECTION",
    "LOG",
    "from_bytes",
    "hash_of",
    "items",
    "meta",
    "places",
    "to_bytes",
    "values",
    "version",
]

_Hash = LargeBinary(32).with_variant(mysql.BINARY(32), "mysql", "mariadb")
# MySQL's plain BLOB ends at 64 KiB.
_Bytes = LargeBinary().with_variant(mysql.LONGBLOB, "mysql", "mariadb")
# SQLite gives numbers by itself to INTEGER alone.
_Number = BigInteger().with_variant(Integer, "sqlite")

meta = MetaData()

version = Table(
    "helixmpp_version",
    meta,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # always 1
    Column("version", Integer, nullable=False),
)

COLLECTION, LOG = 1, 2

#: One collection or log of one account.
places = Table(
    "helixmpp_places",
    meta,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("hash", _Hash, nullable=False, unique=True),
    Column("kind", SmallInteger, nullable=False),
    Column("account", _Bytes, nullable=False),
    Column("name", _Bytes, nullable=False),
    # Of a log: the last number that was given out, and the one up to which values were dropped.
    Column("last", BigInteger, nullable=False, default=0),
    Column("dropped", BigInteger, nullable=False, default=0),
)

values = Table(
    "helixmpp_values",
    meta,
    Column("place", _Number, primary_key=True, autoincrement=False),
    Column("hash", _Hash, primary_key=True),
    Column("key", _Bytes, nullable=False),
    Column("value", _Bytes, nullable=False),
    Column("expires", Double),  # seconds since 1970
    Column("used", BigInteger, nullable=False),  # microseconds since 1970
    # What makes room looks at, without the values.
    Index("helixmpp_values_used", "place", "used", "expires"),
)

items = Table(
    "helixmpp_log",
    meta,
    Column("place", _Number, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("value", _Bytes, nullable=False),
)


def to_bytes(text: str) -> bytes:
    """A text as bytes; what a peer sent may hold what UTF-8 has not, such as half of a pair."""
    return text.encode("utf-8", "surrogatepass")


def from_bytes(data: bytes) -> str:
    """The text of such bytes."""
    return data.decode("utf-8", "surrogatepass")


def hash_of(*parts: str) -> bytes:
    """The SHA-256 of texts; of different ones it is different, also where they read the same in a row."""
    if len(parts) == 1:
        return hashlib.sha256(to_bytes(parts[0])).digest()
    return hashlib.sha256(b"".join(hashlib.sha256(to_bytes(part)).digest() for part in parts)).digest()
