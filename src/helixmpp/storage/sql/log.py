"""A log in a database: its row has the last number and the one up to which was dropped, and so its size."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, BindParameter, Connection, bindparam, case, delete, insert, select, update

from helixmpp.errors import StorageError
from helixmpp.storage.checks import check_append, check_limits, check_room
from helixmpp.storage.sql.place import PlaceRow
from helixmpp.storage.sql.runner import Runner
from helixmpp.storage.sql.tables import items, places
from helixmpp.storage.sql.transaction import transaction

__all__ = ["SQLLog"]

_THIS = places.c.id == bindparam("this")
_SIZE = places.c.last - places.c.dropped
# The row is locked by this until the transaction ends: numbers are given out one after the other.
_TAKE = (
    update(places)
    .where(_THIS, _SIZE + bindparam("many") <= bindparam("most"))
    .values(last=places.c.last + bindparam("many"))
)
_ROW = select(places.c.last, places.c.dropped).where(_THIS)
_PUT = insert(items).values(place=bindparam("this"), number=bindparam("n"), value=bindparam("v"))
_READ = (
    select(items.c.number, items.c.value)
    .where(items.c.place == bindparam("this"), items.c.number > bindparam("n"))
    .order_by(items.c.number)
    .limit(bindparam("many"))
)
_NUMBER: BindParameter[int] = bindparam("n", type_=BigInteger())
_MARK = (
    update(places)
    .where(_THIS, places.c.dropped < bindparam("n"))
    .values(dropped=case((places.c.last < bindparam("n"), places.c.last), else_=_NUMBER))
)
_DROP = delete(items).where(items.c.place == bindparam("this"), items.c.number <= bindparam("n"))
_LARGEST = 2**63 - 1


class SQLLog:
    """One log of one account, in a database."""

    def __init__(self, runner: Runner, row: PlaceRow, *, limit: int, value_limit: int) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._runner = runner
        self._row = row

    async def append(self, values: Sequence[bytes]) -> int:
        """Put values at the end, all of them or none, and give the number of the last one."""
        checked = check_append(values, self.value_limit)

        def operation(connection: Connection) -> int:
            this = self._row.make(connection)
            if not checked:
                return _row(connection, this)[0]
            with transaction(connection, durable=True):
                done = connection.execute(_TAKE, {"this": this, "many": len(checked), "most": self.limit})
                last, dropped = _row(connection, this)
                if not done.rowcount:
                    check_room(last - dropped, len(checked), self.limit)
                    raise StorageError("the log's row is gone")
                rows = [
                    {"this": this, "n": number, "v": value}
                    for number, value in enumerate(checked, last - len(checked) + 1)
                ]
                connection.execute(_PUT, rows)
            return last

        # Whether a lost connection lost the answer alone is not known: appending twice would double the values.
        return await self._runner.run(operation, repeat=False)

    async def read(self, after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        """At most ``limit`` values behind the number ``after``, with their numbers, in order."""
        if limit < 1:
            return []

        def operation(connection: Connection) -> list[tuple[int, bytes]]:
            this = self._row.find(connection)
            if this is None:
                return []
            many = min(limit, _LARGEST)
            found = connection.execute(_READ, {"this": this, "n": _bounded(after), "many": many})
            return [(number, bytes(value)) for number, value in found]

        return await self._runner.run(operation)

    async def drop(self, up_to: int) -> None:
        """Forget every value up to this number."""

        def operation(connection: Connection) -> None:
            this = self._row.find(connection)
            if this is None:
                return
            with transaction(connection):
                if connection.execute(_MARK, {"this": this, "n": _bounded(up_to)}).rowcount:
                    # Only what was given out before: another process may append meanwhile.
                    _, dropped = _row(connection, this)
                    connection.execute(_DROP, {"this": this, "n": dropped})

        await self._runner.run(operation)

    async def size(self) -> int:
        """How many values it holds."""

        def operation(connection: Connection) -> int:
            this = self._row.find(connection)
            if this is None:
                return 0
            last, dropped = _row(connection, this)
            return last - dropped

        return await self._runner.run(operation)


def _row(connection: Connection, this: int) -> tuple[int, int]:
    found = connection.execute(_ROW, {"this": this}).one()
    return int(found.last), int(found.dropped)


def _bounded(number: int) -> int:
    return max(-1, min(number, _LARGEST))
