"""Rosters as the records of a log: changes, and now and then all of it, as bytes and back.

A record is a JSON object. Its ``items`` are ``[owner, address, state]``, with the state null for an item that is
gone; ``was`` and ``ver`` are the versions of the roster (RFC 6121 section 2.6) before and behind the change. A record
with ``upto`` is a part of everything as it was behind the record of that number: all up to it counts no longer.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

__all__ = ["PAGE_BYTES", "VALUE_LIMIT", "Fold", "Record", "State", "encode_item", "encode_record", "paged"]

log = logging.getLogger(__name__)

#: What is kept of an item: the parts of :class:`RosterState` that are not empty.
State = Mapping[str, object]

#: A record is closed when it has as many bytes; a single item may have more.
PAGE_BYTES: Final = 131_072
#: The most bytes of a record.
VALUE_LIMIT: Final = 1_048_576
# What a record may have beside its items, in bytes, and the longest version in it: servers choose them.
_ROOM: Final = 32_768
_LONGEST_VERSION: Final = 1_024


def encode_item(owner: str, bare: str, state: State | None) -> str | None:
    """One item as JSON; None where it is too large for a record."""
    text = _json([owner, bare, state])
    return text if len(text.encode()) <= VALUE_LIMIT - _ROOM else None


def paged(items: Iterable[str]) -> Iterator[list[str]]:
    """The items in groups that fit a record each; one that is empty, where there is none."""
    page: list[str] = []
    size = 0
    for item in items:
        length = len(item.encode())
        if page and size + length > PAGE_BYTES:
            yield page
            page, size = [], 0
        page.append(item)
        size += length + 1
    yield page


def encode_record(
    items: list[str], *, versions: tuple[str, str] | None = None, upto: int | None = None
) -> bytes:
    """A record.

    :param versions: that of the roster before and behind the change; None where it says nothing of it.
    :param upto: the number up to which everything is in here.
    """
    head: dict[str, object] = {}
    if upto is not None:
        head["upto"] = upto
    if versions is not None:
        head["was"], head["ver"] = (ver if len(ver) <= _LONGEST_VERSION else "" for ver in versions)
    inner = _json(head)[1:-1]
    return f'{{{inner}{"," if inner else ""}"items":[{",".join(items)}]}}'.encode()


def _json(value: object) -> str:
    import json  # noqa: PLC0415 - only where rosters are kept

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Record(NamedTuple):
    """A record whose items are still bytes: as objects, those of a large roster would keep the collector busy."""

    number: int
    value: bytes
    versions: tuple[str, str] | None
    upto: int | None

    def items(self) -> list[tuple[str, str, State | None]]:
        """The items, each with its owner and its state."""
        import json  # noqa: PLC0415 - only where rosters are kept

        items: list[tuple[str, str, State | None]] = json.loads(self.value)["items"]
        return items


class Fold:
    """What the records of a log come to, given in order.

    Several processes may write one log, and one of them may put everything together while another appends. So
    all that is newer than the largest ``upto`` counts, wherever it stands. A version counts as long as each record
    begins with the one before it: else somebody's changes are missing, and the version is unknown.
    """

    def __init__(self) -> None:
        #: The number of the last record, and how many there are.
        self.last = 0
        self.count = 0
        self._upto = -1
        self._whole: list[Record] = []
        self._changes: list[Record] = []
        self._damaged = False

    def add(self, number: int, value: bytes) -> None:
        """Take the next record; one that is none goes to the log, and then the version is unknown."""
        self.last = number
        self.count += 1
        try:
            record = _decode(number, value)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            log.warning("a record of the roster cannot be read back and is left out: %s", error)
            self._damaged = True
            return
        if record.upto is None:
            self._changes.append(record)
            return
        if record.upto < self._upto:
            return
        if record.upto > self._upto or number != self._whole[-1].number + 1:
            # Two processes may have put the same together: one of the two is enough.
            self._whole.clear()
            self._upto = record.upto
        self._whole.append(record)

    def records(self) -> Iterator[Record]:
        """Those that count, in order."""
        yield from self._whole
        for record in self._changes:
            if record.number > self._upto:
                yield record

    def version(self) -> str:
        """The version of what the records come to; nothing where it is unknown."""
        version = ""
        for record in self.records():
            if record.versions is not None:
                known = record.upto is not None or version in record.versions
                version = record.versions[1] if known else ""
        return "" if self._damaged else version


def _decode(number: int, value: bytes) -> Record:
    import json  # noqa: PLC0415 - only where rosters are kept

    record: Any = json.loads(value)
    for owner, bare, state in record["items"]:
        if not (isinstance(owner, str) and isinstance(bare, str) and isinstance(state, dict | None)):
            raise TypeError("an item is [owner, address, state]")
    versions = (record["was"], record["ver"]) if "ver" in record else None
    if versions is not None and not all(isinstance(version, str) for version in versions):
        raise TypeError("a version is a text")
    return Record(number, value, versions, None if record.get("upto") is None else int(record["upto"]))
