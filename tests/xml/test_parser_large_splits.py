"""Stanzas as large as a read and larger, cut wherever reads happen to end: the events are those of the whole."""

import random
from xml.etree.ElementTree import Element

import pytest

from helixmpp.xml import StreamParser, XMLEvent, serialize

HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
READS = (1, 7, 100, 1460, 4096, 16_384, 65_536)


def stanza(number: int, size: int, draw: random.Random) -> str:
    filling = draw.choice(("x", "ä", "&lt;", "<b/>", "<b a='1'>t</b>", "'\"/ ", "]]", "\n"))
    text = filling * (size // len(filling.encode()) + 1)
    return (
        f"<message to='bob@test.example/r' type='chat' id='{number}'><body>{number} {text}</body></message>"
    )


def shown(events: list[XMLEvent]) -> list[str]:
    # The header first, then elements; anything else is shown as what it is, and so differs.
    return [serialize(event) if isinstance(event, Element) else repr(event) for event in events[1:]]


@pytest.mark.parametrize("seed", range(40))
def test_random_reads(seed: int) -> None:
    draw = random.Random(seed)
    stanzas = [stanza(n, draw.choice((0, 50, 5000, draw.randrange(20_000))), draw) for n in range(30)]
    data = (HEADER + draw.choice(("", "\n", " ")).join(stanzas)).encode()
    parser = StreamParser()
    events: list[XMLEvent] = []
    at = 0
    while at < len(data):
        size = draw.choice((*READS, draw.randrange(1, 30_000)))
        events += parser.feed(data[at : at + size])
        at += size
    whole: list[XMLEvent] = []
    one = StreamParser()
    for text in (HEADER, *stanzas):
        whole += one.feed(text.encode())
    assert len(events) == 31
    assert shown(events) == shown(whole)


@pytest.mark.parametrize("size", [500, 5000, 50_000])
def test_a_cut_at_each_place_of_interest(size: int) -> None:
    draw = random.Random(size)
    data = (HEADER + "".join(stanza(n, size, draw) for n in range(3))).encode()
    want = shown(StreamParser().feed(data))
    places = [at for at, byte in enumerate(data) if byte in b"<>/'&;"]
    for at in places if len(places) < 400 else draw.sample(places, 400):
        for cut in (at, at + 1):
            parser = StreamParser()
            assert shown(parser.feed(data[:cut]) + parser.feed(data[cut:])) == want
