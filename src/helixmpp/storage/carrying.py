"""Takes out what an engine keeps, and puts it into another one; :mod:`helixmpp.storage.lines` is the form."""

import asyncio
import contextlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from helixmpp.core.engines import Engine, Entry, LogState
from helixmpp.errors import StorageError
from helixmpp.storage.lines import FIRST, last_line, line_of, read_lines

__all__ = ["Progress", "Storage", "export_lines", "import_lines", "write_file"]

#: Is told how many values were done.
Progress = Callable[[int], object]

_IN_MEMORY = 8_388_608  # bytes; what is larger goes to a file while it is looked at
_PIECE = 1_048_576


async def export_lines(
    engine: Engine, *, account: str | None = None, progress: Progress | None = None
) -> AsyncIterator[str]:
    """Everything that an engine keeps, as lines without their ends.

    :param account: only what is this one's.
    :raises StorageError: it could not be read.
    """
    count = 0
    yield FIRST
    async for entry in engine.entries():
        if account is not None and entry.account != account:
            continue
        yield line_of(entry)
        if not isinstance(entry, LogState):
            count += 1
            if progress is not None:
                progress(count)
    yield last_line(count)


async def import_lines(
    engine: Engine,
    lines: Iterable[str | bytes],
    *,
    account: str | None = None,
    progress: Progress | None = None,
) -> int:
    """Put what :func:`export_lines` of any engine gave into this one; see :meth:`Engine.restore`.

    All lines are looked at before the first value is put.

    :param account: the only one that may be in them; None: any.
    :returns: how many values they were.
    :raises StorageError: a line is wrong (the message has its number), or something could not be kept.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        await asyncio.to_thread(_check, lines, file, account)
        file.seek(0)
        return await engine.restore(_counted(read_lines(file, account=account), progress))


def _check(lines: Iterable[str | bytes], file: IO[bytes], account: str | None) -> None:
    def copied() -> Iterator[str | bytes]:
        for line in lines:
            data = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
            file.write(data.rstrip(b"\r\n") + b"\n")
            yield line

    for _ in read_lines(copied(), account=account):
        pass


def _counted(entries: Iterable[Entry], progress: Progress | None) -> Iterator[Entry]:
    count = 0
    for entry in entries:
        yield entry
        if progress is not None and not isinstance(entry, LogState):
            count += 1
            progress(count)


class Storage:
    """What an account keeps on an engine, as ``xmpp.storage``.

    :param engine: where it is kept.
    :param account: whose it is; None: everything on the engine.
    """

    def __init__(self, engine: Engine, account: str | None = None) -> None:
        self.engine = engine
        self.account = account

    async def export(self, path: str | os.PathLike[str] | None = None) -> bytes:
        """Take out all that is kept, as lines of JSON.

        :param path: a file to write it to, for its owner alone; one that is there is replaced once all is
            written.
        :returns: the lines; nothing where they were written to a file.
        :raises StorageError: it could not be read, or the file could not be written.
        """
        lines = export_lines(self.engine, account=self.account)
        if path is None:
            return b"".join([line.encode() + b"\n" async for line in lines])
        await write_file(Path(path), lines)
        return b""

    async def import_(self, source: bytes | str | os.PathLike[str]) -> int:
        """Put in what :meth:`export` gave, here or elsewhere; what is here under the same keys is replaced.

        :param source: the lines as bytes, or the path of a file.
        :returns: how many values they were.
        :raises StorageError: a line is wrong, the file cannot be read, or something could not be kept.
        """
        if isinstance(source, bytes):
            return await import_lines(self.engine, source.splitlines(), account=self.account)
        try:
            with await asyncio.to_thread(open, source, "rb") as file:
                return await import_lines(self.engine, file, account=self.account)
        except OSError as error:
            raise StorageError(f"{os.fspath(source)} cannot be read: {error.strerror}") from error


async def write_file(path: Path, lines: AsyncIterator[str]) -> None:
    """Write lines to a file, all of them or none.

    :raises StorageError: it cannot be written.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        # Tokens and keys may be in it.
        number = await asyncio.to_thread(os.open, temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(number, "wb") as file:
                async for piece in _pieces(lines):
                    await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(os.replace, temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}") from error


async def _pieces(lines: AsyncIterator[str]) -> AsyncIterator[bytes]:
    piece = bytearray()
    async for line in lines:
        piece += line.encode() + b"\n"
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
