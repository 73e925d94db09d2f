"""XEP-0313 without a network: what is asked, whose results count, pages, and where one goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from helixmpp.jid import JID
from helixmpp.plugins.xep_0059 import EndlessResults
from helixmpp.plugins.xep_0313 import MAM, XEP_0313, Fin, Position, Result
from helixmpp.stanza import Iq, IqError, Message
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

OWN = "juliet@capulet.example"
ROOM = "coven@chat.example"
ROMEO = "romeo@montague.example/orchard"
STAMP = "2010-07-10T23:08:25Z"


T = TypeVar("T")


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient(f"{OWN}/balcony")
    xmpp.register_plugin("xep_0313")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def inner(body: str = "text", sender: str = ROMEO, kind: str = "chat") -> str:
    return f"<message xmlns='jabber:client' from='{sender}' to='{OWN}' type='{kind}'><body>{body}</body></message>"


def result(
    queryid: str, id_: str, sender: str | None = None, content: str | None = None, kind: str = "normal"
) -> str:
    where = f" from='{sender}'" if sender is not None else ""
    content = inner(id_) if content is None else content
    return (
        f"<message{where} to='{OWN}/balcony' type='{kind}'>"
        f"<result xmlns='urn:xmpp:mam:2' queryid='{queryid}' id='{id_}'>"
        f"<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='{STAMP}'/>{content}</forwarded>"
        "</result></message>"
    )


class Archive:
    """Answers the queries that a client sends, as a server with these ids of messages would."""

    def __init__(self, xmpp: OfflineClient, ids: list[str], *, page: int = 1000) -> None:
        self.xmpp = xmpp
        self.ids = ids
        self.page = page
        self.asked: list[str] = []
        self.done = len(xmpp.sent)
        self.quick = True

    async def serve(self, task: "asyncio.Future[T]") -> T:
        """Answer what is sent, until the task is done; what comes of it."""
        while not task.done():
            # Storage works in threads: nothing says when its answer is there.
            await asyncio.sleep(0 if self.quick else 0.002)
            while self.done < len(self.xmpp.sent):
                self.done += 1
                await self.answer(Iq(xml=self.xmpp.sent[self.done - 1]))
        return task.result()

    async def answer(self, iq: Iq) -> None:
        """Answer one query."""
        query = iq[MAM]
        rsm = query["rsm"]
        self.asked.append(f"{rsm['after'] or rsm['before']}")
        ids = list(self.ids)
        at = (
            [rsm["after"]]
            if rsm["after"]
            else [rsm["before"]]
            if isinstance(rsm["before"], str) and rsm["before"]
            else []
        )
        if at and at[0] not in ids:
            await self.xmpp.receive(
                f"<iq type='error' id='{iq['id']}'><error type='cancel'>"
                "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            )
            return
        size = min(rsm["max"] or 1000, self.page)
        if rsm["before"]:
            rest = ids[: ids.index(at[0])] if at else ids
            page, complete = rest[-size:], len(rest) <= size
        else:
            rest = ids[ids.index(at[0]) + 1 :] if at else ids
            page, complete = rest[:size], len(rest) <= size
        for id_ in page:
            await self.xmpp.receive(result(query["queryid"], id_, OWN))
        ends = f"<first>{page[0]}</first><last>{page[-1]}</last>" if page else ""
        await self.xmpp.receive(
            f"<iq type='result' id='{iq['id']}'><fin xmlns='urn:xmpp:mam:2' complete='{str(complete).lower()}'>"
            f"<set xmlns='http://jabber.org/protocol/rsm'>{ends}</set></fin></iq>"
        )


async def collected(archive: Archive, messages: AsyncIterator[Message]) -> list[str]:
    """The ids of all messages, while the archive answers."""

    async def collect() -> list[str]:
        return [message[Result].id async for message in messages]

    return await archive.serve(asyncio.ensure_future(collect()))


# -- what is asked ---------------------------------------------------------------------------------------------

FORM = (
    "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>"
    "<field var='{}'><value>{}</value></field></x>"
)
RSM = "<set xmlns='http://jabber.org/protocol/rsm'>{}</set>"


def asked(retrieve: Callable[..., Awaitable[Iq]], arguments: dict[str, Any]) -> Awaitable[Iq]:
    """Ask with arguments of a table, for one page."""
    return retrieve(**arguments)


@pytest.mark.parametrize(
    ("arguments", "to", "content"),
    [
        ({}, None, ""),
        ({"jid": ROOM}, ROOM, ""),
        ({"start": "2010-06-07T00:00:00Z"}, None, FORM.format("start", "2010-06-07T00:00:00Z")),
        ({"end": datetime(2010, 6, 7, tzinfo=UTC)}, None, FORM.format("end", "2010-06-07T00:00:00Z")),
        ({"with_jid": "a@b.c"}, None, FORM.format("with", "a@b.c")),
        ({"after_id": "x"}, None, FORM.format("after-id", "x")),
        ({"ids": ["x"]}, None, FORM.format("ids", "x")),
        ({"include_groupchat": True}, None, FORM.format("include-groupchat", "true")),
        ({"form": {"{urn:x}search": "word"}}, None, FORM.format("{urn:x}search", "word")),
        ({"flip_page": True}, None, "<flip-page/>"),
        ({"rsm": {"max": 10, "after": "x"}}, None, RSM.format("<max>10</max><after>x</after>")),
        ({"reverse": True, "rsm": {"max": 10}}, None, RSM.format("<before/><max>10</max>")),
        ({"reverse": True, "rsm": {"before": "x"}}, None, RSM.format("<before>x</before>")),
    ],
)
async def test_what_is_asked(
    client: OfflineClient, arguments: dict[str, Any], to: str | None, content: str
) -> None:
    waiting = asked(client.plugin[XEP_0313].retrieve, arguments)
    await settle()
    request = client.sent[-1]
    queryid = request[0].attrib.pop("queryid")
    expected = f"<query xmlns='urn:xmpp:mam:2'>{content}</query>".replace(
        "></query>", "/>" if not content else "></query>"
    )
    assert (request.get("type"), request.get("to")) == ("set", to)
    assert serialize(request[0], stream_ns="").replace('"', "'") == expected
    where = f" from='{to}'" if to else ""
    await client.receive(result(queryid, "x", to))
    await client.receive(
        f"<iq type='result' id='{request.get('id')}'{where}><fin xmlns='urn:xmpp:mam:2'/></iq>"
    )
    page = await waiting
    assert [message["mam_result"]["id"] for message in page["mam"]["results"]] == ["x"]
    message = page[MAM].results[0]
    assert message["mam_result"]["forwarded"]["stanza"]["body"] == "x"
    assert message["mam_result"]["forwarded"]["delay"]["stamp"] == datetime(
        2010, 7, 10, 23, 8, 25, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"start": "yesterday"}, ValueError),
        ({"start": datetime(2020, 1, 1)}, ValueError),
        ({"with_jid": "a@@b"}, ValueError),
        ({"jid": "a@@b"}, ValueError),
        ({"wit": "a@b.c"}, TypeError),
    ],
)
def test_what_cannot_be_asked(
    client: OfflineClient, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.plugin[XEP_0313].retrieve(**arguments)


async def test_a_component_names_the_archive() -> None:
    component = OfflineComponent()
    component.register_plugin("xep_0313")
    plugin = component.plugin[XEP_0313]
    with pytest.raises(ValueError):
        plugin.retrieve()
    waiting = plugin.retrieve(ROOM, ifrom="user@comp.example.org")
    await settle()
    request = component.sent[-1]
    queryid = request[0].get("queryid", "")
    for sender in ("", "comp.example.org", ROOM):
        await component.receive(result(queryid, f"from-{sender}", sender or None))
    await component.receive(
        f"<iq type='result' id='{request.get('id')}' from='{ROOM}' to='user@comp.example.org'>"
        "<fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>"
    )
    assert [message[Result].id for message in (await waiting)[MAM].results] == [f"from-{ROOM}"]
    await component.aclose()


# -- whose results count (promise F) ----------------------------------------------------------------------------

ROOM_SAID = inner("x", f"{ROOM}/a", "groupchat")


COUNTS: list[tuple[str | None, Callable[[str], str], bool]] = [
        (None, lambda q: result(q, "1"), True),
        (None, lambda q: result(q, "1", OWN), True),
        (OWN, lambda q: result(q, "1"), True),
        (OWN, lambda q: result(q, "1", OWN), True),
        (None, lambda q: result(q, "1", f"{OWN}/balcony"), False),
        (None, lambda q: result(q, "1", f"{OWN}/chamber"), False),
        (None, lambda q: result(q, "1", "capulet.example"), False),
        (None, lambda q: result(q, "1", ROMEO), False),
        (None, lambda q: result(q, "1", "romeo@montague.example"), False),
        (None, lambda q: result(q, "1", f"{OWN}.evil.example"), False),
        (None, lambda q: result(q, "1", "a@@b"), False),
        (None, lambda _: result("guessed", "1", OWN), False),
        (None, lambda _: result("", "1", OWN), False),
        (None, lambda q: result(q, "", OWN), False),
        (None, lambda q: result(q, "x" * 1025, OWN), False),
        (None, lambda q: result(q, "1", OWN, kind="error"), False),
        (None, lambda q: result(q, "1", OWN, ""), True),
        (None, lambda q: result(q, "1", OWN, inner() * 2), False),
        (None, lambda q: result(q, "1", OWN, "<presence xmlns='jabber:client'/>"), False),
        (None, lambda q: result(q, "1", OWN, "<message xmlns='urn:other'/>"), False),
        (None, lambda q: result(q, "1", OWN, ROOM_SAID), True),
        (None, lambda q: result(q, "1", OWN).replace("<forwarded", "<other").replace("</forwarded", "</other"), False),
        (None, lambda q: result(q, "1", OWN).replace("</message>\n", "").replace("</result>", "</result><result "
         f"xmlns='urn:xmpp:mam:2' queryid='{q}' id='2'/>"), False),
        (ROOM, lambda q: result(q, "1", ROOM, ROOM_SAID), True),
        (ROOM, lambda q: result(q, "1", OWN, ROOM_SAID), False),
        (ROOM, lambda q: result(q, "1", None, ROOM_SAID), False),
        (ROOM, lambda q: result(q, "1", f"{ROOM}/a", ROOM_SAID), False),
        (ROOM, lambda q: result(q, "1", "other@chat.example", ROOM_SAID), False),
        (ROOM, lambda q: result(q, "1", ROOM, inner("x", "other@chat.example/a", "groupchat")), False),
    ]  # fmt: skip


@pytest.mark.parametrize(("archive", "make", "counts"), COUNTS)
async def test_whose_results_count(
    client: OfflineClient, archive: str | None, make: Callable[[str], str], counts: bool
) -> None:
    events: list[Any] = []
    client.add_event_handler("message", events.append)
    waiting = client.plugin[XEP_0313].retrieve(archive)
    await settle()
    request = client.sent[-1]
    assert await client.receive(make(request[0].get("queryid", ""))) == []
    where = f" from='{archive}'" if archive else ""
    await client.receive(
        f"<iq type='result' id='{request.get('id')}'{where}><fin xmlns='urn:xmpp:mam:2'/></iq>"
    )
    assert len((await waiting)[MAM].results) == int(counts)
    # Nothing counts any more when the query is over.
    await client.receive(make(request[0].get("queryid", "")))
    assert (len((await waiting)[MAM].results), events) == (int(counts), [])


async def test_two_queries_at_once(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    mine, rooms = plugin.retrieve(), plugin.retrieve(ROOM)
    await settle()
    one, two = client.sent[-2:]
    mine_id, rooms_id = one[0].get("queryid", ""), two[0].get("queryid", "")
    assert mine_id != rooms_id
    for queryid, id_, sender in (
        (mine_id, "a", ROOM), (rooms_id, "b", ROOM), (mine_id, "c", OWN), (rooms_id, "d", OWN), (mine_id, "c", OWN),
    ):  # fmt: skip
        await client.receive(result(queryid, id_, sender))
    await client.receive(
        f"<iq type='result' id='{two.get('id')}' from='{ROOM}'><fin xmlns='urn:xmpp:mam:2'/></iq>"
    )
    await client.receive(f"<iq type='result' id='{one.get('id')}'><fin xmlns='urn:xmpp:mam:2'/></iq>")
    assert [message[Result].id for message in (await mine)[MAM].results] == ["c"]
    assert [message[Result].id for message in (await rooms)[MAM].results] == ["b"]


async def test_only_the_ids_that_were_asked_for(client: OfflineClient) -> None:
    waiting = client.plugin[XEP_0313].retrieve(ids=["a", "b"])
    await settle()
    request = client.sent[-1]
    for id_ in ("a", "c", "b", "a"):
        await client.receive(result(request[0].get("queryid", ""), id_, OWN))
    await client.receive(f"<iq type='result' id='{request.get('id')}'><fin xmlns='urn:xmpp:mam:2'/></iq>")
    assert [message[Result].id for message in (await waiting)[MAM].results] == ["a", "b"]


async def test_an_archive_that_gives_too_much(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    plugin.max_results = 3
    archive = Archive(client, [str(number) for number in range(5)])
    with pytest.raises(EndlessResults):
        await archive.serve(asyncio.ensure_future(plugin.retrieve()))
    plugin.max_results, plugin.max_items = 10, 3
    archive = Archive(client, [str(number) for number in range(9)], page=2)
    with pytest.raises(EndlessResults):
        await collected(archive, plugin.iterate())


async def test_results_that_are_too_large(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    plugin.max_page_size = 100_000
    for count, size in ((5, 60_000), (300, 10)):
        waiting = plugin.retrieve()
        await settle()
        request = client.sent[-1]
        for number in range(count):
            text = result(request[0].get("queryid", ""), str(number), OWN)
            await client.receive(text.replace("<body>", f"<body>{'x' * size}", 1))
        await client.receive(f"<iq type='result' id='{request.get('id')}'><fin xmlns='urn:xmpp:mam:2'/></iq>")
        with pytest.raises(EndlessResults, match="max_page_size"):
            await waiting


async def test_an_error_and_a_callback(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    waiting = plugin.retrieve(ROOM)
    await settle()
    await client.receive(
        f"<iq type='error' id='{client.sent[-1].get('id')}' from='{ROOM}'><error type='auth'>"
        "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    with pytest.raises(IqError, match="forbidden"):
        await waiting
    seen: list[int] = []
    archive = Archive(client, ["a", "b"])
    asking = plugin.retrieve(callback=lambda iq: seen.append(len(iq["mam"]["results"])))
    page = await archive.serve(asyncio.ensure_future(asking))
    assert (seen, page[Fin].complete, page["mam_fin"]["rsm"]["last"]) == ([2], True, "b")


# -- pages -----------------------------------------------------------------------------------------------------

TEN = [f"i{number}" for number in range(10)]


@pytest.mark.parametrize("size", [1, 3, 5, 10, 11, 100])
@pytest.mark.parametrize("reverse", [False, True])
async def test_every_message_comes_once(client: OfflineClient, size: int, reverse: bool) -> None:
    archive = Archive(client, TEN)
    found = await collected(archive, client.plugin[XEP_0313].iterate(reverse=reverse, rsm={"max": size}))
    assert found == (TEN[::-1] if reverse else TEN)
    assert len(archive.asked) == -(-10 // size)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"total": 0}, []),
        ({"total": 1}, ["i0"]),
        ({"total": 4, "rsm": {"max": 3}}, TEN[:4]),
        ({"total": 4, "rsm": {"max": 3}, "reverse": True}, TEN[:5:-1]),
        ({"total": 99}, TEN),
        ({"rsm": {"after": "i7"}}, ["i8", "i9"]),
        ({"rsm": {"before": "i2"}, "reverse": True}, ["i1", "i0"]),
        ({"rsm": {"before": True}, "reverse": True, "total": 1}, ["i9"]),
    ],
)
async def test_some_messages(client: OfflineClient, arguments: dict[str, Any], expected: list[str]) -> None:
    assert await collected(Archive(client, TEN), client.plugin[XEP_0313].iterate(**arguments)) == expected


async def test_pages_as_programs_take_them(client: OfflineClient) -> None:
    archive = Archive(client, TEN)
    found: list[list[str]] = []

    async def collect() -> None:
        async for page in client.plugin[XEP_0313].retrieve(iterator=True, rsm={"max": 4}):
            found.append([message["mam_result"]["id"] for message in page["mam"]["results"]])

    await archive.serve(asyncio.ensure_future(collect()))
    assert found == [TEN[:4], TEN[4:8], TEN[8:]]


async def test_an_empty_archive(client: OfflineClient) -> None:
    assert await collected(Archive(client, []), client.plugin[XEP_0313].iterate()) == []


# -- where one goes on -------------------------------------------------------------------------------------------

LIVE = (
    "<message from='{}' to='{}' type='{}'><body>x</body>"
    "<stanza-id xmlns='urn:xmpp:sid:0' by='{}' id='{}'/></message>"
)
DELAY = f"<delay xmlns='urn:xmpp:delay' stamp='{STAMP}'/><body"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def reader(folder: Path) -> OfflineClient:
    xmpp = OfflineClient(f"{OWN}/balcony", storage=folder.as_uri())
    xmpp.register_plugin("xep_0313")
    return xmpp


async def test_a_restart_goes_on_behind_it(tmp_path: Path) -> None:
    ids = list(TEN)
    for added, expected in (
        (["a"], ids),  # what was said before the first time is asked for by since=
        (["b", "c"], ["a"]),
        ([], ["b", "c"]),
        (["d"], []),
    ):
        xmpp = reader(tmp_path)
        archive = Archive(xmpp, list(ids), page=3)
        archive.quick = False
        assert await collected(archive, xmpp.plugin[XEP_0313].catch_up(since=LONG_AGO, page=3)) == expected
        await xmpp.aclose()
        ids += added


async def test_the_first_time_begins_at_the_end(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    archive = Archive(client, list(TEN))
    assert await collected(archive, plugin.catch_up()) == []
    archive.ids += ["new"]
    assert await collected(archive, plugin.catch_up()) == ["new"]
    await plugin.api["del_position"](JID(OWN), None, None, None)
    empty = Archive(client, [])
    assert await collected(empty, plugin.catch_up()) == []
    empty.ids += ["first"]
    assert await collected(empty, plugin.catch_up()) == ["first"]


async def test_a_message_counts_as_read_when_the_next_is_asked_for(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    archive = Archive(client, list(TEN))

    async def read_three() -> None:
        messages = plugin.catch_up(since=LONG_AGO)
        for _ in range(3):
            await anext(messages)
        await messages.aclose()

    await archive.serve(asyncio.ensure_future(read_three()))
    assert await plugin.api["get_position"](OWN) == Position(
        "i1", datetime(2010, 7, 10, 23, 8, 25, tzinfo=UTC)
    )
    assert await collected(archive, plugin.catch_up()) == TEN[2:]


async def test_an_archive_that_has_forgotten(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    archive = Archive(client, list(TEN))
    await plugin.api["set_position"](OWN, None, None, Position("gone", LONG_AGO))
    assert await collected(archive, plugin.catch_up()) == TEN
    # The same moment comes again, the message itself does not.
    await plugin.api["set_position"](OWN, None, None, Position("gone", None))
    with pytest.raises(IqError, match="item-not-found"):
        await collected(archive, plugin.catch_up())


@pytest.mark.parametrize(
    ("stanza", "expected"),
    [
        (LIVE.format(ROMEO, OWN, "chat", OWN, "live"), "live"),
        (LIVE.format(ROMEO, OWN, "chat", ROMEO, "live"), "i9"),
        (LIVE.format(ROMEO, OWN, "error", OWN, "live"), "i9"),
        (LIVE.format(f"{ROOM}/a", OWN, "groupchat", ROOM, "live"), "i9"),
        (LIVE.format(f"{ROOM}/a", OWN, "groupchat", OWN, "live"), "i9"),
        (LIVE.format(ROMEO, OWN, "chat", OWN, "x" * 1025), "i9"),
        (LIVE.format(ROMEO, OWN, "chat", OWN, ""), "i9"),
        (LIVE.format(ROMEO, OWN, "chat", OWN, "live").replace("<body", DELAY), "i9"),
        (LIVE.format("a@@b", OWN, "groupchat", OWN, "live"), "i9"),
    ],
)
async def test_messages_that_come_by_themselves(client: OfflineClient, stanza: str, expected: str) -> None:
    plugin = client.plugin[XEP_0313]
    # Before everything was read, they would leave a hole.
    await client.receive(stanza)
    assert await plugin.api["get_position"](OWN) is None
    assert await collected(Archive(client, list(TEN)), plugin.catch_up(since=LONG_AGO)) == TEN
    await client.receive(stanza)
    assert (await plugin.api["get_position"](OWN)).id == expected
    client.event("session_end", None)
    await client.receive(stanza.replace("live", "later"))
    assert (await plugin.api["get_position"](OWN)).id == expected


async def test_not_following(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]
    plugin.follow_live = False
    assert await collected(Archive(client, list(TEN)), plugin.catch_up(since=LONG_AGO)) == TEN
    await client.receive(LIVE.format(ROMEO, OWN, "chat", OWN, "live"))
    assert (await plugin.api["get_position"](OWN)).id == "i9"


async def test_a_store_of_the_programs_own(client: OfflineClient) -> None:
    kept: dict[str, Position] = {"juliet@capulet.example": Position("i7")}

    class Store:
        def get_position(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Position | None:
            return kept.get(jid.full)

        def set_position(self, jid: JID, node: str, ifrom: JID | None, args: Position) -> None:
            kept[jid.full] = args

        def del_position(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
            kept.pop(jid.full, None)

    plugin = client.plugin[XEP_0313]
    plugin.api.bind(Store())
    assert await collected(Archive(client, list(TEN)), plugin.catch_up()) == ["i8", "i9"]
    assert kept[OWN].id == "i9"


@pytest.mark.parametrize(
    "value", [b"", b"{}", b"[]", b"\xff", b'{"id": "x", "stamp": "soon"}', b'{"id": "x"}']
)
async def test_a_record_that_cannot_be_read_back(client: OfflineClient, value: bytes) -> None:
    plugin = client.plugin[XEP_0313]
    await plugin.collection("positions", limit=10).put(OWN, value)
    assert await plugin.api["get_position"](OWN) is None


# -- what else can be asked -----------------------------------------------------------------------------------


async def test_fields_metadata_and_commands(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0313]

    async def answered(asking: Any, content: str) -> Any:
        task = asyncio.ensure_future(asking)
        await settle()
        request = client.sent[-1]
        where = f" from='{request.get('to')}'" if request.get("to") else ""
        await client.receive(f"<iq type='result' id='{request.get('id')}'{where}>{content}</iq>")
        return await task

    form = await answered(
        plugin.get_fields(ROOM),
        "<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='form'>"
        "<field type='jid-single' var='with'/></x></query>",
    )
    assert list(form.field) == ["with"]
    metadata = await answered(
        plugin.get_archive_metadata(),
        "<metadata xmlns='urn:xmpp:mam:2'>"
        f"<start id='a' timestamp='{STAMP}'/><end id='b' timestamp='{STAMP}'/></metadata>",
    )
    assert [metadata["mam_metadata"][one]["id"] for one in ("start", "end")] == ["a", "b"]
    commands = await answered(
        plugin.get_configuration_commands(),
        "<query xmlns='http://jabber.org/protocol/disco#items' node='urn:xmpp:mam#configure'>"
        f"<item jid='{OWN}' node='c' name='Configure'/></query>",
    )
    assert [item[1] for item in commands["items"]] == ["c"]


def test_what_a_result_says() -> None:
    message = Message(xml=parse_one(result("q", "1", OWN), stream_ns="jabber:client"))
    assert message[Result].message is not None
    assert message[Result].stamp == datetime(2010, 7, 10, 23, 8, 25, tzinfo=UTC)
