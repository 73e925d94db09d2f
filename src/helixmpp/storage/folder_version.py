"""The version of a folder's layout, in a file of its own, and the steps from older ones.

Everything here blocks and runs once, before anything else is done in the folder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from helixmpp.errors import StorageError
from helixmpp.storage.files import Files
from helixmpp.storage.record import BadRecord
from helixmpp.storage.versions import steps_from

__all__ = ["VERSION_FILE", "check_version"]

VERSION_FILE = "helixmpp-storage"
Step: TypeAlias = Callable[[Path], None]
# What leads from version 1 to 2 will be the first here. A step may be interrupted and is then done again.
STEPS: tuple[Step, ...] = ()
_LONGEST = 20


def check_version(folder: Path, steps: Sequence[Step] = STEPS) -> None:
    """Bring a folder's layout to the newest version; one that holds nothing yet has it from the start.

    :param steps: only tests give others than ours.
    :raises StorageError: a newer helixmpp wrote it, or it cannot be read.
    """
    files = Files(folder, (), fsync=True)
    try:
        found = files.read(VERSION_FILE, _LONGEST)
    except BadRecord as error:
        raise StorageError(f"{folder / VERSION_FILE} cannot be used: {error}") from error
    newest = len(steps) + 1
    if found is None:
        files.write(VERSION_FILE, b"%d\n" % newest)
        return
    text = found.strip()
    if not text.isdigit():
        raise StorageError(f"{folder / VERSION_FILE} has no version in it")
    version = int(text)
    for step in steps_from(version, steps, f"the folder {folder}"):
        step(folder)
        version += 1
        files.write(VERSION_FILE, b"%d\n" % version)
