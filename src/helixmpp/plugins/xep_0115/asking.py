"""Which hashes are asked for, whom, and how many at a time."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from helixmpp.jid import JID

__all__ = ["Advertised", "AskLimits", "Asker", "AskingHost"]

log = logging.getLogger(__name__)


class Advertised(NamedTuple):
    """What the presence of an address said, and which address of ours it was sent to."""

    jid: JID
    node: str
    hash: str
    ver: str
    asker: JID | None = None  # None for a client, which has one


class AskLimits(NamedTuple):
    """The settings that the asking keeps to."""

    max_queries: int  # at a time
    max_waiting: int  # hashes
    max_tries: int  # addresses that are asked for one hash
    max_jids: int


class AskingHost(Protocol):
    """What is asked of the plugin."""

    def limits(self) -> "AskLimits":
        """The settings that hold now."""
        ...

    async def is_known(self, said: Advertised) -> bool:
        """Whether the hash is known already; then it is noted who sent it."""
        ...

    async def ask(self, said: Advertised) -> bool | None:
        """Ask the address; whether what it answered was believed and kept, None when that cannot be said."""
        ...

    async def assign(self, said: Advertised) -> None:
        """Note who sent a hash that is known now."""
        ...

    def failed(self, error: Exception) -> None:
        """Tell of an error that nobody awaits."""
        ...


class Asker:
    """Asks once for each hash, and the next address that sent it where the first told no truth."""

    def __init__(self, host: AskingHost, start: Callable[[Awaitable[Any]], "asyncio.Future[Any]"]) -> None:
        self._host = host
        self._start = start
        # What came and was not looked at yet, by address: the latest counts.
        self._fresh: OrderedDict[str, Advertised] = OrderedDict()
        # Who sent which hash that has to be asked for: (algorithm, hash) -> address -> what it said.
        self._wanted: OrderedDict[tuple[str, str], OrderedDict[str, Advertised]] = OrderedDict()
        self._todo: deque[tuple[str, str]] = deque()
        # Where in there an address stands: what it sent last is what counts.
        self._where: dict[str, tuple[str, str]] = {}
        # Who was asked for what and did not tell the truth: not asked again.
        self._refused: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._tasks: set[asyncio.Future[Any]] = set()
        self._sorting = False
        self._asking = 0
        # Tasks of before a clear() that still end have no part in what came after it.
        self._round = 0

    def __len__(self) -> int:
        return len(self._fresh) + len(self._where)

    def add(self, said: Advertised) -> None:
        """Look into what an address sent, soon; where very much is waiting, it is dropped."""
        key = (said.hash, said.ver)
        self._forget(said.jid)
        if key in self._wanted:
            self._fresh.pop(said.jid.full, None)
            self._want(key, said)
            return
        if len(self) >= self._host.limits().max_jids and said.jid.full not in self._fresh:
            log.info("capabilities are left out: %d addresses wait already (max_jids)", len(self))
            return
        self._fresh[said.jid.full] = said
        if not self._sorting:
            self._sorting = True
            self._run(self._sort(self._round))

    def clear(self) -> None:
        """Ask nobody any more."""
        for task in tuple(self._tasks):
            task.cancel()
        self._fresh.clear()
        self._wanted.clear()
        self._todo.clear()
        self._where.clear()
        self._asking = 0
        self._sorting = False
        self._round += 1

    def _run(self, work: Awaitable[None]) -> None:
        task = self._start(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sort(self, round_: int) -> None:
        try:
            while self._fresh and round_ == self._round:
                _, said = self._fresh.popitem(last=False)
                try:
                    known = await self._host.is_known(said)
                except Exception as error:  # noqa: BLE001 - a store may raise anything; the next one may work
                    self._host.failed(error)
                    continue
                if not known and round_ == self._round and said.jid.full not in self._fresh:
                    self._want((said.hash, said.ver), said)
        finally:
            if round_ == self._round:
                self._sorting = False

    def _want(self, key: tuple[str, str], said: Advertised) -> None:
        waiting = self._wanted.get(key)
        if waiting is None:
            if self._was_refused(said):
                return
            if len(self._wanted) >= self._host.limits().max_waiting:
                log.info(
                    "capabilities are not asked for: %d hashes wait already (max_waiting)", len(self._wanted)
                )
                return
            waiting = self._wanted[key] = OrderedDict()
            self._todo.append(key)
        if len(self._where) < self._host.limits().max_jids:
            self._forget(said.jid)
            waiting[said.jid.full] = said
            self._where[said.jid.full] = key
        self._start_asking()

    def _start_asking(self) -> None:
        while self._todo and self._asking < self._host.limits().max_queries:
            self._asking += 1
            self._run(self._ask_for(self._todo.popleft(), self._round))

    async def _ask_for(self, key: tuple[str, str], round_: int) -> None:
        try:
            if await self._ask_some(key):
                # Others may send it meanwhile: they come in here as long as the key stands.
                while round_ == self._round and (waiting := self._wanted.get(key)):
                    said = next(iter(waiting.values()))
                    self._forget(said.jid)
                    await self._host.assign(said)
        except Exception as error:  # noqa: BLE001 - a store may raise anything
            self._host.failed(error)
        finally:
            if round_ == self._round:
                for jid in self._wanted.pop(key, ()):
                    del self._where[jid]
                self._asking -= 1
                self._start_asking()

    async def _ask_some(self, key: tuple[str, str]) -> bool:
        for _ in range(self._host.limits().max_tries):
            waiting = self._wanted.get(key)
            said = (
                next((one for one in waiting.values() if not self._was_refused(one)), None)
                if waiting
                else None
            )
            if said is None:
                return False
            # Another way may have led to it while it waited here.
            believed = await self._host.is_known(said) or await self._host.ask(said)
            if believed:
                return True
            if believed is False:
                self._refused[said.jid.full, said.hash, said.ver] = None
                while len(self._refused) > self._host.limits().max_jids:
                    self._refused.popitem(last=False)
            if self._where.get(said.jid.full) == key:
                self._forget(said.jid)
        return False

    def _forget(self, jid: JID) -> None:
        """What an address sent before counts no longer."""
        key = self._where.pop(jid.full, None)
        if key is not None:
            self._wanted[key].pop(jid.full, None)

    def _was_refused(self, said: Advertised) -> bool:
        return (said.jid.full, said.hash, said.ver) in self._refused
