"""``<set/>`` of XEP-0059: the examples of the text, pages that are given, and pages that are gone through."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, IqError, XMPPError
from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0030 import DiscoItems
from helixmpp.plugins.xep_0059 import XEP_0059, EndlessResults, Set
from helixmpp.xml import parse_one, serialize

NS = "http://jabber.org/protocol/rsm"


def set_of(inner: str) -> Set:
    return Set(xml=parse_one(f"<set xmlns='{NS}'>{inner}</set>"))


@pytest.mark.parametrize(
    ("inner", "values"),
    [
        ("<max>10</max>", {"max": 10}),
        (
            "<max>10</max><after>peterpan@neverland.lit</after>",
            {"max": 10, "after": "peterpan@neverland.lit"},
        ),
        ("<max>10</max><before>peter@pixyland.org</before>", {"max": 10, "before": "peter@pixyland.org"}),
        ("<max>10</max><before/>", {"max": 10, "before": True}),
        ("<max>10</max><index>371</index>", {"max": 10, "index": 371}),
        ("<max>0</max>", {"max": 0}),
        (
            "<first index='0'>stpeter@jabber.org</first><last>peterpan@neverland.lit</last><count>800</count>",
            {"first": "stpeter@jabber.org", "first_index": 0, "last": "peterpan@neverland.lit", "count": 800},
        ),
        ("<count>790</count>", {"count": 790}),
    ],
)
def test_the_examples(inner: str, values: dict[str, Any]) -> None:
    nothing = {"after": "", "first": "", "last": ""}
    made = Set()
    for key, value in values.items():
        made[key] = str(value) if isinstance(value, int) and value is not True else value
    for one in (set_of(inner), made):
        for key in ("max", "after", "before", "index", "first", "first_index", "last", "count"):
            assert one[key] == values.get(key, nothing.get(key)), key
    for key in values:
        del made[key]
    assert (made["before"], made.before) == (None, "")


@pytest.mark.parametrize("key", ["max", "count", "index"])
@pytest.mark.parametrize("text", ["-1", "x", "1.5"])
def test_numbers_that_are_none(key: str, text: str) -> None:
    with pytest.raises(BadStanza):
        _ = set_of(f"<{key}>{text}</{key}>")[key]
    made = Set()
    with pytest.raises(FieldValueError):
        made[key] = text
    with pytest.raises(FieldValueError):
        made["before"] = "\x00"
    assert len(made.xml) == 0


# -- giving pages -----------------------------------------------------------------------------------------------

LETTERS = "abcdefghij"


@pytest.fixture
async def xmpp() -> AsyncIterator[ClientXMPP]:
    xmpp = ClientXMPP("me@example.org/desk", "secret")
    xmpp.register_plugin("xep_0059")
    yield xmpp
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("inner", "page", "index"),
    [
        ("", LETTERS, 0),
        ("<max>3</max>", "abc", 0),
        ("<max>3</max><after>c</after>", "def", 3),
        ("<max>3</max><after>i</after>", "j", 9),
        ("<max>3</max><after>j</after>", "", None),
        ("<max>3</max><before/>", "hij", 7),
        ("<max>3</max><before>h</before>", "efg", 4),
        ("<max>3</max><before>b</before>", "a", 0),
        ("<max>3</max><before>a</before>", "", None),
        ("<max>3</max><index>4</index>", "efg", 4),
        ("<max>3</max><index>10</index>", "", None),
        ("<max>0</max>", "", None),
        ("<max>0</max><before/>", "", None),
        ("<max>99999</max>", LETTERS, 0),
    ],
)
def test_pages_are_given(xmpp: ClientXMPP, inner: str, page: str, index: int | None) -> None:
    found, answer = xmpp.plugin[XEP_0059].page_of(LETTERS, set_of(inner), uid=str)
    assert "".join(found) == page
    expected = {"count": 10, "first": page[:1], "last": page[-1:], "first_index": index}
    assert {key: answer[key] for key in expected} == expected


def test_a_page_has_a_limit(xmpp: ClientXMPP) -> None:
    plugin = xmpp.plugin[XEP_0059]
    plugin.largest_page = 2
    assert plugin.page_of(LETTERS, set_of("<max>5</max>"), str)[0] == ["a", "b"]
    assert plugin.page_of(LETTERS, Set(), str)[0] == ["a", "b"]


@pytest.mark.parametrize(
    ("inner", "condition"),
    [
        ("<after>x</after>", "item-not-found"),
        ("<before>x</before>", "item-not-found"),
        ("<before/><after>c</after>", "bad-request"),
        ("<index>0</index><after>c</after>", "bad-request"),
        ("<max>-1</max>", "bad-request"),
        ("<index>x</index>", "bad-request"),
    ],
)
def test_pages_that_are_refused(xmpp: ClientXMPP, inner: str, condition: str) -> None:
    with pytest.raises(XMPPError) as caught:
        xmpp.plugin[XEP_0059].page_of(LETTERS, set_of(inner), uid=str)
    assert caught.value.condition == condition


# -- going through pages ------------------------------------------------------------------------------------------


class Peer:
    """Answers the requests of a client without a network."""

    def __init__(self, xmpp: ClientXMPP, answers: Callable[[Set, DiscoItems], object]) -> None:
        self.xmpp = xmpp
        self.asked: list[tuple[int | None, str, str | bool]] = []
        self.answers = answers
        xmpp.add_filter("out", self.answer)

    def answer(self, iq: Iq) -> None:
        rsm = iq[DiscoItems][Set]
        self.asked.append((rsm.max, rsm.after, rsm.before))
        reply = parse_one(
            f"<iq xmlns='jabber:client' type='result' from='peer@example.org' id='{iq['id']}'/>"
        )
        result = Iq(xml=reply)
        try:
            self.answers(rsm, result[DiscoItems])
        except XMPPError as error:
            reply.set("type", "error")
            result["error"]["condition"] = error.condition
        asyncio.get_running_loop().call_soon(self.xmpp.stanza_received, parse_one(serialize(reply)))


def letters(xmpp: ClientXMPP) -> Callable[[Set, DiscoItems], object]:
    def answer(rsm: Set, items: DiscoItems) -> None:
        page, found = xmpp.plugin[XEP_0059].page_of(LETTERS, rsm, str)
        for letter in page:
            items.add_item(f"{letter}@example.org")
        items.append(found)

    return answer


def always(inner: str) -> Callable[[Set, DiscoItems], object]:
    def answer(rsm: Set, items: DiscoItems) -> None:
        items.append(set_of(inner))

    return answer


def one_item(rsm: Set, items: DiscoItems) -> None:
    items.add_item("a@b.c")


def request(xmpp: ClientXMPP) -> Iq:
    iq = xmpp.make_iq_get(ito="peer@example.org")
    iq[DiscoItems].attach()
    return iq


async def pages_of(iterator: AsyncIterator[Iq]) -> list[str]:
    return ["".join(sorted(str(item["jid"])[0] for item in page["disco_items"])) async for page in iterator]


@pytest.mark.parametrize(
    ("options", "pages", "asked"),
    [
        ({"amount": 4}, ["abcd", "efgh", "ij"], [(4, "", ""), (4, "d", ""), (4, "h", "")]),
        ({"amount": 4, "start": "f"}, ["ghij"], [(4, "f", "")]),
        (
            {"amount": 4, "reverse": True},
            ["ghij", "cdef", "ab"],
            [(4, "", True), (4, "", "g"), (4, "", "c")],
        ),
        ({"amount": 4, "reverse": True, "start": "c"}, ["ab"], [(4, "", "c")]),
        ({}, [LETTERS], [(10, "", "")]),
    ],
)
async def test_pages_are_gone_through(
    xmpp: ClientXMPP, options: dict[str, Any], pages: list[str], asked: list[Any]
) -> None:
    peer = Peer(xmpp, letters(xmpp))
    iq = request(xmpp)
    before = serialize(iq.xml)
    seen: list[str] = []
    iterator = xmpp.plugin[XEP_0059].iterate(
        iq,
        "disco_items",
        pre_cb=lambda query: seen.append(query["type"]),
        post_cb=lambda answer: seen.append(answer["type"]),
        **options,
    )
    assert await pages_of(iterator) == pages
    assert peer.asked == asked
    assert seen == ["get", "result"] * len(asked)
    assert serialize(iq.xml) == before
    with pytest.raises(StopAsyncIteration):
        await iterator.next()


@pytest.mark.parametrize("count", ["", "<count>many</count>", "<count>7</count>", "<count>11</count>"])
async def test_pages_without_numbers_to_rely_on(xmpp: ClientXMPP, count: str) -> None:
    by_page = letters(xmpp)

    def answer(rsm: Set, items: DiscoItems) -> None:
        by_page(rsm, items)
        found = items[Set]
        del found["count"]
        found.xml.extend(set_of(count).xml)

    peer = Peer(xmpp, answer)
    iterator = xmpp.plugin[XEP_0059].iterate(request(xmpp), "disco_items", amount=5)
    assert await pages_of(iterator) == ["abcde", "fghij"]
    # The empty page is the end, then.
    assert peer.asked == [(5, "", ""), (5, "e", ""), (5, "j", "")]


async def test_the_number_alone(xmpp: ClientXMPP) -> None:
    peer = Peer(xmpp, letters(xmpp))
    assert await xmpp.plugin[XEP_0059].count(request(xmpp), "disco_items") == 10
    assert peer.asked == [(0, "", "")]
    peer.answers = one_item
    assert await xmpp.plugin[XEP_0059].count(request(xmpp), "disco_items") is None


@pytest.mark.parametrize("inner", ["", "<count>5</count>", "<first>a</first>"])
async def test_a_peer_that_does_not_know_of_pages(xmpp: ClientXMPP, inner: str) -> None:
    def answer(rsm: Set, items: DiscoItems) -> None:
        items.add_item("a@example.org")
        items.add_item("b@example.org")
        if inner:
            items.append(set_of(inner))

    peer = Peer(xmpp, answer)
    assert await pages_of(xmpp.plugin[XEP_0059].iterate(request(xmpp), "disco_items")) == ["ab"]
    assert len(peer.asked) == 1


async def test_nothing_at_all(xmpp: ClientXMPP) -> None:
    Peer(xmpp, always("<count>0</count>"))
    assert await pages_of(xmpp.plugin[XEP_0059].iterate(request(xmpp), "disco_items")) == []


@pytest.mark.parametrize(("start", "pages"), [(None, 1), ("b", 0)])
async def test_a_peer_that_repeats_a_page(xmpp: ClientXMPP, start: str | None, pages: int) -> None:
    peer = Peer(xmpp, always("<first>a</first><last>b</last>"))
    iterator = xmpp.plugin[XEP_0059].iterate(request(xmpp), "disco_items", start=start)
    for _ in range(pages):
        await iterator.next()
    with pytest.raises(EndlessResults, match="second time"):
        await iterator.next()
    with pytest.raises(StopAsyncIteration):
        await iterator.next()
    assert len(peer.asked) == pages + 1


async def test_a_peer_that_comes_to_no_end(xmpp: ClientXMPP) -> None:
    plugin = xmpp.plugin[XEP_0059]

    def answer(rsm: Set, items: DiscoItems) -> None:
        for number in range(5):
            items.add_item(f"{number}@example.org")
        items.append(set_of(f"<first>x</first><last>{len(peer.asked)}</last>"))

    peer = Peer(xmpp, answer)
    plugin.max_pages = 3
    iterator = plugin.iterate(request(xmpp), "disco_items")
    for _ in range(3):
        await iterator.next()
    with pytest.raises(EndlessResults, match="max_pages"):
        await iterator.next()
    assert len(peer.asked) == 3
    plugin.max_items = 14
    iterator = plugin.iterate(request(xmpp), "disco_items")
    await iterator.next()
    await iterator.next()
    with pytest.raises(EndlessResults, match="max_items"):
        await iterator.next()


async def test_errors_reach_the_program(xmpp: ClientXMPP) -> None:
    Peer(xmpp, letters(xmpp))
    iterator = xmpp.plugin[XEP_0059].iterate(request(xmpp), "disco_items", start="gone")
    with pytest.raises(IqError, match="item-not-found"):
        await iterator.next()
    with pytest.raises(StopAsyncIteration):
        await iterator.next()
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="at least one"):
            xmpp.plugin[XEP_0059].iterate(request(xmpp), "disco_items", amount=wrong)
    with pytest.raises(ValueError, match="no_such"):
        await xmpp.plugin[XEP_0059].iterate(request(xmpp), "no_such").next()
