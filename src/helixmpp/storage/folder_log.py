"""A log of the engine ``file:///folder``: one file that grows at its end, and is made anew when much of it is dropped.

What is appended is on the disk when :meth:`FolderLog.append` returns. A drop is not waited for: after a power cut
what was dropped last may be there again.
"""

import logging
import zlib
from collections.abc import Sequence

from helixmpp.errors import StorageError
from helixmpp.storage.checks import check_append, check_limits, check_room
from helixmpp.storage.files import LOG_FILE, Files
from helixmpp.storage.logfile import (
    FRAME_OVERHEAD,
    BadLog,
    LogContent,
    drop_frame,
    header,
    parse,
    values_frame,
)
from helixmpp.storage.record import BadRecord
from helixmpp.storage.worker import Worker

__all__ = ["FolderLog", "read_log"]

log = logging.getLogger(__name__)

# Bytes of dropped values that may stand in the file before it is made anew; so many again as of live ones.
_WASTE = 1_048_576


def read_log(files: Files) -> tuple[LogContent, bytes] | None:
    """What stands in the folder of a log; None where there is none.

    :raises StorageError: it cannot be read.
    """
    try:
        data = files.read(LOG_FILE, -1)
        return None if data is None else (parse(data), data)
    except (BadRecord, BadLog) as error:
        raise StorageError(f"{files.folder / LOG_FILE} cannot be used: {error}") from error


class _Shared:
    """What is known of the file; read at the first use, and again when a write failed."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: LogContent | None = None


class FolderLog:
    """One log of one account, in a folder."""

    def __init__(
        self,
        worker: Worker,
        files: Files,
        place: tuple[str, str],
        limit: int,
        value_limit: int,
        before: "FolderLog | None" = None,
    ) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._worker = worker
        self._files = files
        self._place = place
        self._name = files.folder / LOG_FILE
        # Shared with who has the same log under other limits: both write to one file.
        self._shared: _Shared = _Shared() if before is None else before._shared

    async def append(self, values: Sequence[bytes]) -> int:
        """Put values at the end, all of them or none, and give the number of the last one."""
        return await self._worker.run(self._append, check_append(values, self.value_limit))

    async def read(self, after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        """At most ``limit`` values behind the number ``after``, with their numbers, in order."""
        return await self._worker.run(self._read, after, limit)

    async def drop(self, up_to: int) -> None:
        """Forget every value up to this number."""
        await self._worker.run(self._drop, up_to)

    async def size(self) -> int:
        """How many values it holds."""
        return await self._worker.run(lambda: len(self._content().spans))

    def forget(self) -> None:
        """Read the file again at the next use."""
        self._shared.known = None

    def replace(self, last: int, values: Sequence[bytes]) -> None:
        """Hold these values and no others; they end at the number ``last``. To be run in the thread."""
        self._shared.known = None
        before = last - len(values)
        start = header(*self._place, before)
        frame, _ = values_frame(before + 1, values, len(start))
        self._files.write(LOG_FILE, start + (frame if values else b""))

    # -- in the thread --------------------------------------------------------------------------------

    def _append(self, values: list[bytes]) -> int:
        content = self._content()
        check_room(len(content.spans), len(values), self.limit)
        if values:
            frame, spans = values_frame(content.last + 1, values, content.end)
            self._write(content, frame, fsync=True)
            content.spans += spans
            content.last += len(values)
        return content.last

    def _read(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        content = self._content()
        first = max(after + 1, content.first)
        begin = first - content.first
        spans = content.spans[begin : begin + max(limit, 0)]
        if not spans:
            return []
        values = self._files.read_at(LOG_FILE, [(start, size) for start, size, _ in spans])
        for value, (_, _, check) in zip(values, spans, strict=True):
            if zlib.crc32(value) != check:
                raise StorageError(f"{self._name}: a value is not the one that was written")
        return list(enumerate(values, first))

    def _drop(self, up_to: int) -> None:
        content = self._content()
        up_to = min(up_to, content.last)
        if up_to < content.first:
            return
        live = sum(size + FRAME_OVERHEAD for _, size, _ in content.spans[up_to - content.first + 1 :])
        if content.end > 2 * live + _WASTE:
            rest = [value for _, value in self._read(up_to, len(content.spans))]
            self.replace(content.last, rest)
            return
        self._write(content, drop_frame(up_to), fsync=False)
        content.drop(up_to)

    def _write(self, content: LogContent, frame: bytes, *, fsync: bool) -> None:
        self._shared.known = None  # if this fails, the file says what is there
        self._files.append(LOG_FILE, content.end, frame, fsync=fsync)
        content.end += len(frame)
        self._shared.known = content

    def _content(self) -> LogContent:
        if self._shared.known is None:
            found = read_log(self._files)
            if found is None:
                self.replace(0, [])
                found = read_log(self._files)
            if found is None:
                raise StorageError(f"{self._name} was removed while it was made")
            content, data = found
            if len(data) > content.end:
                torn = len(data) - content.end
                log.warning("%s: the last %d bytes were not written whole and are left out", self._name, torn)
            self._shared.known = content
        return self._shared.known
