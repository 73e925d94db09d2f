"""Stream initiation and file transfer without a network: offers, answers, names of files."""

import asyncio
import datetime as dt
import io
import os
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp import JID, Iq, IqError, XMPPError
from helixmpp.errors import FieldValueError, StateError
from helixmpp.plugins.xep_0095 import IBB, SI, SOCKS5, XEP_0095, Pending
from helixmpp.plugins.xep_0096 import XEP_0096, File, FileTransferFailed, Range, safe_name
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, settle

NS = "http://jabber.org/protocol/si"
PROFILE = "http://jabber.org/protocol/si/profile/file-transfer"
PEER = "them@example.org/couch"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
FILE = f"<file xmlns='{PROFILE}' name='test.txt' size='1022'/>"


def make(*, listening: bool = True, **config: Any) -> OfflineClient:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0095", config)
    xmpp.register_plugin("xep_0096")
    if listening:
        xmpp.add_event_handler("file_transfer_request", lambda iq: None)
    return xmpp


def si(xmpp: OfflineClient) -> XEP_0095:
    return xmpp.plugin[XEP_0095]


def feature(*methods: str) -> str:
    options = "".join(f"<option><value>{method}</value></option>" for method in methods)
    return (
        "<feature xmlns='http://jabber.org/protocol/feature-neg'><x xmlns='jabber:x:data' type='form'>"
        f"<field var='stream-method' type='list-single'>{options}</field></x></feature>"
    )


def chosen(*methods: str, more: str = "") -> str:
    values = "".join(f"<value>{method}</value>" for method in methods)
    return (
        f"<si xmlns='{NS}'>{more}<feature xmlns='http://jabber.org/protocol/feature-neg'>"
        f"<x xmlns='jabber:x:data' type='submit'><field var='stream-method'>{values}</field></x></feature></si>"
    )


def offer(
    sid: str = "a0", profile: str = PROFILE, content: str = FILE, choices: str = feature(SOCKS5, IBB)
) -> str:
    return f"<si xmlns='{NS}' id='{sid}' mime-type='text/plain' profile='{profile}'>{content}{choices}</si>"


def request(payload: str, id_: str = "offer1", sender: str = PEER) -> str:
    return f"<iq type='set' id='{id_}' from='{sender}' to='me@example.org/desk'>{payload}</iq>"


def error_of(answer: Element) -> tuple[str, ...]:
    """Type, condition, and what is more of it."""
    (error,) = [child for child in answer if child.tag.endswith("}error")]
    names = [child.tag.rpartition("}")[2] for child in error if child.tag != f"{STANZAS}text"]
    return (str(error.get("type")), *names)


async def result(xmpp: OfflineClient, payload: str = "") -> None:
    await xmpp.receive(f"<iq type='result' id='{xmpp.sent[-1].get('id')}' from='{PEER}'>{payload}</iq>")


# -- offers of peers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (offer(sid=""), ("modify", "bad-request")),
        (offer(sid="x" * 1025), ("modify", "bad-request")),
        (offer(profile="urn:other"), ("modify", "bad-request", "bad-profile")),
        (f"<si xmlns='{NS}' id='a0'>{FILE}{feature(IBB)}</si>", ("modify", "bad-request", "bad-profile")),
        (offer(choices=feature("jabber:iq:oob")), ("cancel", "bad-request", "no-valid-streams")),
        (offer(choices=feature()), ("cancel", "bad-request", "no-valid-streams")),
        (offer(choices=""), ("cancel", "bad-request", "no-valid-streams")),
        (offer(choices=chosen(IBB)), ("cancel", "bad-request", "no-valid-streams")),
        (offer(content=""), ("modify", "bad-request", "bad-profile")),
        (offer(content=f"<file xmlns='{PROFILE}' name='x'/>"), ("modify", "bad-request", "bad-profile")),
        (offer(content=f"<file xmlns='{PROFILE}' size='5'/>"), ("modify", "bad-request", "bad-profile")),
        (
            offer(content=f"<file xmlns='{PROFILE}' name='x' size='-5'/>"),
            ("modify", "bad-request", "bad-profile"),
        ),
        (
            offer(content=f"<file xmlns='{PROFILE}' name='{'x' * 5000}' size='5'/>"),
            ("modify", "bad-request", "bad-profile"),
        ),
    ],
)
async def test_a_wrong_offer_is_refused_and_forgotten(payload: str, error: tuple[str, ...]) -> None:
    xmpp = make()
    (answer,) = await xmpp.receive(request(payload))
    assert error_of(answer) == error
    assert await si(xmpp).api["get_pending"](None, "a0", PEER, None) is None
    assert xmpp.failures == []


async def test_an_offer_that_nobody_listens_for_is_declined() -> None:
    xmpp = make(listening=False)
    (answer,) = await xmpp.receive(request(offer()))
    assert error_of(answer) == ("cancel", "forbidden")
    xmpp.add_event_handler("si_request", lambda iq: None)
    assert await xmpp.receive(request(offer(), "2")) == []


@pytest.mark.parametrize(
    ("offered", "taken"), [((IBB, SOCKS5), SOCKS5), ((IBB,), IBB), (("urn:x", IBB, "urn:y"), IBB)]
)
async def test_accepting(offered: tuple[str, ...], taken: str) -> None:
    xmpp = make()
    events: list[Iq] = []
    xmpp.add_event_handler("file_transfer_request", events.append)
    xmpp.add_event_handler("si_request", events.append)
    assert await xmpp.receive(request(offer(choices=feature(*offered)))) == []
    assert len(events) == 2
    asked = events[0]
    assert (asked["si"]["id"], asked["si"]["mime_type"], asked["si"]["profile"]) == (
        "a0",
        "text/plain",
        PROFILE,
    )
    assert (asked["si"]["file"]["name"], asked["si"]["file"]["size"]) == ("test.txt", 1022)
    assert await si(xmpp).api["get_pending"](None, "a0", PEER, None) == Pending(
        response_id="offer1", method=taken, profile=PROFILE
    )
    await si(xmpp).accept(PEER, "a0")
    answer = Iq(xml=xmpp.sent[-1])
    assert (answer["id"], answer["type"], answer["to"]) == ("offer1", "result", JID(PEER))
    assert answer[SI].chosen == taken
    assert dict(answer[SI].xml.attrib) == {}
    assert answer["si"]["feature_neg"]["form"]["type"] == "submit"
    # The stream that was agreed on may be opened, once; nothing else may.
    plugin = {SOCKS5: "xep_0065", IBB: "xep_0047"}
    for method, name in plugin.items():
        api = xmpp.plugin[name].api
        assert await api["authorized_sid"](xmpp.boundjid, "a0", PEER, answer) is (method == taken)
        assert await api["authorized_sid"](xmpp.boundjid, "a0", PEER, answer) is False
    with pytest.raises(StateError, match="has offered no stream"):
        await si(xmpp).accept(PEER, "a0")


async def test_declining() -> None:
    xmpp = make()
    await xmpp.receive(request(offer()))
    await si(xmpp).decline(PEER, "a0")
    assert (xmpp.sent[-1].get("id"), error_of(xmpp.sent[-1])) == ("offer1", ("cancel", "forbidden"))
    with pytest.raises(StateError):
        await si(xmpp).decline(PEER, "a0")


async def test_another_peer_answers_nothing() -> None:
    xmpp = make()
    await xmpp.receive(request(offer()))
    for other in ("them@example.org/other", "evil@example.org/x"):
        with pytest.raises(StateError):
            await si(xmpp).accept(other, "a0")
    await si(xmpp).accept(PEER, "a0")


async def test_offers_that_wait_are_few() -> None:
    xmpp = make(max_pending=3, max_pending_of_peer=2)
    got = [await xmpp.receive(request(offer(str(number)), str(number), "a@x.org/1")) for number in range(3)]
    assert [len(one) for one in got] == [0, 0, 1]
    assert error_of(got[2][0]) == ("wait", "resource-constraint")
    (again,) = await xmpp.receive(request(offer("0"), "again", "a@x.org/1"))
    assert error_of(again) == ("cancel", "conflict")
    for number in range(3):
        assert await xmpp.receive(request(offer(), str(number), f"{number}@x.org/1")) == []
    with pytest.raises(StateError):
        await si(xmpp).accept("a@x.org/1", "0")
    await si(xmpp).accept("0@x.org/1", "a0")
    xmpp.event("session_end", None)
    with pytest.raises(StateError):
        await si(xmpp).accept("1@x.org/1", "a0")


async def test_a_handler_refuses() -> None:
    xmpp = make()

    def refuse(jid: JID, node: str, ifrom: JID, args: Pending) -> None:
        raise XMPPError("not-allowed", f"{ifrom.bare} offers {args['profile']}")

    si(xmpp).api.register(refuse, "add_pending")
    (answer,) = await xmpp.receive(request(offer()))
    assert error_of(answer) == ("cancel", "not-allowed")


async def test_profiles_and_methods_come_and_go() -> None:
    xmpp = make()
    seen: list[Iq] = []
    xmpp.add_event_handler("si_request", seen.append)
    si(xmpp).register_profile("urn:mine", None)
    si(xmpp).register_method("urn:method", "xep_0030", 10)
    si(xmpp).register_method("urn:absent", "xep_9999", 1)
    assert si(xmpp).methods == ["urn:method", SOCKS5, IBB]
    info = (await xmpp.plugin["xep_0030"].get_info(local=True))["features"]
    assert {NS, PROFILE, "urn:mine", SOCKS5, IBB} <= set(info)
    assert await xmpp.receive(request(offer(profile="urn:mine", content=""))) == []
    assert len(seen) == 1
    si(xmpp).unregister_profile("urn:mine")
    si(xmpp).unregister_profile("urn:mine")
    si(xmpp).unregister_method("urn:method", "xep_0030")
    assert si(xmpp).methods == [SOCKS5, IBB]
    (answer,) = await xmpp.receive(request(offer("b", profile="urn:mine", content=""), "2"))
    assert error_of(answer) == ("modify", "bad-request", "bad-profile")
    xmpp.plugin.disable("xep_0096")
    info = (await xmpp.plugin["xep_0030"].get_info(local=True))["features"]
    assert PROFILE not in info


# -- our offers ---------------------------------------------------------------------------------------------------


async def test_offering_a_file() -> None:
    xmpp = make()
    date = dt.datetime(1969, 7, 21, 2, 56, 15, tzinfo=dt.UTC)
    answer = asyncio.ensure_future(
        xmpp.plugin[XEP_0096].request_file_transfer(
            PEER,
            sid="a0",
            name="test.txt",
            size=1022,
            desc="This is a test.",
            hash="552da749930852c69ae5d2141d3766b1",
            date=date,
            allow_ranged=True,
            mime_type="text/plain",
        )
    )
    sent = Iq(xml=xmpp.sent[-1])
    about = sent[SI]
    assert (about.id, about.mime_type, about.profile, about.offered) == (
        "a0",
        "text/plain",
        PROFILE,
        [SOCKS5, IBB],
    )
    file = sent["si"]["file"]
    assert (file["name"], file["size"], file["date"], file["desc"]) == (
        "test.txt",
        1022,
        date,
        "This is a test.",
    )
    assert file.xml.get("date") == "1969-07-21T02:56:15Z"
    assert file.get(Range) is not None
    await result(xmpp, chosen(IBB))
    assert (await answer)[SI].chosen == IBB


@pytest.mark.parametrize(
    "bad", [{"name": "x"}, {"size": 5}, {"name": "", "size": 5}, {"name": "x", "size": -1}]
)
async def test_a_file_has_a_name_and_a_size(bad: dict[str, Any]) -> None:
    xmpp = make()
    with pytest.raises(ValueError, match=r"name|size"):
        await xmpp.plugin[XEP_0096].request_file_transfer(PEER, **bad)
    with pytest.raises(ValueError, match="profile"):
        await si(xmpp).offer(PEER)
    with pytest.raises(ValueError, match="sid"):
        await si(xmpp).offer(PEER, sid="x" * 2000, profile="urn:x")
    assert xmpp.sent == []


@pytest.mark.parametrize(
    "payload", ["", f"<si xmlns='{NS}'/>", chosen(), chosen(IBB, SOCKS5), chosen("urn:x")]
)
async def test_an_answer_that_chooses_nothing(payload: str) -> None:
    xmpp = make()
    sending = asyncio.create_task(xmpp.plugin[XEP_0096].send_file(PEER, io.BytesIO(b"x"), "x"))
    await offered(xmpp)
    await result(xmpp, payload)
    with pytest.raises(StateError, match="no method"):
        await sending


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ("offset='11'", "beyond"),
        ("offset='5' length='6'", "beyond"),
        ("length='11'", "beyond"),
        ("offset='-1'", "none"),
        ("length='many'", "none"),
    ],
)
async def test_a_part_that_is_not_there_is_not_sent(part: str, error: str) -> None:
    xmpp = make()
    sending = asyncio.create_task(xmpp.plugin[XEP_0096].send_file(PEER, io.BytesIO(b"0123456789"), "x"))
    await offered(xmpp)
    await result(xmpp, chosen(IBB, more=f"<file xmlns='{PROFILE}'><range {part}/></file>"))
    with pytest.raises(FileTransferFailed, match=error):
        await sending


async def test_a_declined_file() -> None:
    xmpp = make()
    sending = asyncio.create_task(xmpp.plugin[XEP_0096].send_file(PEER, io.BytesIO(b"x"), "x"))
    await offered(xmpp)
    await xmpp.receive(
        f"<iq type='error' id='{xmpp.sent[-1].get('id')}' from='{PEER}'><error type='cancel'>"
        "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    with pytest.raises(IqError, match="forbidden"):
        await sending


async def offered(xmpp: OfflineClient) -> None:
    """The file is looked at in a thread before it is offered."""
    async with asyncio.timeout(5):
        while not xmpp.sent:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.001)
    await settle()


# -- receiving a file ---------------------------------------------------------------------------------------------


async def test_what_is_too_large_is_declined() -> None:
    xmpp = make()
    xmpp.plugin[XEP_0096].max_size = 1000
    offers: list[Iq] = []
    xmpp.add_event_handler("file_transfer_request", offers.append)
    await xmpp.receive(request(offer()))
    with pytest.raises(FileTransferFailed, match="max_size"):
        await xmpp.plugin[XEP_0096].receive_file(offers[0], io.BytesIO())
    assert error_of(xmpp.sent[-1]) == ("cancel", "forbidden")


@pytest.mark.parametrize(
    "part", [{"offset": 5}, {"length": 5}, {"offset": -1}, {"length": 2000}, {"offset": 2000}]
)
async def test_a_part_that_cannot_be_had(part: dict[str, int]) -> None:
    xmpp = make()
    offers: list[Iq] = []
    xmpp.add_event_handler("file_transfer_request", offers.append)
    await xmpp.receive(request(offer()))
    with pytest.raises(ValueError, match="part"):
        await xmpp.plugin[XEP_0096].receive_file(offers[0], io.BytesIO(), **part)


async def test_a_stream_that_never_comes() -> None:
    xmpp = make()
    xmpp.plugin[XEP_0096].stream_timeout = 0.01
    offers: list[Iq] = []
    xmpp.add_event_handler("file_transfer_request", offers.append)
    await xmpp.receive(request(offer()))
    with pytest.raises(FileTransferFailed, match="no stream"):
        await xmpp.plugin[XEP_0096].receive_file(offers[0], io.BytesIO())


# -- stanzas ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (File, "size", -1),
        (File, "size", "x"),
        (File, "date", "yesterday"),
        (Range, "offset", -1),
        (Range, "length", 1.5),
    ],
)
def test_wrong_values_are_refused_at_once(kind: Any, key: str, value: object) -> None:
    with pytest.raises(FieldValueError):
        kind()[key] = value


def test_the_complete_example_of_the_xep() -> None:
    file = File(
        xml=parse_one(
            f"<file xmlns='{PROFILE}' name='test.txt' size='1022' hash='552da749930852c69ae5d2141d3766b1' "
            "date='1969-07-21T02:56:15Z'><desc>This is a test. If this were a real file...</desc>"
            "<range offset='128' length='256'/></file>"
        )
    )
    assert (file.name_, file.size, file.hash) == ("test.txt", 1022, "552da749930852c69ae5d2141d3766b1")
    assert file.date == dt.datetime(1969, 7, 21, 2, 56, 15, tzinfo=dt.UTC)
    assert (file[Range].offset, file[Range].length) == (128, 256)
    assert str(File(xml=parse_one(str(file)))) == str(file)


# -- names of files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Überblick 2024 (2).tar.gz", "Überblick 2024 (2).tar.gz"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/passwd", "passwd"),
        ("C:\\x\\y.txt", "y.txt"),
        ("C:evil", "C_evil"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("///", "file"),
        (" . ", "file"),
        (".bashrc", "bashrc"),
        ("a\0b\nc", "a_b_c"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1", "_com1"),
        ("console", "console"),
        ("con .txt", "_con .txt"),
        ("NUL  .tar.gz", "_NUL  .tar.gz"),
        ("CONIN$", "_CONIN$"),
        ("conout$.txt", "_conout$.txt"),
        ("Clock$", "_Clock$"),
        ('x?*:|<>"y', "x_______y"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("x" * 300 + ".pdf", "x" * 56 + ".pdf"),
        ("x" * 300, "x" * 60),
    ],
)
def test_names_that_strangers_choose(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_every_name_is_one_inside_the_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe == os.path.basename(safe) == Path(safe).name
    assert safe not in ("", ".", "..")
    assert len(safe.encode()) <= 255
    assert safe_name(safe) == safe


# -- streams that were accepted and do not come ---------------------------------------------------------------------


async def test_who_never_opens_an_accepted_stream_is_forgotten() -> None:
    xmpp = make(max_accepted=2, max_pending_of_peer=9)
    xmpp.add_event_handler("si_request", lambda _: None)
    got: list[object] = []
    for number in range(4):
        await xmpp.receive(request(offer(f"s{number}"), f"o{number}"))
        await si(xmpp).accept(PEER, f"s{number}", stream_handler=got.append)
    waiting = [xmpp.event_handled(f"stream:s{number}:{PEER}") for number in range(4)]
    assert waiting == [0, 0, 1, 1]
    xmpp.event(f"stream:s3:{PEER}", "a stream")
    assert got == ["a stream"]
    assert not xmpp.event_handled(f"stream:s3:{PEER}")
    xmpp.event("session_end", "")
    assert not xmpp.event_handled(f"stream:s2:{PEER}")


async def test_an_offer_whose_method_went_away_is_declined() -> None:
    xmpp = make()
    xmpp.add_event_handler("si_request", lambda _: None)
    await xmpp.receive(request(offer()))
    for method in (SOCKS5, IBB):
        si(xmpp).unregister_method(method)
    with pytest.raises(StateError, match="is not there any more"):
        await si(xmpp).accept(PEER, "a0")
    assert error_of(xmpp.sent[-1])[:2] == ("cancel", "forbidden")
