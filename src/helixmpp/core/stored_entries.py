"""What an engine holds, one by one: as it is carried from one engine to another."""

from typing import NamedTuple, TypeAlias

__all__ = ["Entry", "LogEntry", "LogState", "ValueEntry"]


class ValueEntry(NamedTuple):
    """One value of a collection, as it is carried from one engine to another.

    :param max_age: seconds that it is still good for; None: without end.
    """

    account: str
    collection: str
    key: str
    value: bytes
    max_age: float | None = None


class LogState(NamedTuple):
    """That a log exists, and the last number it has given out, whether that value is still there or not."""

    account: str
    log: str
    last: int


class LogEntry(NamedTuple):
    """One value of a log."""

    account: str
    log: str
    number: int
    value: bytes


#: A log's :class:`LogState` comes before its entries, which come in order.
Entry: TypeAlias = ValueEntry | LogState | LogEntry
