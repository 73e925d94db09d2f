"""A log over documents: one for each value, and one with the log's numbers, which is written last."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from helixmpp.storage.checks import check_append, check_limits, check_room
from helixmpp.storage.documents import Documents, decode, encode

__all__ = ["KeyValueLog"]


class KeyValueLog:
    """One log of one account, over a store of py-key-value-aio.

    :param start: what the names of its documents begin with.
    :param note: puts the log into the list of all of them.
    """

    def __init__(
        self,
        documents: Documents,
        start: str,
        note: Callable[[], Awaitable[None]],
        *,
        limit: int,
        value_limit: int,
    ) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._documents = documents
        self._start = start
        self._note = note

    async def append(self, values: Sequence[bytes]) -> int:
        """Put values at the end, all of them or none, and give the number of the last one."""
        checked = check_append(values, self.value_limit)
        async with self._documents.locks.hold(self._start):
            await self._note()
            last, dropped = await self._numbers()
            if not checked:
                return last
            check_room(last - dropped, len(checked), self.limit)
            await self._put(last + 1, checked)
            last += len(checked)
            # Only now is any of them there.
            await self._documents.put(self._start, {"last": last, "dropped": dropped})
            return last

    async def read(self, after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        """At most ``limit`` values behind the number ``after``, with their numbers, in order."""
        last, dropped = await self._numbers()
        first = max(after, dropped) + 1
        numbers = list(range(first, min(last, first + limit - 1) + 1))
        if not numbers:
            return []
        found = await self._documents.get_many([self._item(number) for number in numbers])
        # A drop that was interrupted may have left holes.
        return [
            (number, decode(document["value"]))
            for number, document in zip(numbers, found, strict=True)
            if document is not None
        ]

    async def drop(self, up_to: int) -> None:
        """Forget every value up to this number."""
        async with self._documents.locks.hold(self._start):
            last, dropped = await self._numbers()
            up_to = min(up_to, last)
            if up_to > dropped:
                await self._documents.delete([self._item(number) for number in range(dropped + 1, up_to + 1)])
                await self._documents.put(self._start, {"last": last, "dropped": up_to})

    async def size(self) -> int:
        """How many values it holds."""
        last, dropped = await self._numbers()
        return last - dropped

    async def last(self) -> int:
        """The last number that was given out."""
        return (await self._numbers())[0]

    async def restore(self, last: int, values: Sequence[bytes]) -> None:
        """Hold these values and no others; they end at the number ``last``."""
        await self.drop(2**62)
        async with self._documents.locks.hold(self._start):
            await self._note()
            dropped = last - len(values)
            if values:
                await self._put(dropped + 1, values)
            await self._documents.put(self._start, {"last": last, "dropped": dropped})

    async def _put(self, first: int, values: Sequence[bytes]) -> None:
        await self._documents.put_many(
            {self._item(number): {"value": encode(value)} for number, value in enumerate(values, first)}
        )

    def _item(self, number: int) -> str:
        return f"{self._start}.{number}"

    async def _numbers(self) -> tuple[int, int]:
        document: dict[str, Any] = await self._documents.get(self._start) or {}
        return int(document.get("last", 0)), int(document.get("dropped", 0))
