"""What is kept, as lines of JSON: to be looked at, kept elsewhere, or put into another engine.

The first line is ``{"helixmpp-storage": 1}``, the version of this form; the last one says how many values there
were, so that a file that was cut short is found out. Between them each line is a value of a collection
(``account``, ``collection``, ``key``, ``value``, ``age``: the seconds that are left, or null), a log (``account``,
``log``, ``last``: the last number that was given out) or a value of the log before it (``account``, ``log``,
``number``, ``value``). Values are base64.
"""

import base64
import binascii
import json
import math
from collections.abc import Iterable, Iterator

from helixmpp.core.engines import Entry, LogEntry, LogState, ValueEntry
from helixmpp.errors import StorageError
from helixmpp.storage.checks import KEY_LIMIT, check_entries

__all__ = ["FIRST", "last_line", "line_of", "read_lines"]

_VERSION = 1
#: The first line.
FIRST = json.dumps({"helixmpp-storage": _VERSION})


def last_line(count: int) -> str:
    """The last line, behind so many values."""
    return json.dumps({"values": count})


def line_of(entry: Entry) -> str:
    """The line of an entry. All of it is ASCII, whatever a peer wrote."""
    match entry:
        case ValueEntry(account, collection, key, value, max_age):
            about: dict[str, object] = {
                "account": account,
                "collection": collection,
                "key": key,
                "value": _encode(value),
                "age": max_age,
            }
        case LogState(account, log, last):
            about = {"account": account, "log": log, "last": last}
        case LogEntry(account, log, number, value):
            about = {"account": account, "log": log, "number": number, "value": _encode(value)}
    return json.dumps(about)


def read_lines(lines: Iterable[str | bytes], *, account: str | None = None) -> Iterator[Entry]:
    """The entries of such lines.

    :param account: the only one that may be in them; None: any.
    :raises StorageError: a line is wrong, or the last one is missing; the message has its number.
    """
    at = 0

    def entries() -> Iterator[Entry]:
        nonlocal at
        count = 0
        rest = iter(lines)
        for at, line in enumerate(rest, 1):
            about = _parse(line)
            if at == 1:
                _check_first(about)
                continue
            match about:
                case {"values": int(told)}:
                    if told != count:
                        raise _Wrong(f"there are {count} values before it, not {told}")
                    if any(line.strip() for line in rest):
                        raise _Wrong("something stands behind the last line")
                    return
                case _:
                    entry = _entry(about)
            if account is not None and entry.account != account:
                raise _Wrong(f"it is of another account than {account!r}")
            count += not isinstance(entry, LogState)
            yield entry
        raise _Wrong(
            "this is the end, but not the last line: the file was cut short" if at else "it is empty"
        )

    try:
        yield from check_entries(entries())
    except (_Wrong, StorageError) as error:
        raise StorageError(f"line {at}: {error}") from error


class _Wrong(Exception):
    """What is wrong with a line."""


def _parse(line: str | bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Wrong("it is no JSON") from error


def _check_first(about: object) -> None:
    match about:
        case {"helixmpp-storage": int(version)} if version == _VERSION:
            return
        case {"helixmpp-storage": int(version)}:
            raise _Wrong(f"the form has version {version}; known is {_VERSION}: a newer helixmpp wrote it")
        case _:
            raise _Wrong("it is not the first line of an export of helixmpp")


def _entry(about: object) -> Entry:
    match about:
        case {
            "account": str(account),
            "collection": str(collection),
            "key": str(key),
            "value": str(value),
            "age": None | int() | float() as age,
        } if (age is None or age <= math.inf) and len(key) <= KEY_LIMIT:  # which NaN is not
            return ValueEntry(account, collection, key, _decode(value), None if age is None else float(age))
        case {"account": str(account), "log": str(log), "last": int(last)} if 0 < last < 2**53:
            return LogState(account, log, last)
        case {"account": str(account), "log": str(log), "number": int(number), "value": str(value)}:
            return LogEntry(account, log, number, _decode(value))
        case _:
            raise _Wrong("it is neither a value nor a log")


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Wrong("its value is no base64") from error
