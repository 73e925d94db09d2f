"""Everything in a database, to be carried elsewhere, and back."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Executable, Row, and_, delete, insert, or_, select, update

from helixmpp.core.engines import Entry, LogEntry, LogState, ValueEntry
from helixmpp.storage.checks import check_entries, expiry
from helixmpp.storage.sql.place import PlaceRow
from helixmpp.storage.sql.runner import Runner
from helixmpp.storage.sql.tables import COLLECTION, LOG, from_bytes, hash_of, items, places, to_bytes, values
from helixmpp.storage.sql.transaction import transaction
from helixmpp.storage.ticks import Ticks

__all__ = ["read_entries", "write_entries"]

_PAGE = 200


async def read_entries(runner: Runner, clock: Callable[[], float]) -> AsyncIterator[Entry]:
    """Every value that has not expired and every log, a page at a time."""

    def find(connection: Connection) -> list[tuple[int, int, str, str, int]]:
        rows = connection.execute(select(places).order_by(places.c.id))
        return [
            (row.id, row.kind, from_bytes(bytes(row.account)), from_bytes(bytes(row.name)), row.last)
            for row in rows
        ]

    for place, kind, account, name, last in await runner.run(find):
        if kind == COLLECTION:
            async for key, value, expires in _values(runner, place):
                left = None if expires is None else expires - clock()
                if left is None or left > 0:
                    yield ValueEntry(account, name, key, value, left)
        elif last:
            yield LogState(account, name, last)
            async for number, value in _items(runner, place, last):
                yield LogEntry(account, name, number, value)


async def _values(runner: Runner, place: int) -> AsyncIterator[tuple[str, bytes, float | None]]:
    # In order of use, so that the place they come to forgets in the same order.
    used, of = -1, b""
    while True:
        behind = or_(values.c.used > used, and_(values.c.used == used, values.c.hash > of))
        statement = (
            select(values).where(values.c.place == place, behind).order_by(values.c.used, values.c.hash)
        ).limit(_PAGE)
        rows = await runner.run(_all(statement))
        for row in rows:
            yield from_bytes(bytes(row.key)), bytes(row.value), row.expires
            used, of = row.used, bytes(row.hash)
        if len(rows) < _PAGE:
            return


async def _items(runner: Runner, place: int, last: int) -> AsyncIterator[tuple[int, bytes]]:
    number = 0
    while True:
        statement = (
            select(items.c.number, items.c.value)
            .where(items.c.place == place, items.c.number > number, items.c.number <= last)
            .order_by(items.c.number)
            .limit(_PAGE)
        )
        rows = await runner.run(_all(statement))
        for row in rows:
            number = row.number
            yield number, bytes(row.value)
        if len(rows) < _PAGE:
            return


def _all(statement: Executable) -> Callable[[Connection], list[Row[Any]]]:
    return lambda connection: list(connection.execute(statement))


def write_entries(
    connection: Connection,
    entries: Iterable[Entry],
    put: Executable,
    ticks: Ticks,
    clock: Callable[[], float],
) -> int:
    """Put entries, in one transaction; gives how many values they were."""
    count = 0
    known: dict[tuple[int, str, str], int] = {}

    def place_of(kind: int, account: str, name: str) -> int:
        found = known.get((kind, account, name))
        if found is None:
            found = known[kind, account, name] = PlaceRow(kind, account, name).make(connection)
        return found

    with transaction(connection, durable=True):
        for entry in check_entries(entries):
            match entry:
                case ValueEntry():
                    row = {
                        "place": place_of(COLLECTION, entry.account, entry.collection),
                        "hash": hash_of(entry.key),
                        "key": to_bytes(entry.key),
                        "value": entry.value,
                        "expires": expiry(entry.max_age, clock()),
                        "used": ticks(),
                    }
                    connection.execute(put, row)
                    count += 1
                case LogState():
                    place = place_of(LOG, entry.account, entry.log)
                    connection.execute(delete(items).where(items.c.place == place))
                    state = update(places).where(places.c.id == place)
                    connection.execute(state.values(last=entry.last, dropped=entry.last))
                case LogEntry():
                    place = place_of(LOG, entry.account, entry.log)
                    new = {"place": place, "number": entry.number, "value": entry.value}
                    connection.execute(insert(items), new)
                    # The first of them says up to where was dropped.
                    first = update(places).where(places.c.id == place, places.c.dropped == places.c.last)
                    connection.execute(first.values(dropped=entry.number - 1))
                    count += 1
    return count
