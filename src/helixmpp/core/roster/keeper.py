"""The rosters in the storage: read once at the start, and each change written down, many at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Protocol

from helixmpp.core.engines import Log, StorageFull
from helixmpp.core.roster.records import Fold, State, encode_item, encode_record, paged
from helixmpp.core.roster.unbroken import start_unbroken, write_all
from helixmpp.errors import StorageError

__all__ = ["MAX_RECORDS", "Keeper", "KeptRosters"]

log = logging.getLogger(__name__)

Key = tuple[str, str]  # the bare addresses of the owner and of the contact

#: The most records in the log; a record has up to some thousand items.
MAX_RECORDS: Final = 20_000
# After this many items others get their turn (50 ms at most).
_SLICE: Final = 500
# How many records are read at a time, of up to a MiB each.
_READ: Final = 32
# Everything is put together again after so many records, and as many as that took four times.
_CHANGES: Final = 1_000


class KeptRosters(Protocol):
    """What is kept, as the keeper sees it."""

    @property
    def loading(self) -> bool:
        """Whether a result of the server is being read: what is here is then of no version."""
        ...

    @property
    def version(self) -> str | None:
        """The version of a client's roster; None where there is none, at a component."""
        ...

    @version.setter
    def version(self, value: str) -> None: ...

    @property
    def kept_elsewhere(self) -> bool:
        """Whether all rosters are somebody else's to keep, or nobody's."""
        ...

    def state_of(self, owner: str, bare: str) -> State | None:
        """What is to be kept of an item; None where there is nothing."""
        ...

    def take_state(self, owner: str, bare: str, state: State | None) -> None:
        """Take over what was kept of an item; None for one that is gone."""
        ...

    def all_items(self) -> list[Key]:
        """Every item of a roster."""
        ...

    def all_kept(self) -> list[Key]:
        """Every item that is to be kept."""
        ...


class Keeper:
    """Writes the changes of all rosters to a log, and reads them back.

    :param open_log: gives the log.
    :param start: starts a task of the client.
    :param limit: gives how many changes may wait to be written.
    """

    def __init__(
        self,
        rosters: KeptRosters,
        open_log: Callable[[], Log],
        start: Callable[[Awaitable[Any], str], "asyncio.Future[Any]"],
        limit: Callable[[], int],
    ) -> None:
        self._rosters = rosters
        self._open_log = open_log
        self._start = start
        self._limit = limit
        #: Whether what an earlier process left is here.
        self.loaded = False
        self._lock = asyncio.Lock()
        self._worker: asyncio.Future[Any] | None = None
        self._changed: dict[Key, None] = {}
        # Whether what is in the log has to be replaced as a whole by what is here.
        self._replace = False
        # Those that do not fit: without them what is kept is of no version.
        self._too_large: set[Key] = set()
        self._version: str | None = None
        self._records = 0
        self._room = _CHANGES

    @property
    def waiting(self) -> int:
        """How many changes are not written yet."""
        return len(self._changed)

    @property
    def busy(self) -> bool:
        """Whether something is being written, or waits to be."""
        return self._worker is not None or self._is_due()

    # -- changes -----------------------------------------------------------------------------------------

    def note(self, owner: str, bare: str) -> None:
        """An item has changed, or is gone."""
        if len(self._changed) >= self._limit():
            # The storage fails for long, or is slow: rather write everything once than remember without end.
            self.replace()
        self._changed[owner, bare] = None
        self.wake()

    def replace(self) -> None:
        """What is here replaces all that was kept."""
        self._replace = True
        self._changed.clear()
        self.wake()

    def supersede(self) -> None:
        """The server has told everything: what could not be read of earlier is not needed any more."""
        if not self.loaded:
            self.loaded = True
            self.replace()

    def wake(self) -> None:
        """Write what has changed, the version too, as soon as there is an event loop."""
        if self._worker is not None or not self._is_due():
            return
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return  # it is written after the loading
        self._worker = start_unbroken(self._start, self._work(), "roster keeper")

    def _is_due(self) -> bool:
        rosters = self._rosters
        if rosters.loading or rosters.kept_elsewhere:
            return False
        return bool(self._changed) or self._replace or (self.loaded and rosters.version != self._version)

    async def _work(self) -> None:
        try:
            await write_all(self._write)
        finally:
            self._worker = None

    async def _write(self) -> None:
        try:
            if not await self.load():
                return
            while self._is_due():
                await self._write_changes()
        except StorageError as error:
            log.error("the roster cannot be kept for now: %s", error)

    async def _write_changes(self) -> None:
        entries, rosters = self._open_log(), self._rosters
        changed, self._changed = self._changed, {}
        replace, self._replace = self._replace, False
        version = rosters.version
        versions = None if version is None else (self._version or "", version)
        try:
            if replace:
                last = await entries.append([])
                await self._append(entries, await self._encode(rosters.all_kept()), versions, last)
            else:
                await self._append(entries, await self._encode(changed), versions)
        except BaseException:
            # Tried again with the next change; what changed meanwhile stays behind.
            self._replace |= replace
            self._changed = changed | self._changed
            raise
        self._version = version
        if self._records > self._room:
            await self._put_together(entries)

    async def _encode(self, keys: Iterable[Key]) -> list[str]:
        """The items as they are now."""
        items: list[str] = []
        for count, (owner, bare) in enumerate(keys, 1):
            text = encode_item(owner, bare, self._rosters.state_of(owner, bare))
            if text is not None:
                items.append(text)
                self._too_large.discard((owner, bare))
            elif len(self._too_large) < self._limit():
                log.warning("an item of the roster is too large and is not kept")
                self._too_large.add((owner, bare))
            if not count % _SLICE:
                await asyncio.sleep(0)
        return items

    async def _append(
        self, entries: Log, items: list[str], versions: tuple[str, str] | None, upto: int | None = None
    ) -> None:
        if versions is not None and self._too_large:
            versions = (versions[0], "")
        values: list[bytes] = []
        page: list[str] | None = None
        for following in paged(items):
            if page is not None:
                values.append(encode_record(page, upto=upto))
                await asyncio.sleep(0)
            page = following
        # All of them are put, or none: the version may stand in the last.
        values.append(encode_record(page or [], versions=versions, upto=upto))
        try:
            await entries.append(values)
        except StorageFull:
            if upto is not None:
                raise
            await self._put_together(entries)
            await entries.append(values)
        if upto is None:
            self._records += len(values)
        else:
            await entries.drop(upto)
            self._records = len(values)
            self._room = _CHANGES + 4 * len(values)

    async def _put_together(self, entries: Log) -> None:
        """Write what the records come to, and drop them: all of them, also those of other processes."""
        fold = await _read(entries)
        version = None if self._rosters.version is None else fold.version()
        versions = None if version is None else (version, version)
        await self._append(entries, await _texts_of(fold), versions, fold.last)

    # -- loading -----------------------------------------------------------------------------------------

    async def load(self) -> bool:
        """Take over what an earlier process left, once; False where it cannot be read, as the log says."""
        async with self._lock:
            if not self.loaded and not self._rosters.kept_elsewhere:
                try:
                    await self._load()
                except StorageError as error:
                    log.error("the roster that was kept cannot be read: %s", error)
                    return False
        self.wake()
        return True

    async def _load(self) -> None:
        fold = await _read(self._open_log())
        rosters = self._rosters
        # What the program has set already is newer.
        newer = set(rosters.all_items())
        for record in fold.records():
            for count, (owner, bare, state) in enumerate(record.items(), 1):
                if (owner, bare) not in newer and (owner, bare) not in self._changed:
                    rosters.take_state(owner, bare, state)
                if not count % _SLICE:
                    await asyncio.sleep(0)
            await asyncio.sleep(0)
        if rosters.version is not None:
            self._version = rosters.version = fold.version()
        self._records = fold.count
        self.loaded = True


async def _read(entries: Log) -> Fold:
    fold = Fold()
    while page := await entries.read(fold.last, _READ):
        for number, value in page:
            fold.add(number, value)
            await asyncio.sleep(0)
    return fold


async def _texts_of(fold: Fold) -> list[str]:
    """The items that are there at the end, as JSON."""
    texts: dict[Key, str] = {}
    for record in fold.records():
        for owner, bare, state in record.items():
            text = encode_item(owner, bare, state) if state is not None else None
            if text is None:
                texts.pop((owner, bare), None)
            else:
                texts[owner, bare] = text
        await asyncio.sleep(0)
    return list(texts.values())
