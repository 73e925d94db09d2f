"""What a worker is asked to do, and what it answers: the small protocol between it and the benchmark.

One JSON object a line each way. The worker begins with ``{"library": …, "version": …, "python": …, "notes": […]}``.
A task is answered by ``{"items": …, "wall": …, "cpu": …, …}``, or by ``{"failed": "…"}`` where a check of what was
measured does not hold, ``{"unsupported": "…"}`` where the library has no such thing, ``{"broken": "…"}`` for anything
else that went wrong.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bench.worker.library import CheckFailed
from bench.worker.meter import Reading

__all__ = ["Counter", "Outcome", "Task", "settle", "until"]


@dataclass(frozen=True, slots=True)
class Task:
    """One measurement.

    :param run: which.
    :param count: of how many stanzas, items or clients.
    :param plugins: with the 21 plugins.
    :param payloads: with payloads beside the body.
    :param together: all at once instead of one after another.
    :param check: look at each single one, which is not measured then.
    :param limit: seconds after which what is not there is missing.
    :param least: do it again, anew, until it took so many seconds together; the median is answered. What takes
        a few milliseconds is at the mercy of whatever else the processor does.
    """

    run: str
    count: int
    plugins: bool = False
    payloads: bool = False
    together: bool = False
    check: bool = False
    limit: float = 900.0
    least: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As it is sent to the worker."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the reading is for ``items`` of them together."""

    items: int
    reading: Reading
    kib: float | None = None  # of memory, for each item

    def to_json(self) -> dict[str, Any]:
        """As it is sent to the benchmark."""
        return {"items": self.items, "kib": self.kib, **asdict(self.reading)}


class Counter:
    """A handler that counts its runs; it keeps the last stanza, and with ``keep`` every one."""

    def __init__(self, keep: bool) -> None:
        self.count = 0
        self.last: Any = None
        self.kept: list[Any] = []
        #: What is to be registered.
        self.take: Callable[[Any], None] = self._keep if keep else self._count

    def _count(self, stanza: Any) -> None:
        self.count += 1
        self.last = stanza

    def _keep(self, stanza: Any) -> None:
        self.count += 1
        self.last = stanza
        self.kept.append(stanza)


async def until(condition: Callable[[], bool], what: Callable[[], str], limit: float) -> None:
    """Let the loop turn until something holds; CheckFailed with ``what()`` after ``limit`` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + limit
    while not condition():
        if loop.time() > end:
            raise CheckFailed(f"after {limit:g} seconds: {what()}")
        await asyncio.sleep(0)


async def settle(turns: int = 20) -> None:
    """Let the loop turn, for what is still on its way."""
    for _ in range(turns):
        await asyncio.sleep(0)
