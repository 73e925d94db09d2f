"""Where the bytes of an upload come from: a path, or an open file."""

import asyncio
import mimetypes
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO

from helixmpp.plugins.xep_0363.errors import FileUploadError

__all__ = ["Source", "base_name", "guess_type"]

_CHUNK = 65_536


class Source:
    """A file to be read: its name, its size in bytes, its bytes.

    :param filename: the path; only a name where there is an open file.
    :param opened: an open binary file; it is read from where it stands, and left open.
    """

    def __init__(self, filename: str | os.PathLike[str], opened: BinaryIO | None) -> None:
        self.path = Path(filename)
        self._opened = opened
        #: What went wrong while it was read: an HTTP library may tell of that in its own words.
        self.failure: Exception | None = None

    async def size(self) -> int:
        """How many bytes there are.

        :raises OSError: it cannot be found out.
        """
        return await asyncio.to_thread(self._size)

    def _size(self) -> int:
        if self._opened is None:
            return self.path.stat().st_size
        here = self._opened.tell()
        end = self._opened.seek(0, os.SEEK_END)
        self._opened.seek(here)
        return end - here

    async def chunks(self, size: int) -> AsyncGenerator[bytes, None]:
        """The bytes, some at a time, read in a thread.

        :raises FileUploadError: there are fewer or more of them than ``size``: the file has changed meanwhile.
        :raises OSError: they cannot be read.
        """
        try:
            file = self._opened if self._opened is not None else await asyncio.to_thread(self._open)
            try:
                async for chunk in _read(file, size):
                    yield chunk
            finally:
                if file is not self._opened:
                    await asyncio.to_thread(file.close)
        except (FileUploadError, OSError, ValueError) as error:
            self.failure = error
            raise

    def _open(self) -> BinaryIO:
        return self.path.open("rb")


async def _read(file: BinaryIO, size: int) -> AsyncGenerator[bytes, None]:
    left = size
    while left:
        chunk = await asyncio.to_thread(file.read, min(left, _CHUNK))
        if not chunk:
            raise FileUploadError(f"the file ended {left} bytes too early: it has changed, or size= is wrong")
        left -= len(chunk)
        yield chunk
    if await asyncio.to_thread(file.read, 1):
        raise FileUploadError(f"the file has more than {size} bytes: it has changed, or size= is wrong")


def base_name(filename: str | os.PathLike[str]) -> str:
    """The name alone, without the folders of this machine, which are nobody's business.

    :raises FileUploadError: there is none.
    """
    name = os.fspath(filename).replace("\\", "/").rpartition("/")[2]
    if not name or name in (".", ".."):
        raise FileUploadError("the file has no name")
    return name


def guess_type(name: str) -> str | None:
    """The MIME type that belongs to a name's ending."""
    return mimetypes.guess_type(name)[0]
