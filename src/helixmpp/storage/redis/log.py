"""A log in a Redis. Whether it outlives the server's end is a setting of the server (``appendonly``)."""

from collections.abc import Sequence

from helixmpp.storage.checks import check_append, check_limits, check_room
from helixmpp.storage.redis.connection import Connection
from helixmpp.storage.redis.place import Place
from helixmpp.storage.redis.scripts import APPEND, DROP, READ, SIZE

__all__ = ["RedisLog"]

# Lua's numbers are exact up to here.
_LARGEST = 2**53


class RedisLog:
    """One log of one account, in a Redis."""

    def __init__(self, connection: Connection, place: Place, *, limit: int, value_limit: int) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._connection = connection
        self._place = place

    async def append(self, values: Sequence[bytes]) -> int:
        """Put values at the end, all of them or none, and give the number of the last one."""
        checked = check_append(values, self.value_limit)
        await self._place.note(self._connection)
        limit = max(self.limit, 0) if checked else _LARGEST
        # Whether a lost connection lost the answer alone is not known: appending twice would double the values.
        last: int = await self._connection.run(APPEND, self._place.keys, (str(limit), *checked), repeat=False)
        if last < 0:
            check_room(-1 - last, len(checked), self.limit)
        return last

    async def read(self, after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        """At most ``limit`` values behind the number ``after``, with their numbers, in order."""
        arguments = (str(_bounded(after)), str(_bounded(limit)))
        first, *values = await self._connection.run(READ, self._place.keys, arguments)
        return list(enumerate(values, first))

    async def drop(self, up_to: int) -> None:
        """Forget every value up to this number."""
        await self._connection.run(DROP, self._place.keys, (str(_bounded(up_to)),))

    async def size(self) -> int:
        """How many values it holds."""
        size: int = await self._connection.run(SIZE, self._place.keys, ())
        return size


def _bounded(number: int) -> int:
    return max(0, min(number, _LARGEST))
