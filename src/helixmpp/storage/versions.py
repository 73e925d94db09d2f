"""The version of what an engine wrote, and how what an older one wrote becomes what this one reads.

An engine gives its steps in order: the first leads from version 1 to 2, and so on. What has no version is new.
"""

from collections.abc import Sequence
from typing import TypeVar

from helixmpp.errors import StorageError

__all__ = ["steps_from"]

S = TypeVar("S")


def steps_from(version: int, steps: Sequence[S], what: str) -> Sequence[S]:
    """The steps that are still to be done.

    :param version: the one that was found.
    :param steps: all of them; there is one less than versions.
    :param what: the place, for the message.
    :raises StorageError: a newer helixmpp wrote it, or the version is none.
    """
    newest = len(steps) + 1
    if version > newest:
        raise StorageError(
            f"{what} has version {version}; this helixmpp knows versions up to {newest}: a newer one wrote it"
        )
    if version < 1:
        raise StorageError(f"{what} has the version {version}, which is none")
    return steps[version - 1 :]
