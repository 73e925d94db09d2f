"""XEP-0055 without a network: the wire, a directory, and those who search in it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0055 import XEP_0055, Search, SearchStore
from helixmpp.stanza import Iq
from helixmpp.xml import NS_STANZA_ERRORS, parse_one, serialize
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

NS = "jabber:iq:search"
PEOPLE = [
    {"jid": "juliet@capulet.com", "first": "Juliet", "last": "Capulet", "nick": "JuliC", "email": "j@s.lit"},
    {"jid": "tybalt@shakespeare.lit", "first": "Tybalt", "last": "Capulet", "nick": "ty", "email": ""},
    {"jid": "romeo@montague.net", "first": "Romeo", "last": "Montague", "nick": "", "email": ""},
]


@pytest.fixture
async def directory() -> AsyncIterator[OfflineComponent]:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0055", {"form_instructions": "Fill in.", "form_title": "People"})
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0055")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def with_people(xmpp: OfflineComponent) -> None:
    plugin = xmpp.plugin[XEP_0055]

    def query(jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq:
        wanted = plugin.wanted_by(args)
        return plugin.make_result(
            args, [one for one in PEOPLE if all(one.get(name) == text for name, text in wanted.items())]
        )

    plugin.api.register(query, "search_query")


async def ask(xmpp: OfflineComponent, inner: str, type_: str = "set") -> Element:
    (answer,) = await xmpp.receive(
        f"<iq type='{type_}' id='1' from='a@b.c/d' to='comp.example.org'><query xmlns='{NS}'>{inner}</query></iq>"
    )
    assert (answer.get("to"), answer.get("from"), answer.get("id")) == ("a@b.c/d", "comp.example.org", "1")
    return answer


def test_the_wire() -> None:
    search = Search()
    search.instructions = "x"
    search.add_field("first")
    for text in (
        str(search),
        f"<query xmlns='{NS}'><item jid='a@b.c'><first>A</first><x xmlns='y'/></item><item jid='b@b.c'/></query>",
    ):
        read = Search(xml=parse_one(text))
        assert Search(xml=parse_one(str(read))) == read
    assert [(item.jid, item["first"]) for item in read["items"]] == [(JID("a@b.c"), "A"), (JID("b@b.c"), "")]


async def test_the_form(directory: OfflineComponent) -> None:
    directory.plugin[XEP_0055].form_fields = ("x-gender", "last", "first")
    search = Search(xml=(await ask(directory, "", "get"))[0])
    assert [child.tag.rpartition("}")[2] for child in search.xml] == ["instructions", "first", "last", "x"]
    form = search[Form]
    assert (search.instructions, form.title, form.form_type) == ("Fill in.", "People", NS)
    assert [field.var for field in form.fields] == ["FORM_TYPE", "first", "last", "x-gender"]


def submitted(values: Mapping[str, str]) -> str:
    form = Form()
    form["type"] = "submit"
    form.add_field("FORM_TYPE", "hidden", value=NS)
    for name, text in values.items():
        form.add_field(name, "text-single", value=text)
    return serialize(form.xml)


SEARCHES: list[tuple[dict[str, str], list[str]]] = [
    ({"last": "Capulet"}, ["Juliet", "Tybalt"]),
    ({"last": "Capulet", "first": "Tybalt"}, ["Tybalt"]),
    ({"last": "Nobody"}, []),
    ({}, ["Juliet", "Tybalt", "Romeo"]),
]


@pytest.mark.parametrize(("wanted", "found"), SEARCHES)
@pytest.mark.parametrize("by_form", [False, True])
async def test_a_search(
    directory: OfflineComponent,
    client: OfflineClient,
    wanted: dict[str, str],
    found: list[str],
    by_form: bool,
) -> None:
    with_people(directory)
    plugin = client.plugin[XEP_0055]
    fields = Form(xml=parse_one(submitted(wanted))) if by_form else wanted
    waiting = plugin.search(fields, "comp.example.org")
    request = client.sent[-1]
    assert (request.get("type"), request.get("to")) == ("set", "comp.example.org")
    answer = await ask(directory, "".join(serialize(child) for child in request[0]))
    # An empty result is an empty <query/> (section 2.1), or an empty table.
    assert len(answer[0]) == (1 if by_form else len(found))
    await client.receive(
        f"<iq type='result' id='{request.get('id')}' from='comp.example.org'>{serialize(answer[0])}</iq>"
    )
    people = plugin.results_of(await waiting)
    assert [person["first"] for person in people] == found
    assert all(JID(person["jid"]) for person in people)
    if not by_form and "Juliet" in found:
        assert people[0] == PEOPLE[0]


async def test_by_default_nobody_is_found(directory: OfflineComponent) -> None:
    assert len((await ask(directory, "<last>x</last>"))[0]) == 0
    form = Search(xml=(await ask(directory, submitted({"last": "x"})))[0])[Form]
    assert (form.type, list(form.get_reported()), form.get_items()) == (
        "result",
        ["jid", "first", "last"],
        [],
    )


@pytest.mark.parametrize("inner", ["", submitted({})])
async def test_an_answer_has_a_limit(directory: OfflineComponent, inner: str) -> None:
    plugin = directory.plugin[XEP_0055]
    plugin.max_results = 7

    def query(jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq:
        return plugin.make_result(args, ({"jid": f"u{number}@b.c"} for number in range(1_000_000)))

    plugin.api.register(query, "search_query")
    iq = Iq(
        xml=parse_one(
            f"<iq xmlns='jabber:client' type='result'>{serialize((await ask(directory, inner))[0])}</iq>"
        )
    )
    assert [person["jid"] for person in plugin.results_of(iq)] == [f"u{number}@b.c" for number in range(7)]


class Recorder:
    """A store that writes down what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.answer: Iq | Exception | None = None

    def search_get_form(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq | None:
        self.calls.append(("form", jid, node, ifrom, args["id"]))
        return self.give()

    def search_query(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq | None:
        self.calls.append(("query", jid, node, ifrom, args["id"]))
        return self.give()

    def give(self) -> Iq | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def condition(answer: Element) -> str:
    return next(
        (
            child.tag.rpartition("}")[2]
            for child in answer.iter()
            if child.tag.startswith(f"{{{NS_STANZA_ERRORS}}}")
        ),
        "",
    )


async def test_each_operation_is_replaced(directory: OfflineComponent) -> None:
    store = Recorder()
    typed: SearchStore = store
    directory.plugin[XEP_0055].api.bind(typed)
    assert condition(await ask(directory, "", "get")) == "service-unavailable"
    assert len((await ask(directory, ""))[0]) == 0
    store.answer = directory.Iq()
    store.answer["search"]["instructions"] = "ours"
    assert "ours" in serialize(await ask(directory, "", "get"))
    assert "ours" in serialize(await ask(directory, ""))
    store.answer = XMPPError("forbidden")
    assert condition(await ask(directory, "", "get")) == condition(await ask(directory, "")) == "forbidden"
    own, asker = JID("comp.example.org"), JID("a@b.c/d")
    assert store.calls == [(op, own, "", asker, "1") for op in ("form", "query") * 3]
    directory.plugin[XEP_0055].provide_search = False
    assert (
        condition(await ask(directory, "", "get"))
        == condition(await ask(directory, ""))
        == "service-unavailable"
    )
    assert len(store.calls) == 6


async def test_who_answers_and_announces(directory: OfflineComponent, client: OfflineClient) -> None:
    (answer,) = await client.receive(f"<iq type='get' id='1' from='a@b.c/d'><query xmlns='{NS}'/></iq>")
    assert condition(answer) == "service-unavailable"
    for xmpp, announced in ((directory, True), (client, False)):
        disco = xmpp.plugin["xep_0030"]
        assert (NS in (await disco.info_of())["features"]) is announced
        xmpp.plugin.disable("xep_0055")
        await settle()
        assert NS not in (await disco.info_of())["features"]


async def test_what_a_client_asks(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0055]
    with pytest.raises(ValueError, match="no field x-gender"):
        plugin.search({"x-gender": "f"}, "d.example.org")
    waiting = asyncio.ensure_future(plugin.get_search_form("d.example.org"))
    request = client.sent[-1]
    assert (request.get("type"), request.get("to"), request[0].tag) == (
        "get",
        "d.example.org",
        f"{{{NS}}}query",
    )
    await client.receive(f"<iq type='result' id='{request.get('id')}' from='d.example.org'/>")
    assert plugin.results_of(await waiting) == []


async def test_a_strange_form_breaks_nothing(directory: OfflineComponent) -> None:
    with_people(directory)
    field = "<field type='jid-single' var='jid'><value>@</value></field>"
    answer = await ask(directory, f"<x xmlns='jabber:x:data' type='submit'>{field}</x>")
    assert Search(xml=answer[0])[Form].get_items() == []
    assert condition(await ask(directory, "<last>Capulet</last>")) == ""
