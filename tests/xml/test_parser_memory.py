"""What a stranger sends bounds what is kept of it: less than 8 MB for any stanza, and for any number of them."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain, count, repeat

import pytest

from helixmpp.errors import ProtocolError
from helixmpp.xml import StreamParser
from tests.xml.streams import HEADER

CHUNK = 65_536
OFFERED = 64 * 1024 * 1024
MOST = 8_000_000


def names() -> Iterator[bytes]:
    """Ever new names, the shortest first; without an x, because xml is reserved."""
    letters = b"abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in count():
        name = bytearray()
        while number >= 0:
            name.append(letters[number % 51])
            number = number // 51 - 1
        yield bytes(name)


def one_stanza(part: bytes) -> Iterator[bytes]:
    return chain([b"<a>"], repeat(part))


def new_elements(new: Iterator[bytes]) -> bytes:
    return b"<b>" + b"".join(b"<%s/>" % next(new) for _ in range(500)) + b"</b>"


def new_attributes(new: Iterator[bytes]) -> bytes:
    return b"<b %s/>" % b" ".join(b"%s='xy'" % next(new) for _ in range(99))


def new_prefixes(new: Iterator[bytes]) -> bytes:
    return b"<b %s/>" % b" ".join(b"xmlns:%s='u'" % next(new) for _ in range(99))


def new_namespaces(new: Iterator[bytes]) -> bytes:
    return b"<b>" + b"".join(b"<c xmlns='%s'/>" % next(new) for _ in range(100)) + b"</b>"


def ever_new(make: Callable[[Iterator[bytes]], bytes]) -> Iterator[bytes]:
    new = names()
    while True:
        yield make(new)


STANZAS = [
    pytest.param(lambda: chain([b"<"], repeat(b"x" * 4096)), id="name"),
    pytest.param(lambda: chain([b"<a b='"], repeat(b"x" * 4096)), id="value"),
    pytest.param(lambda: chain([b"<a "], repeat(b" " * 4096)), id="tag"),
    pytest.param(lambda: one_stanza(b"x" * 4096), id="text"),
    pytest.param(lambda: one_stanza(b"x" * 4000 + "\U0001f600".encode()), id="text with wide characters"),
    pytest.param(lambda: one_stanza("漢\n".encode() * 1000), id="lines"),
    pytest.param(lambda: one_stanza(b"&#x6f22;" * 500), id="references"),
    pytest.param(lambda: one_stanza(b"<![CDATA[" + b"<]]" * 1000 + b"]]>"), id="CDATA"),
    pytest.param(lambda: chain([b"<a>&"], repeat(b"x" * 4096)), id="reference"),
    pytest.param(lambda: one_stanza(b"<b>" + b"<c/>" * 9000 + b"</b>"), id="elements"),
    pytest.param(lambda: one_stanza(b"<b>" + b"<c>xy</c>zz" * 9000 + b"</b>"), id="elements with texts"),
    pytest.param(lambda: one_stanza(b"<b>" + b"<c d='xy'/>" * 9000 + b"</b>"), id="elements with attributes"),
    pytest.param(lambda: one_stanza(b"<b>" * 98 + b"</b>" * 98), id="depth"),
    pytest.param(lambda: chain([b"<a>"], ever_new(new_elements)), id="new elements"),
    pytest.param(lambda: chain([b"<a>"], ever_new(new_attributes)), id="new attributes"),
    pytest.param(lambda: chain([b"<a>"], ever_new(new_prefixes)), id="new prefixes"),
    pytest.param(lambda: chain([b"<a>"], ever_new(new_namespaces)), id="new namespaces"),
]


def chunks(parts: Iterator[bytes], total: int) -> Iterator[bytes]:
    data = bytearray()
    sent = 0
    while sent < total:
        while len(data) < CHUNK:
            data += next(parts)
        yield bytes(data[:CHUNK])
        del data[:CHUNK]
        sent += CHUNK


def peak_of(parts: Iterator[bytes], total: int) -> tuple[int, int, ProtocolError | None]:
    """Feed until an error comes; return by how much memory grew, how much was taken and the error."""
    parser = StreamParser()
    parser.feed(HEADER)
    peak = taken = 0
    error = None
    tracemalloc.start()
    try:
        before = None
        for chunk in chunks(parts, total):
            if before is None:
                before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            events = parser.feed(chunk)
            peak = max(peak, tracemalloc.get_traced_memory()[1] - before)
            taken += len(chunk)
            if events and isinstance(events[-1], ProtocolError):
                error = events[-1]
                break
    finally:
        tracemalloc.stop()
    return peak, taken, error


@pytest.mark.parametrize("attack", STANZAS)
def test_one_stanza(attack: Callable[[], Iterator[bytes]]) -> None:
    peak, taken, error = peak_of(attack(), OFFERED)
    assert error is not None
    assert error.condition == "policy-violation"
    assert taken <= 1_048_576 + CHUNK
    assert peak < MOST


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(new_elements, id="elements"),
        pytest.param(new_attributes, id="attributes"),
        pytest.param(new_prefixes, id="prefixes"),
        pytest.param(new_namespaces, id="namespaces"),
    ],
)
def test_ever_new_names_in_many_stanzas(make: Callable[[Iterator[bytes]], bytes]) -> None:
    """A parser of expat keeps all names that it ever saw, so that it must not live as long as the stream."""
    peak, taken, error = peak_of(ever_new(make), 512 * 1024)
    assert error is None
    assert taken == 512 * 1024
    assert peak < MOST


def test_white_space_between_stanzas_takes_no_memory() -> None:
    peak, taken, error = peak_of(repeat(b" " * 4000 + b"\r\n\t"), OFFERED)
    assert (taken, error) == (OFFERED, None)
    assert peak < 500_000
