"""What every engine asks of a key, a value and an age before it keeps anything."""

import math
from collections.abc import Iterable, Iterator, Sequence

from helixmpp.core.engines import Entry, LogEntry, LogState, StorageFull, ValueEntry
from helixmpp.errors import StorageError

__all__ = ["KEY_LIMIT", "check_append", "check_entries", "check_limits", "check_put", "check_room", "expiry"]

#: The longest key, in characters. Peers choose keys: without a limit they fill the memory with names alone.
KEY_LIMIT = 4096


def check_limits(limit: int, value_limit: int) -> None:
    """Refuse limits under which nothing can be kept.

    :raises ValueError: a limit is less than one.
    """
    if limit < 1 or value_limit < 1:
        raise ValueError(
            f"a collection needs limits of at least one, not {limit} values of {value_limit} bytes"
        )


def check_put(key: str, value: object, value_limit: int) -> None:
    """Refuse what must not be kept.

    :raises TypeError: the value is not bytes.
    :raises StorageError: key or value are too long.
    """
    if not isinstance(value, bytes):
        raise TypeError(f"a stored value is bytes, not {type(value).__name__}")
    if len(key) > KEY_LIMIT:
        raise StorageError(f"the key has {len(key)} characters; at most {KEY_LIMIT} are kept")
    if len(value) > value_limit:
        raise StorageError(f"the value has {len(value)} bytes; this collection keeps at most {value_limit}")


def check_append(values: Sequence[bytes], value_limit: int) -> list[bytes]:
    """Refuse what must not be appended to a log, and give it as a list of its own.

    :raises TypeError: a value is not bytes.
    :raises StorageError: a value is too long.
    """
    if isinstance(values, bytes | bytearray | memoryview):
        raise TypeError("append() takes a list of values, not one value")
    checked = list(values)
    for value in checked:
        check_put("", value, value_limit)
    return checked


def check_room(size: int, more: int, limit: int) -> None:
    """Refuse more than a log has room for.

    :raises StorageFull: it would hold more than ``limit`` values.
    """
    if size + more > limit:
        raise StorageFull(f"the log has {size} of at most {limit} values: no room for {more} more")


def check_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Go through what is to be restored, and refuse what no engine ever gave.

    :raises StorageError: a key is too long, or a log's values come without its state or out of order.
    """
    state: LogState | None = None
    number = 0
    for entry in entries:
        match entry:
            case ValueEntry():
                check_put(entry.key, entry.value, len(entry.value))
            case LogState():
                _check_end(state, number)
                state, number = entry, 0
            case LogEntry():
                if state is None or (state.account, state.log) != (entry.account, entry.log):
                    raise StorageError(f"a value of the log {entry.log!r} comes without the log's state")
                if not number < entry.number <= state.last or (number and entry.number != number + 1):
                    raise StorageError(f"the value {entry.number} of the log {entry.log!r} is out of order")
                number = entry.number
        yield entry
    _check_end(state, number)


def _check_end(state: LogState | None, number: int) -> None:
    # Values are dropped from the front alone: those that are left end with the last one that was put.
    if state is not None and number not in {0, state.last}:
        raise StorageError(f"the values of the log {state.log!r} end at {number}, not at {state.last}")


def expiry(max_age: float | None, now: float) -> float | None:
    """When a value that is kept for ``max_age`` seconds from ``now`` expires; None: never.

    :raises ValueError: the age is not a number.
    """
    if max_age is None or max_age == math.inf:
        return None
    if math.isnan(max_age):
        raise ValueError("max_age is not a number")
    return now + max_age
