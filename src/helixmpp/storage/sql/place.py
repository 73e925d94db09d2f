"""The row of a collection or log, and its number, which is looked up once."""

import contextlib

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from helixmpp.storage.sql.tables import hash_of, places, to_bytes

__all__ = ["PlaceRow"]

_FIND = select(places.c.id).where(places.c.hash == bindparam("of"))
_MAKE = insert(places).values(
    hash=bindparam("of"), kind=bindparam("kind"), account=bindparam("account"), name=bindparam("name")
)


class PlaceRow:
    """One collection or log of one account, in the table of them.

    :param kind: ``COLLECTION`` or ``LOG``.
    """

    def __init__(self, kind: int, account: str, name: str) -> None:
        self._kind = kind
        self._account = account
        self._name = name
        self._hash = hash_of(str(kind), account, name)
        #: The number; None while it is not known.
        self.id: int | None = None

    def find(self, connection: Connection) -> int | None:
        """Its number; None where nothing was ever put."""
        if self.id is None:
            self.id = connection.execute(_FIND, {"of": self._hash}).scalar_one_or_none()
        return self.id

    def make(self, connection: Connection) -> int:
        """Its number; it is made where there was none. Not to be called within a transaction."""
        found = self.find(connection)
        if found is not None:
            return found
        row = {
            "of": self._hash,
            "kind": self._kind,
            "account": to_bytes(self._account),
            "name": to_bytes(self._name),
        }
        with contextlib.suppress(IntegrityError):  # another process was first
            connection.execute(_MAKE, row)
        made: int = connection.execute(_FIND, {"of": self._hash}).scalar_one()
        self.id = made
        return made

    def forget(self) -> None:
        """Look the number up again."""
        self.id = None
