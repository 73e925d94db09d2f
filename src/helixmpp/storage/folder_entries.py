"""Everything in the folder of an engine, to be carried elsewhere, and back. All of this blocks."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from helixmpp.core.engines import Entry, LogEntry, LogState, ValueEntry
from helixmpp.errors import StorageError
from helixmpp.storage.checks import check_entries, expiry
from helixmpp.storage.files import Files, file_name, folder_name, log_folder_name
from helixmpp.storage.folder_log import FolderLog, read_log
from helixmpp.storage.record import BadRecord, Record, read_record
from helixmpp.storage.worker import Worker

__all__ = ["read_entries", "write_entries"]

log = logging.getLogger(__name__)


def read_entries(root: Path, clock: Callable[[], float]) -> Iterator[Entry]:
    """Every value that has not expired and every log; a file that cannot be read back is left out, with a warning."""
    for account in _folders(root):
        for name in _folders(root / account):
            files = Files(root, (account, name), fsync=False)
            if name.startswith("log."):
                yield from _log_entries(files)
            else:
                yield from _value_entries(files, clock)


def _value_entries(files: Files, clock: Callable[[], float]) -> Iterator[Entry]:
    # In order of use, so that the place they come to forgets in the same order.
    for _, name in sorted(files.scan()):
        try:
            data = files.read(name, -1)
            record = None if data is None else read_record(data)
        except BadRecord as error:
            log.warning("the file %s is left out: %s", files.folder / name, error)
            continue
        if record is None:
            continue
        left = None if record.expires is None else record.expires - clock()
        if left is None or left > 0:
            yield ValueEntry(record.account, record.collection, record.key, record.value, left)


def _log_entries(files: Files) -> Iterator[Entry]:
    found = read_log(files)
    if found is None or not found[0].last:
        return
    content, data = found
    yield LogState(content.account, content.name, content.last)
    for number, (start, size, _) in enumerate(content.spans, content.first):
        yield LogEntry(content.account, content.name, number, data[start : start + size])


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return sorted(entry.name for entry in found if entry.is_dir(follow_symlinks=False))
    except OSError as error:
        raise StorageError(f"{folder} cannot be read: {error.strerror}") from error


def write_entries(root: Path, entries: Iterable[Entry], clock: Callable[[], float]) -> int:
    """Put entries into the folder; gives how many values they were."""
    count = 0
    state: LogState | None = None
    kept: list[bytes] = []

    def end_log() -> None:
        if state is not None:
            place = (state.account, state.log)
            files = Files(root, (folder_name(place[0]), log_folder_name(place[1])), fsync=True)
            FolderLog(Worker(None), files, place, 1, 1).replace(state.last, kept)

    for entry in check_entries(entries):
        match entry:
            case ValueEntry():
                names = (folder_name(entry.account), folder_name(entry.collection))
                record = Record(
                    entry.key, expiry(entry.max_age, clock()), entry.value, entry.account, entry.collection
                )
                Files(root, names, fsync=False).write(file_name(entry.key), record.to_bytes())
                count += 1
            case LogState():
                end_log()
                state, kept = entry, []
            case LogEntry():
                kept.append(entry.value)
                count += 1
    end_log()
    return count
