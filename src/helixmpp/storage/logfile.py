"""A log as one file: a header, and frames behind it, each put in one write and known whole by its checksum.

``helixmpp-log 1`` is the version of this form; the second line is JSON with the account, the name, and the number
before the first one in this file. A frame is its kind (1: values, 2: a drop), the size of what is in it, a number
(of the first value; the one that was dropped up to) and a CRC-32 of all this; then come its values, each with its
size and CRC-32. What a killed process or a power cut left at the end does not fit its checksum and ends the log.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["FRAME_OVERHEAD", "BadLog", "LogContent", "drop_frame", "header", "parse", "values_frame"]

_MAGIC = b"helixmpp-log "
_VERSION = 1
_FRAME = struct.Struct(">BIQI")
_HEAD = struct.Struct(">BIQ")
_VALUE = struct.Struct(">II")
_VALUES, _DROP = 1, 2
#: Bytes that the file has for a value beside it, at most.
FRAME_OVERHEAD = _FRAME.size + _VALUE.size
# A frame of zeros, which some file systems leave after a power cut, does not fit with this at the start.
_SEED = 0x68656C69


class BadLog(Exception):
    """The bytes are no log of a form that is known here; the message says why."""


@dataclass(slots=True)
class LogContent:
    """What stands in the file of a log.

    :param last: the last number that was given out.
    :param spans: where each value begins, its size and its CRC-32; their numbers end with ``last``.
    :param end: the first byte behind the last whole frame.
    """

    account: str
    name: str
    last: int
    end: int
    spans: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])

    @property
    def first(self) -> int:
        """The number of the first value that is there, or will be."""
        return self.last - len(self.spans) + 1

    def drop(self, up_to: int) -> None:
        """Forget the values up to this number."""
        del self.spans[: max(0, up_to - self.first + 1)]


def header(account: str, name: str, before: int) -> bytes:
    """The begin of a file whose first value has the number behind ``before``."""
    about = {"account": account, "name": name, "before": before}
    return b"%b%d\n%b\n" % (_MAGIC, _VERSION, json.dumps(about).encode("ascii"))


def values_frame(first: int, values: Sequence[bytes], at: int) -> tuple[bytes, list[tuple[int, int, int]]]:
    """The frame of values, and where they stand when it is written at the byte ``at``."""
    parts: list[bytes] = []
    spans: list[tuple[int, int, int]] = []
    place = at + _FRAME.size
    for value in values:
        check = zlib.crc32(value)
        parts += (_VALUE.pack(len(value), check), value)
        spans.append((place + _VALUE.size, len(value), check))
        place += _VALUE.size + len(value)
    return _frame(_VALUES, first, b"".join(parts)), spans


def drop_frame(up_to: int) -> bytes:
    """The frame which says that the values up to this number are forgotten."""
    return _frame(_DROP, up_to, b"")


def parse(data: bytes) -> LogContent:
    """What stands in the file.

    :raises BadLog: it is none, or of a version that is not known here.
    """
    first, newline, rest = data.partition(b"\n")
    version = first.removeprefix(_MAGIC)
    if not newline or version == first or not version.isdigit() or len(version) > 9:
        raise BadLog("it is no log")
    if int(version) != _VERSION:
        raise BadLog(f"its form has version {int(version)}; known is {_VERSION}: a newer helixmpp wrote it")
    line, newline, _ = rest.partition(b"\n")
    try:
        about: object = json.loads(line) if newline else None
    except (ValueError, RecursionError) as error:
        raise BadLog("its header is no JSON") from error
    match about:
        case {"account": str(account), "name": str(name), "before": int(before)} if before >= 0:
            content = LogContent(account, name, before, len(first) + len(line) + 2)
        case _:
            raise BadLog("its header lacks a part")
    while _read_frame(data, content):
        pass
    return content


def _read_frame(data: bytes, content: LogContent) -> bool:
    """Take the frame at the end of what is known; False when there is no whole one."""
    at = content.end
    if len(data) < at + _FRAME.size:
        return False
    kind, size, number, check = _FRAME.unpack_from(data, at)
    begin = at + _FRAME.size
    if len(data) < begin + size or _checksum(kind, number, data[begin : begin + size]) != check:
        return False
    content.end = begin + size
    if kind == _DROP:
        content.drop(number)
        return True
    while begin < content.end:
        length, of_value = _VALUE.unpack_from(data, begin)
        begin += _VALUE.size
        content.spans.append((begin, length, of_value))
        content.last += 1
        begin += length
    return True


def _frame(kind: int, number: int, payload: bytes) -> bytes:
    return _FRAME.pack(kind, len(payload), number, _checksum(kind, number, payload)) + payload


def _checksum(kind: int, number: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_HEAD.pack(kind, len(payload), number), _SEED))
