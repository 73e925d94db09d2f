"""The files of one collection: safe names, no links followed, each written whole or not at all.

Everything here blocks; :mod:`helixmpp.storage.folder` runs it in a thread.
"""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from helixmpp.errors import StorageError
from helixmpp.storage.record import BadRecord

__all__ = ["LOG_FILE", "Files", "file_name", "folder_name", "log_folder_name"]

#: The one file in the folder of a log.
LOG_FILE = "log"

_FILE_NAME = re.compile(r"[0-9a-f]{64}")
_TEMPORARY = ".tmp"
# Seconds after which a temporary file belongs to a process that was killed while it wrote.
_LEFT_OVER = 3600
_BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would turn line ends around
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)


def file_name(key: str) -> str:
    """The file for a key, whatever the peer who chose the key wrote: 64 hexadecimal digits."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def folder_name(text: str) -> str:
    """The folder for an account or a collection: a part to recognise it by, and a hash that is its own alone.

    Only lower-case letters, digits and ``_`` of the text are kept, so that it is no device, no path, and no
    other name on a file system that ignores case.
    """
    readable = re.sub(r"[^a-z0-9]+", "_", text.lower())[:24].strip("_")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{readable}-{digest}" if readable else digest


def log_folder_name(text: str) -> str:
    """The folder for a log: no collection's, as those have no dot in their names."""
    return f"log.{folder_name(text)}"


class Files:
    """The files in one folder, by names that :func:`file_name` made, or the one of a log.

    :param root: the folder of the engine, which exists.
    :param below: folders under it, each the next one's parent, made when something is written.
    :param fsync: wait until the disk has what is written.
    """

    def __init__(self, root: Path, below: tuple[str, ...], *, fsync: bool) -> None:
        self._folders = [root]
        for name in below:
            self._folders.append(self._folders[-1] / name)
        self.folder = self._folders[-1]
        self._fsync = fsync

    def scan(self) -> list[tuple[float, str]]:
        """The time of last use of each file, and its name; what a killed process left is removed.

        :raises StorageError: the folder cannot be read.
        """
        found: list[tuple[float, str]] = []
        if not self._is_there():
            return found
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    used = entry.stat(follow_symlinks=False).st_mtime
                    if _FILE_NAME.fullmatch(entry.name):
                        found.append((used, entry.name))
                    elif entry.name.endswith(_TEMPORARY) and used < time.time() - _LEFT_OVER:
                        os.unlink(entry.path)
        except OSError as error:
            raise StorageError(f"{self.folder} cannot be read: {error.strerror}") from error
        return found

    def read(self, name: str, size: int) -> bytes | None:
        """At most ``size`` bytes of a file; None when there is none.

        :raises BadRecord: it is a symbolic link or no file.
        :raises StorageError: it cannot be read.
        """
        if not self._is_there():
            return None
        path = self.folder / name
        try:
            # Without O_NOFOLLOW (Windows) the look beforehand is what there is; links need rights there.
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                raise BadRecord("it is a symbolic link; links are not followed")
            if not stat.S_ISREG(mode):
                raise BadRecord("it is no regular file")
            with os.fdopen(os.open(path, os.O_RDONLY | _BINARY | _NO_FOLLOW), "rb") as file:
                return file.read(size)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error

    def read_at(self, name: str, spans: Iterable[tuple[int, int]]) -> list[bytes]:
        """Parts of a file, each given by where it begins and how many bytes it has.

        :raises StorageError: it cannot be read, or ends before.
        """
        path = self.folder / name
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | _BINARY | _NO_FOLLOW), "rb") as file:
                parts: list[bytes] = []
                for start, size in spans:
                    file.seek(start)
                    parts.append(file.read(size))
                    if len(parts[-1]) != size:
                        raise StorageError(f"{path} ends in the middle of a value")
                return parts
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error

    def append(self, name: str, at: int, data: bytes, *, fsync: bool) -> None:
        """Write behind the first ``at`` bytes of a file, and drop what else stood there.

        :raises StorageError: it cannot be written; the file then ends at ``at`` again, if that can be done.
        """
        path = self.folder / name
        try:
            number = os.open(path, os.O_WRONLY | _BINARY | _NO_FOLLOW)
            with os.fdopen(number, "wb", buffering=0) as file:
                file.truncate(at)
                try:
                    file.seek(at)
                    rest = memoryview(data)
                    while rest:
                        rest = rest[file.write(rest) or 0 :]
                    if fsync:
                        os.fsync(number)
                except BaseException:
                    with contextlib.suppress(OSError):
                        file.truncate(at)
                    raise
        except OSError as error:
            raise StorageError(f"{path} cannot be written to: {error.strerror or error}") from error

    def touch(self, name: str) -> None:
        """Note that a file was used now."""
        with contextlib.suppress(OSError):
            os.utime(self.folder / name, follow_symlinks=os.utime not in os.supports_follow_symlinks)

    def write(self, name: str, data: bytes) -> None:
        """Write a file; who reads it, even after this process was killed, sees the old content or the new.

        :raises StorageError: the folder cannot be made or written to.
        """
        temporary = self.folder / f"{secrets.token_hex(16)}{_TEMPORARY}"
        try:
            self._make()
            number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NO_FOLLOW, 0o600)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(data)
                    if self._fsync:
                        file.flush()
                        os.fsync(number)
                os.replace(temporary, self.folder / name)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise
            if self._fsync:
                self._sync_folder()
        except OSError as error:
            raise StorageError(f"{self.folder} cannot be written to: {error.strerror or error}") from error

    def remove(self, name: str) -> bool:
        """Remove a file (of a link, the link); whether there was one."""
        if not self._is_there():
            return False
        try:
            os.unlink(self.folder / name)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StorageError(f"{self.folder / name} cannot be removed: {error.strerror}") from error
        return True

    def _is_there(self) -> bool:
        return all(_is_folder(folder) for folder in self._folders[1:])

    def _make(self) -> None:
        for folder in self._folders:
            if folder is self._folders[0]:
                folder.mkdir(0o700, parents=True, exist_ok=True)
            elif not _is_folder(folder):
                folder.mkdir(0o700)

    def _sync_folder(self) -> None:
        if os.name == "nt":
            return  # a folder cannot be opened there; the rename is journalled
        number = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _is_folder(path: Path) -> bool:
    """Whether a folder is there; a link in its place would lead out of the engine's folder."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(f"{path} cannot be looked at: {error.strerror}") from error
    if not stat.S_ISDIR(mode):
        what = "a symbolic link; links are not followed" if stat.S_ISLNK(mode) else "no folder"
        raise StorageError(f"{path} is {what}")
    return True
