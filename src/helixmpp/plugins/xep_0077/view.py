"""The users of the default store as a dictionary, for programs that look at them in passing.

What it does is done at once: that works on an engine that never waits, such as memory. On another one use the
operations ``user_get``, ``user_validate`` and ``user_remove``, which can be awaited.
"""

from collections.abc import Coroutine, Iterator, Mapping, MutableMapping
from typing import Any, TypeVar

from helixmpp.errors import StateError
from helixmpp.plugins.xep_0077.users import Users

__all__ = ["UserView"]

T = TypeVar("T")


class UserView(MutableMapping[str, Mapping[str, str]]):
    """Fields by the bare address of a user.

    Each access raises :class:`StateError` where the storage has to be waited for.
    """

    def __init__(self, users: Users) -> None:
        self._users = users

    def __getitem__(self, who: str) -> Mapping[str, str]:
        found = _at_once(self._users.get(str(who)))
        if found is None:
            raise KeyError(who)
        return found

    def __setitem__(self, who: str, fields: Mapping[str, str]) -> None:
        _at_once(self._users.put(str(who), fields))

    def __delitem__(self, who: str) -> None:
        if not _at_once(self._users.delete(str(who))):
            raise KeyError(who)

    def __iter__(self) -> Iterator[str]:
        return iter(_at_once(self._users.names()))

    def __len__(self) -> int:
        return len(_at_once(self._users.names()))


def _at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise StateError("this storage has to be waited for: use the operations of xep_0077")
