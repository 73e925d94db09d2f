"""Requests on the web that are confirmed by XMPP (XEP-0070): who asks, who is asked, and who may answer."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from helixmpp import IqError, Message
from helixmpp.jid import JID
from helixmpp.plugins.xep_0070 import XEP_0070, Confirm
from helixmpp.stanza import ElementBase, Iq
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

ID, URL = "a7374jnjlalasdf82", "https://files.shakespeare.lit:9345/missive.html"
CONFIRM = f"<confirm xmlns='http://jabber.org/protocol/http-auth' id='{ID}' method='GET' url='{URL}'/>"
SITE = "files.shakespeare.lit"
JULIET = "juliet@capulet.com"
THREAD = "e0ffe42b28561960c6b12b944a092794b9683a38"
ASKED: dict[str, Any] = {"id": ID, "url": URL, "method": "GET"}
DENIED = "<error code='401' type='auth'><not-authorized xmlns='urn:ietf:params:xml:xmpp-stanzas'/></error>"


@pytest.fixture
async def site() -> AsyncIterator[OfflineComponent]:
    xmpp = OfflineComponent(SITE)
    xmpp.register_plugin("xep_0070")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


@pytest.fixture
async def visitor() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient(f"{JULIET}/balcony")
    xmpp.register_plugin("xep_0070")
    yield xmpp
    await xmpp.aclose()


def same(one: Any, text: str) -> bool:
    return ElementBase(xml=one) == ElementBase(xml=parse_one(text))


# -- who asks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "inner", "confirmed"),
    [
        ("result", "", True),
        ("result", CONFIRM, True),
        ("error", CONFIRM + DENIED, False),
        (
            "error",
            "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
            False,
        ),
    ],
)
async def test_asking_one_client(site: OfflineComponent, kind: str, inner: str, confirmed: bool) -> None:
    plugin = site.plugin[XEP_0070]
    for ask in (plugin.ask_confirm, plugin.is_confirmed):
        asking = asyncio.ensure_future(ask(f"{JULIET}/balcony", **ASKED))
        await settle()
        request = site.sent[-1]
        assert (request.get("type"), request.get("to"), len(request)) == ("get", f"{JULIET}/balcony", 1)
        assert same(request[0], CONFIRM)
        await site.receive(
            f"<iq type='{kind}' id='{request.get('id')}' from='{JULIET}/balcony' to='{SITE}'>{inner}</iq>"
        )
        if ask == plugin.is_confirmed:
            assert await asking is confirmed
        elif confirmed:
            assert isinstance(await asking, Iq)
        else:
            with pytest.raises(IqError):
                await asking


async def test_asking_an_account(site: OfflineComponent) -> None:
    heard: list[Message] = []
    site.add_event_handler("http_confirm_message", heard.append)
    sent = await site.plugin[XEP_0070].ask_confirm(JULIET, **ASKED, message="Say yes: {method} {url} ({id})")
    assert isinstance(sent, Message)
    message = site.sent[-1]
    assert (message.get("type", "normal"), message.get("to")) == ("normal", JULIET)
    assert sent["thread"]
    assert sent["body"] == f"Say yes: GET {URL} ({ID})"
    assert same(next(one for one in message if one.tag.endswith("}confirm")), CONFIRM)
    # Whoever answers is told about by an event.
    await site.receive(f"<message type='error' from='{JULIET}/x' to='{SITE}'>{CONFIRM}{DENIED}</message>")
    assert [(one["type"], one["confirm"]["id"]) for one in heard] == [("error", ID)]
    await site.plugin[XEP_0070].ask_confirm(JULIET, **ASKED)
    assert ID in site.sent[-1].findtext("{jabber:component:accept}body", "")


OTHER = CONFIRM.replace("missive", "other")
ANSWERS = [
    # The account that was asked, by whatever client of it.
    (f"<message from='{JULIET}/balcony' to='{SITE}'><thread>{THREAD}</thread>{CONFIRM}</message>", True),
    (f"<message from='{JULIET}' type='chat' to='{SITE}'>{CONFIRM}</message>", True),
    (f"<message type='error' from='{JULIET}/b' to='{SITE}'>{CONFIRM}{DENIED}</message>", False),
    # Nobody else, and about nothing else.
    (f"<message from='romeo@montague.net/x' to='{SITE}'>{CONFIRM}</message>", None),
    (f"<message from='capulet.com' to='{SITE}'>{CONFIRM}</message>", None),
    (f"<message from='{JULIET}.evil.example' to='{SITE}'>{CONFIRM}</message>", None),
    (f"<message from='{JULIET}/b' to='{SITE}'>{OTHER}</message>", None),
    (f"<message from='{JULIET}/b' to='{SITE}'>{CONFIRM.replace('GET', 'PUT')}</message>", None),
    (f"<message from='{JULIET}/b' to='{SITE}'>{CONFIRM.replace(ID, 'x')}</message>", None),
    (f"<message from='{JULIET}/b' to='{SITE}' type='groupchat'>{CONFIRM}</message>", None),
    (f"<message from='{JULIET}/b' to='{SITE}'><body>OK</body></message>", None),
    (f"<message from='a@b@c' to='{SITE}'>{CONFIRM}</message>", None),
    (
        f"<message from='{JULIET}/b' to='{SITE}'><confirm xmlns='http://jabber.org/protocol/http-auth'/></message>",
        None,
    ),
]


@pytest.mark.parametrize(("answer", "confirmed"), ANSWERS)
async def test_whose_answer_counts(site: OfflineComponent, answer: str, confirmed: bool | None) -> None:
    plugin = site.plugin[XEP_0070]
    asking = asyncio.ensure_future(plugin.is_confirmed(JULIET, **ASKED, timeout=60.0))
    await settle()
    assert await site.receive(answer) == []
    if confirmed is None:
        assert not asking.done()
        asking.cancel()
        await settle()
    else:
        assert await asking is confirmed
    # Nothing is kept, and the same may be asked again.
    with pytest.raises(TimeoutError):
        await plugin.is_confirmed(JULIET, **ASKED, timeout=0.0)


@pytest.mark.parametrize(
    ("message", "confirmed"),
    [
        ("from='juliet@capulet.com/x'><body>OK</body><thread>{thread}</thread>", True),
        ("from='juliet@capulet.com' type='chat'><body> yes! </body><thread>{thread}</thread>", True),
        ("from='juliet@capulet.com/x'><body>No.</body><thread>{thread}</thread>", False),
        ("from='juliet@capulet.com/x'><body>OK</body>", None),
        ("from='juliet@capulet.com/x'><body>OK</body><thread>another</thread>", None),
        ("from='juliet@capulet.com/x'><body>OK, later</body>", None),
        ("from='juliet@capulet.com/x' type='groupchat'><body>OK</body>", None),
        ("from='romeo@montague.net/x'><body>OK</body><thread>{thread}</thread>", None),
    ],
)
async def test_answers_in_words(site: OfflineComponent, message: str, confirmed: bool | None) -> None:
    plugin = site.plugin[XEP_0070]
    asking = asyncio.ensure_future(plugin.is_confirmed(JULIET, **ASKED))
    await settle()
    thread = site.sent[-1].findtext("{jabber:component:accept}thread")
    assert await site.receive(f"<message to='{SITE}' {message.format(thread=thread)}</message>") == []
    if confirmed is not None:
        assert await asking is confirmed
        return
    assert not asking.done()
    plugin.words_without_thread = True
    # Of two requests a word alone does not say which one is meant.
    other = asyncio.ensure_future(plugin.is_confirmed(JULIET, id="2", url=URL, method="GET"))
    await settle()
    word = f"<message to='{SITE}' from='{JULIET}/x'><body>OK</body>"
    await site.receive(f"{word}</message>")
    assert not asking.done()
    await site.receive(f"{word}<thread>{thread}</thread></message>")
    assert await asking is True
    assert not other.done()
    await site.receive(f"{word}</message>")
    assert await other is True


async def test_how_many_are_waited_for(site: OfflineComponent) -> None:
    plugin = site.plugin[XEP_0070]
    plugin.max_waiting = 2
    asking = [asyncio.ensure_future(plugin.is_confirmed(f"u{n}@x.y", **ASKED)) for n in range(2)]
    await settle()
    for jid in ("u0@x.y", "u9@x.y"):
        with pytest.raises(ValueError, match="max_waiting"):
            await plugin.is_confirmed(jid, **ASKED)
    site.plugin.disable("xep_0070")
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in results)
    site.register_plugin("xep_0070")
    for missing in ASKED:
        wrong: dict[str, Any] = {**ASKED, missing: ""}
        with pytest.raises(ValueError, match="section"):
            await site.plugin[XEP_0070].ask_confirm(JULIET, **wrong)


# -- who is asked ---------------------------------------------------------------------------------------------------


def note(seen: list[str], name: str, _: object) -> None:
    seen.append(name)


async def test_confirming_an_iq(visitor: OfflineClient) -> None:
    iq = f"<iq type='get' from='{SITE}' to='{JULIET}/balcony' id='ha000'>{CONFIRM}</iq>"
    (refused,) = await visitor.receive(iq)
    assert refused.find(".//{urn:ietf:params:xml:ns:xmpp-stanzas}service-unavailable") is not None
    plugin, seen = visitor.plugin[XEP_0070], list[Any]()
    names: list[str] = []
    visitor.add_event_handler("http_confirm", seen.append)
    for name in ("http_confirm", "http_confirm_iq", "http_confirm_message"):
        visitor.add_event_handler(name, partial(note, names, name))
    # The user decides, in his own time.
    assert await visitor.receive(iq) == []
    assert names == ["http_confirm_iq", "http_confirm"]
    found = seen[0][Confirm]
    assert (found.id, found.url, found.method) == (ID, URL, "GET")
    plugin.confirm(seen[0])
    assert (visitor.sent[-1].get("type"), visitor.sent[-1].get("id")) == ("result", "ha000")
    await visitor.receive(iq.replace("ha000", "ha001"))
    plugin.deny(seen[1])
    denied = visitor.sent[-1]
    assert (denied.get("type"), denied.get("id"), denied.get("to")) == ("error", "ha001", SITE)
    assert denied.find(".//{urn:ietf:params:xml:ns:xmpp-stanzas}not-authorized") is not None
    assert not visitor.failures


async def test_confirming_a_message(visitor: OfflineClient) -> None:
    plugin, seen = visitor.plugin[XEP_0070], list[Message]()
    visitor.add_event_handler("http_confirm", seen.append)
    asked = f"<message from='{SITE}' to='{JULIET}'><thread>{THREAD}</thread><body>b</body>{CONFIRM}</message>"
    assert await visitor.receive(asked) == []
    plugin.confirm(seen[0])
    plugin.deny(seen[0])
    confirmed, denied = visitor.sent[-2:]
    for one in (confirmed, denied):
        assert one.get("to") == SITE
        assert one.findtext("{jabber:client}thread") == THREAD
        assert same(next(child for child in one if child.tag.endswith("}confirm")), CONFIRM)
        assert one.find("{jabber:client}body") is None
    assert (confirmed.get("type", "normal"), denied.get("type")) == ("normal", "error")
    assert denied.find(".//{urn:ietf:params:xml:ns:xmpp-stanzas}not-authorized") is not None
    # What answers a question, and what is no whole question, is none for the user.
    for bad in (
        f"<message type='error' from='{SITE}' to='{JULIET}'>{CONFIRM}</message>",
        f"<message type='headline' from='{SITE}' to='{JULIET}'>{CONFIRM}</message>",
        f"<message from='{SITE}'><confirm xmlns='http://jabber.org/protocol/http-auth' id='1'/></message>",
    ):
        assert await visitor.receive(bad) == []
    assert len(seen) == 1
    (answer,) = await visitor.receive(
        f"<iq type='get' from='{SITE}' id='1'><confirm xmlns='http://jabber.org/protocol/http-auth' id='1'/></iq>"
    )
    assert answer.find(".//{urn:ietf:params:xml:ns:xmpp-stanzas}bad-request") is not None


async def test_a_component_is_asked_for_one_of_its_users() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0070")
    seen: list[Message] = []
    xmpp.add_event_handler("http_confirm", seen.append)
    await xmpp.receive(f"<message from='{SITE}' to='a@comp.example.org'>{CONFIRM}</message>")
    xmpp.plugin[XEP_0070].confirm(seen[0])
    assert (xmpp.sent[-1].get("from"), JID(xmpp.sent[-1].get("to"))) == ("a@comp.example.org", JID(SITE))
    await xmpp.aclose()
