"""The engine ``file:///folder``: every value a file, every log one, kept over restarts.

The folder holds a file with the version of its layout, and one folder for each account; in it is one for each
collection, with one file for each value, and one for each log. A file is named by the SHA-256 of its key, as keys
are chosen by strangers; no name from the wire reaches the file system. A file is written whole or not at all. One
that cannot be read back is left out, with a warning in the log. ``file:///folder?fsync=1`` also waits for the disk,
so that a value outlives a power cut; what is appended to a log always does.

The folder belongs to one process at a time. Ages are measured by the system's clock: they go on between runs.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from helixmpp.core.engines import Entry
from helixmpp.errors import StorageError
from helixmpp.storage.checks import KEY_LIMIT, check_limits, check_put, expiry
from helixmpp.storage.files import Files, file_name, folder_name, log_folder_name
from helixmpp.storage.folder_entries import read_entries, write_entries
from helixmpp.storage.folder_log import FolderLog
from helixmpp.storage.folder_version import check_version
from helixmpp.storage.index import Index
from helixmpp.storage.record import HEADER_LIMIT, BadRecord, Record, read_header, read_record
from helixmpp.storage.urls import read_file_url, read_timeout
from helixmpp.storage.worker import Worker

__all__ = ["FolderEngine", "engine"]

log = logging.getLogger(__name__)

_SWITCH = {"1": True, "true": True, "0": False, "false": False, "": True}


def engine(url: str) -> "FolderEngine":
    """The engine for ``file:///folder`` or ``file:folder``.

    ``?fsync=1`` waits for the disk at each value; ``?timeout=10`` is in seconds, by default 30.

    :raises StorageError: the URL names no folder, or the folder cannot be made.
    """
    path, options = read_file_url(url)
    fsync = _SWITCH.get(options.pop("fsync", "0").lower())
    timeout = read_timeout(options)
    if options or fsync is None:
        raise StorageError(f"{url!r}: the only options are fsync=1 or fsync=0, and timeout=SECONDS")
    return FolderEngine(path, fsync=fsync, timeout=timeout)


class FolderEngine:
    """Collections and logs in a folder of files.

    :param path: the folder; it is made if need be.
    :param fsync: wait for the disk at each value.
    :param timeout: seconds after which a disk that does not answer is a StorageError; None: never.
    :param clock: gives seconds since 1970; only tests give another one than the default.
    :raises StorageError: the folder cannot be made, or a newer helixmpp wrote it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        fsync: bool = False,
        timeout: float | None = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        try:
            # Absolute from here on: the program may change its working directory.
            self.path = Path(path).absolute()
            self.path.mkdir(0o700, parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise StorageError(f"the folder {str(path)!r} cannot be made: {error}") from error
        check_version(self.path)
        self._fsync = fsync
        self._clock = clock
        self._collections: dict[tuple[str, str], FolderCollection] = {}
        self._logs: dict[tuple[str, str], FolderLog] = {}
        self._worker = Worker(timeout)

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> "FolderCollection":
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        check_limits(limit, value_limit)
        found = self._collections.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            files = Files(self.path, (folder_name(account), folder_name(name)), fsync=self._fsync)
            found = FolderCollection(
                self._worker, files, (account, name), limit=limit, value_limit=value_limit, clock=self._clock
            )
            self._collections[account, name] = found
        return found

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> FolderLog:
        """The log ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._logs.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            files = Files(self.path, (folder_name(account), log_folder_name(name)), fsync=True)
            found = self._logs[account, name] = FolderLog(
                self._worker, files, (account, name), limit, value_limit, found
            )
        return found

    async def entries(self) -> AsyncIterator[Entry]:
        """Everything that is kept and has not expired, of all accounts."""
        reading = read_entries(self.path, self._clock)
        while (entry := await self._worker.run(next, reading, None)) is not None:
            yield entry

    async def restore(self, entries: Iterable[Entry]) -> int:
        """Put what :meth:`entries` of any engine gave; see the protocol. Each file is written whole or not at all."""
        try:
            return await self._worker.run_long(write_entries, self.path, entries, self._clock)
        finally:
            # What was known of these files before is read anew.
            for values in self._collections.values():
                values.forget()
            for known in self._logs.values():
                known.forget()

    async def close(self) -> None:
        """Wait until everything is written and end the thread; a collection used later starts it again."""
        await self._worker.close()


class FolderCollection:
    """One collection of one account, in a folder."""

    def __init__(
        self,
        worker: Worker,
        files: Files,
        place: tuple[str, str],
        *,
        limit: int,
        value_limit: int,
        clock: Callable[[], float],
    ) -> None:
        self.limit = limit
        self.value_limit = value_limit
        self._worker = worker
        self._files = files
        self._place = place
        self._clock = clock
        # File name -> key; read from the folder at the first use.
        self._known: Index[str] | None = None

    async def get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none or it has expired."""
        return await self._worker.run(self._get, key)

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        check_put(key, value, self.value_limit)
        record = Record(key, expiry(max_age, self._clock()), value, *self._place)
        await self._worker.run(self._put, record)

    async def delete(self, key: str) -> bool:
        """Forget a key; whether there was one."""
        return await self._worker.run(self._delete, key)

    async def keys(self) -> list[str]:
        """Every key that has not expired."""
        return await self._worker.run(self._keys)

    def forget(self) -> None:
        """Read the folder again at the next use."""
        self._known = None

    # -- in the thread --------------------------------------------------------------------------------

    def _get(self, key: str) -> bytes | None:
        if len(key) > KEY_LIMIT:
            return None
        name = file_name(key)
        index = self._index()
        record = self._read(name)
        if record is None or record.key != key:
            index.pop(name)
            return None
        now = self._clock()
        if record.expires is not None and record.expires <= now:
            index.pop(name)
            self._files.remove(name)
            return None
        if name not in index:
            # Somebody put the file back, such as from a copy.
            self._remove(index.put(name, key, record.expires, now))
        index.get(name, now)
        self._files.touch(name)
        return record.value

    def _put(self, record: Record) -> None:
        name = file_name(record.key)
        index = self._index()
        now = self._clock()
        if record.expires is not None and record.expires <= now:
            index.pop(name)
            self._files.remove(name)
            return
        self._files.write(name, record.to_bytes())
        self._remove(index.put(name, record.key, record.expires, now))

    def _delete(self, key: str) -> bool:
        name = file_name(key)
        index = self._index()
        self._remove(index.expire(self._clock()))
        index.pop(name)
        return self._files.remove(name)

    def _keys(self) -> list[str]:
        self._known = None  # what the folder says now
        return self._index().values()

    def _index(self) -> Index[str]:
        if self._known is None:
            index: Index[str] = Index(self.limit)
            now = self._clock()
            for _, name in sorted(self._files.scan()):
                head = self._head(name)
                if head is not None:
                    self._remove(index.put(name, head.key, head.expires, now))
            self._known = index
        return self._known

    def _remove(self, names: list[str]) -> None:
        for name in names:
            self._files.remove(name)

    def _head(self, name: str) -> Record | None:
        try:
            data = self._files.read(name, HEADER_LIMIT)
            return None if data is None else read_header(data)[0]
        except BadRecord as error:
            self._warn(name, error)
            return None

    def _read(self, name: str) -> Record | None:
        try:
            data = self._files.read(name, HEADER_LIMIT + self.value_limit)
            return None if data is None else read_record(data)
        except BadRecord as error:
            self._warn(name, error)
            return None

    def _warn(self, name: str, error: BadRecord) -> None:
        log.warning("the file %s is left out: %s", self._files.folder / name, error)
