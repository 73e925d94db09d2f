"""A collection in a Redis. Limit, age and order of use are seen to by the server, in the same step as the put."""

from collections.abc import Callable

from helixmpp.storage.checks import KEY_LIMIT, check_limits, check_put, expiry
from helixmpp.storage.redis.connection import Connection
from helixmpp.storage.redis.place import Place
from helixmpp.storage.redis.scripts import DELETE, GET, KEYS, PUT
from helixmpp.storage.ticks import Ticks
from helixmpp.storage.turns import Turns

__all__ = ["RedisCollection", "key_bytes", "key_text"]


def key_bytes(key: str) -> bytes:
    """A key as the server has it; what a peer sent may hold what UTF-8 has not, such as half of a pair."""
    return key.encode("utf-8", "surrogatepass")


def key_text(data: bytes) -> str:
    """The key of such bytes."""
    return data.decode("utf-8", "surrogatepass")


class RedisCollection:
    """One collection of one account, in a Redis."""

    def __init__(
        self,
        connection: Connection,
        place: Place,
        ticks: Ticks,
        *,
        limit: int,
        value_limit: int,
        clock: Callable[[], float],
    ) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._connection = connection
        self._place = place
        self._ticks = ticks
        self._clock = clock
        self._turns = Turns()

    async def get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none or it has expired."""
        if len(key) > KEY_LIMIT:
            return None
        arguments = (key_bytes(key), repr(self._clock()), str(self._ticks()))
        value: bytes | None = await self._connection.run(GET, self._place.keys, arguments)
        return value

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        check_put(key, value, self.value_limit)
        now = self._clock()
        expires = expiry(max_age, now)
        arguments = (
            key_bytes(key),
            repr(now),
            str(self._ticks()),
            value,
            "" if expires is None else repr(expires),
            str(self.limit),
        )
        async with self._turns.take(key):
            await self._place.note(self._connection)
            await self._connection.run(PUT, self._place.keys, arguments)

    async def delete(self, key: str) -> bool:
        """Forget a key; whether there was one."""
        if len(key) > KEY_LIMIT:
            return False
        arguments = (key_bytes(key), repr(self._clock()))
        async with self._turns.take(key):
            return bool(await self._connection.run(DELETE, self._place.keys, arguments))

    async def keys(self) -> list[str]:
        """Every key that has not expired."""
        found: list[bytes] = await self._connection.run(KEYS, self._place.keys, (repr(self._clock()),))
        return [key_text(key) for key in found]
