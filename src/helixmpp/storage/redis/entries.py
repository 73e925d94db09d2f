"""Everything in a Redis, to be carried elsewhere, and back."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from helixmpp.core.engines import Entry, LogEntry, LogState, ValueEntry
from helixmpp.storage.checks import check_entries, expiry
from helixmpp.storage.redis.connection import Client, Connection
from helixmpp.storage.redis.log import RedisLog
from helixmpp.storage.redis.place import COLLECTION, LOG, PLACES, Place
from helixmpp.storage.redis.values import key_bytes, key_text
from helixmpp.storage.ticks import Ticks

__all__ = ["read_entries", "write_entries"]

_PAGE = 200


async def read_entries(connection: Connection, clock: Callable[[], float]) -> AsyncIterator[Entry]:
    """Every value that has not expired and every log, a page at a time."""
    for text in sorted(await _ask(connection, "SMEMBERS", PLACES)):
        place = Place.read(text.decode("ascii", "replace"))
        if place is None:
            continue
        reading = _values(connection, place, clock) if place.kind == COLLECTION else _log(connection, place)
        async for entry in reading:
            yield entry


async def _ask(connection: Connection, *command: Any) -> Any:
    async def ask(client: Client) -> Any:
        return await client.execute_command(*command)

    return await connection.do(ask)


async def _values(connection: Connection, place: Place, clock: Callable[[], float]) -> AsyncIterator[Entry]:
    values, used, expiries = place.keys
    # In order of use, so that the place they come to forgets in the same order.
    keys: list[bytes] = await _ask(connection, "ZRANGE", used, 0, -1)
    for start in range(0, len(keys), _PAGE):
        page = keys[start : start + _PAGE]
        found: list[bytes | None] = await _ask(connection, "HMGET", values, *page)
        ends: list[bytes | float | None] = await _ask(connection, "ZMSCORE", expiries, *page)
        for key, value, end in zip(page, found, ends, strict=True):
            left = None if end is None else float(end) - clock()
            if value is not None and (left is None or left > 0):
                yield ValueEntry(place.account, place.name, key_text(key), value, left)


async def _log(connection: Connection, place: Place) -> AsyncIterator[Entry]:
    last = int(await _ask(connection, "HGET", place.keys[1], "last") or 0)
    if not last:
        return
    yield LogState(place.account, place.name, last)
    reader = RedisLog(connection, place, limit=1, value_limit=1)
    number = 0
    while number < last and (page := await reader.read(number, _PAGE)):
        for number, value in page:
            if number <= last:
                yield LogEntry(place.account, place.name, number, value)


async def write_entries(
    connection: Connection, entries: Iterable[Entry], ticks: Ticks, clock: Callable[[], float]
) -> int:
    """Put entries, in one transaction; gives how many values they were."""
    count = 0
    commands: list[tuple[Any, ...]] = []
    places: dict[tuple[str, str, str], Place] = {}

    def place_of(kind: str, account: str, name: str) -> Place:
        found = places.get((kind, account, name))
        if found is None:
            found = places[kind, account, name] = Place(kind, account, name)
            commands.append(("SADD", PLACES, found.text))
        return found

    for entry in check_entries(entries):
        match entry:
            case ValueEntry():
                values, used, expiries = place_of(COLLECTION, entry.account, entry.collection).keys
                key, expires = key_bytes(entry.key), expiry(entry.max_age, clock())
                commands += (("HSET", values, key, entry.value), ("ZADD", used, ticks(), key))
                if expires is None:
                    commands.append(("ZREM", expiries, key))
                else:
                    commands.append(("ZADD", expiries, repr(expires), key))
                count += 1
            case LogState():
                values, numbers = place_of(LOG, entry.account, entry.log).keys
                commands.append(("DEL", values))
                commands.append(("HSET", numbers, "last", entry.last, "dropped", entry.last))
            case LogEntry():
                values, numbers = place_of(LOG, entry.account, entry.log).keys
                commands.append(("HSET", values, entry.number, entry.value))
                if commands[-2][0] == "HSET" and commands[-2][1] == numbers:
                    # The first of them says up to where was dropped.
                    commands[-2] = (*commands[-2][:-1], entry.number - 1)
                count += 1

    async def send(client: Client) -> None:
        pipe = client.pipeline(transaction=True)
        for command in commands:
            pipe.execute_command(*command)
        await pipe.execute()

    if commands:
        await connection.do(send, repeat=False)
    return count
