"""A collection in a database.

How full it is is not counted at each put. After a count, an eighth of the room that was found may be used before
the next one, and that for a minute: eight processes that fill one collection at the same time keep to its limit.
A large one that is full makes room for 1/64 of its limit at once. When a value was used is written together with
the next count, as a read would be a write otherwise; of the last 2,000 keys that were read, that is.
"""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, Connection, Executable, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import mysql, postgresql, sqlite

from helixmpp.storage.checks import KEY_LIMIT, check_limits, check_put, expiry
from helixmpp.storage.sql.place import PlaceRow
from helixmpp.storage.sql.runner import Runner
from helixmpp.storage.sql.tables import from_bytes, hash_of, to_bytes, values
from helixmpp.storage.sql.transaction import transaction
from helixmpp.storage.ticks import Ticks
from helixmpp.storage.turns import Turns

__all__ = ["SQLCollection", "put_statement"]

_TOUCHES = 2000  # keys whose time of use is not written yet
_TRUST = 60.0  # seconds for which a count says something
_PROCESSES = 8
_AT_ONCE = 64

_HERE = values.c.place == bindparam("in_place")
_GOOD = or_(values.c.expires.is_(None), values.c.expires > bindparam("now"))
_THIS = values.c.hash == bindparam("of")

_GET = select(values.c.value).where(_HERE, _THIS, _GOOD)
_DELETE = delete(values).where(_HERE, _THIS, _GOOD)
_DELETE_ANY = delete(values).where(_HERE, _THIS)
_KEYS = select(values.c.key).where(_HERE, _GOOD).order_by(values.c.used)
_TOUCH = update(values).where(_HERE, _THIS).values(used=bindparam("at"))
_EXPIRED = select(values.c.hash).where(_HERE, values.c.expires <= bindparam("now"))
_COUNT = select(func.count()).select_from(values).where(_HERE)
_OLDEST = select(values.c.hash).where(_HERE, _GOOD).order_by(values.c.used).limit(bindparam("many"))

_COLUMNS: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in ("place", "hash", "key", "value", "expires", "used")
}
_REPLACED = ("value", "expires", "used")


def put_statement(dialect: str) -> Executable:
    """The statement that puts a row or replaces the one of its key; each database spells it in its own way."""
    if dialect in {"mysql", "mariadb"}:
        of_mysql = mysql.insert(values).values(_COLUMNS)
        return of_mysql.on_duplicate_key_update({name: of_mysql.inserted[name] for name in _REPLACED})
    if dialect == "postgresql":
        of_pg = postgresql.insert(values).values(_COLUMNS)
        return of_pg.on_conflict_do_update(
            index_elements=["place", "hash"], set_={name: of_pg.excluded[name] for name in _REPLACED}
        )
    of_sqlite = sqlite.insert(values).values(_COLUMNS)
    return of_sqlite.on_conflict_do_update(
        index_elements=["place", "hash"], set_={name: of_sqlite.excluded[name] for name in _REPLACED}
    )


class SQLCollection:
    """One collection of one account, in a database."""

    def __init__(
        self,
        runner: Runner,
        row: PlaceRow,
        put: Executable,
        ticks: Ticks,
        *,
        limit: int,
        value_limit: int,
        clock: Callable[[], float],
    ) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._runner = runner
        self._row = row
        self._put_statement = put
        self._ticks = ticks
        self._clock = clock
        self._turns = Turns()
        self._counting = Turns()
        self._room = 0
        self._counted = 0.0
        # The hash of each key that was read, and when; not written yet.
        self._touched: dict[bytes, int] = {}

    async def get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none or it has expired."""
        if len(key) > KEY_LIMIT:
            return None
        of = hash_of(key)

        if self._row.id is None and await self._runner.run(self._row.find) is None:
            return None
        found = await self._runner.value(_GET, {"in_place": self._row.id, "of": of, "now": self._clock()})
        value = None if found is None else bytes(found)
        if value is not None:
            self._touched.pop(of, None)
            self._touched[of] = self._ticks()
            if len(self._touched) > _TOUCHES:
                del self._touched[next(iter(self._touched))]
        return value

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        check_put(key, value, self.value_limit)
        now = self._clock()
        expires = expiry(max_age, now)
        of = hash_of(key)
        if expires is not None and expires <= now:
            async with self._turns.take(key):
                await self._runner.run(lambda connection: self._forget(connection, of))
            return
        row = {"hash": of, "key": to_bytes(key), "value": value, "expires": expires, "used": self._ticks()}
        self._touched.pop(of, None)

        async with self._turns.take(key):
            if self._row.id is None:
                await self._runner.run(self._row.make)
            await self._runner.value(self._put_statement, {"place": self._row.id, **row})
        self._room -= 1
        full = self._room < 0 or time.monotonic() > self._counted + _TRUST
        if full:
            async with self._counting.take(""):
                await self._runner.run(self._make_room)

    async def delete(self, key: str) -> bool:
        """Forget a key; whether there was one."""
        if len(key) > KEY_LIMIT:
            return False
        of = hash_of(key)
        self._touched.pop(of, None)

        def operation(connection: Connection) -> bool:
            place = self._row.find(connection)
            if place is None:
                return False
            done = connection.execute(_DELETE, {"in_place": place, "of": of, "now": self._clock()})
            return done.rowcount > 0

        async with self._turns.take(key):
            return await self._runner.run(operation)

    async def keys(self) -> list[str]:
        """Every key that has not expired."""

        def operation(connection: Connection) -> list[str]:
            place = self._row.find(connection)
            if place is None:
                return []
            found = connection.execute(_KEYS, {"in_place": place, "now": self._clock()})
            return [from_bytes(bytes(key)) for (key,) in found]

        return await self._runner.run(operation)

    async def flush(self) -> None:
        """Write when values were read, so that the next process knows which were used least recently."""
        if not self._touched:
            return

        def operation(connection: Connection) -> None:
            place = self._row.find(connection)
            if place is not None:
                with transaction(connection):
                    self._write_touches(connection, place)

        await self._runner.run(operation)

    # -- on the other side ----------------------------------------------------------------------------

    def _forget(self, connection: Connection, of: bytes) -> None:
        place = self._row.find(connection)
        if place is not None:
            connection.execute(_DELETE_ANY, {"in_place": place, "of": of})

    def _make_room(self, connection: Connection) -> None:
        place = self._row.make(connection)
        at = {"in_place": place}
        with transaction(connection):
            self._write_touches(connection, place)
            gone = list(connection.execute(_EXPIRED, {**at, "now": self._clock()}).scalars())
            size = connection.execute(_COUNT, at).scalar_one() - len(gone)
            if size > self.limit:
                target = self.limit - self.limit // _AT_ONCE
                many = {**at, "many": size - target, "now": self._clock()}
                gone += list(connection.execute(_OLDEST, many).scalars())
                size = target
            # By their keys, in one order everywhere: two who make room at the same time wait for nobody in a ring.
            if gone:
                connection.execute(_DELETE_ANY, [{**at, "of": of} for of in sorted(map(bytes, gone))])
        self._room = (self.limit - size) // _PROCESSES
        self._counted = time.monotonic()

    def _write_touches(self, connection: Connection, place: int) -> None:
        touched, self._touched = self._touched, {}
        if touched:
            # In one order everywhere: two processes that did this in different ones would wait for each other.
            rows = [{"in_place": place, "of": of, "at": at} for of, at in sorted(touched.items())]
            connection.execute(_TOUCH, rows)
