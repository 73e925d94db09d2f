"""Filters, the order they keep, requests and who may answer them, on a client without a connection."""

import asyncio
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import ClientXMPP, IqError, IqTimeout, NotConnectedError
from helixmpp.core import Callback
from helixmpp.errors import HelixError, XMPPError
from helixmpp.stanza import Iq, StanzaPath
from helixmpp.xml import parse_one


class Client(ClientXMPP):
    """A client that keeps what it would send."""

    def __init__(self) -> None:
        super().__init__("alice@example.org/desk", "secret")
        self.sent: list[Element] = []
        self.raised: list[BaseException] = []

    def send_raw(self, data: str | bytes) -> Any:
        self.sent.append(parse_one(data))
        return super().send_raw(data)

    def exception(self, exception: BaseException) -> None:
        self.raised.append(exception)

    def receive(self, text: str) -> None:
        self.stanza_received(parse_one(text))


@pytest.fixture
async def xmpp() -> Client:
    return Client()


# -- filters -----------------------------------------------------------------------------------------


async def test_filters_change_and_drop_in_both_directions(xmpp: Client) -> None:
    got: list[str] = []
    xmpp.add_event_handler("message", lambda message: got.append(message["body"]))

    def shout(stanza: Any) -> Any:
        if stanza.name == "message" and stanza["body"] == "secret":
            return None
        if stanza.name == "message":
            stanza["body"] = stanza["body"].upper()
        return stanza

    xmpp.add_filter("in", shout)
    xmpp.add_filter("out", shout)
    xmpp.receive("<message><body>hello</body></message>")
    xmpp.receive("<message><body>secret</body></message>")
    xmpp.send_message("bob@example.org", "out")
    xmpp.send_message("bob@example.org", "secret")
    assert got == ["HELLO"]
    assert [element.findtext("{jabber:client}body") for element in xmpp.sent] == ["OUT"]
    xmpp.del_filter("out", shout)
    xmpp.send_message("bob@example.org", "secret")
    assert len(xmpp.sent) == 2


async def test_a_slow_filter_keeps_the_order(xmpp: Client) -> None:
    async def slow(stanza: Any) -> Any:
        if stanza["body"] == "0":
            await asyncio.sleep(0.02)
        return stanza

    xmpp.add_filter("out", slow)
    waiting = [xmpp.send(xmpp.make_message("bob@example.org", str(number))) for number in range(5)]
    assert xmpp.sent == []
    await asyncio.sleep(0.05)
    assert [element.findtext("{jabber:client}body") for element in xmpp.sent] == list("01234")
    assert len(waiting) == 5


async def test_a_filter_that_raises_loses_no_other_stanza(xmpp: Client) -> None:
    got: list[str] = []
    xmpp.add_event_handler("message", lambda message: got.append(message["body"]))

    def fail(stanza: Any) -> Any:
        if stanza["body"] == "bad":
            raise LookupError("in a filter")
        return stanza

    xmpp.add_filter("in", fail)
    xmpp.receive("<message><body>bad</body></message>")
    xmpp.receive("<message><body>good</body></message>")
    assert got == ["good"]
    assert [str(error) for error in xmpp.raised] == ["in a filter"]


async def test_wrong_kinds_of_filters_are_refused(xmpp: Client) -> None:
    async def coroutine(stanza: Any) -> Any:
        return stanza

    with pytest.raises(ValueError, match="'sideways'"):
        xmpp.add_filter("sideways", lambda stanza: stanza)
    with pytest.raises(TypeError, match="coroutine"):
        xmpp.add_filter("in", coroutine)
    with pytest.raises(ValueError):
        xmpp.del_filter("in", print)


# -- requests of ours --------------------------------------------------------------------------------

OWN = "alice@example.org"
ASKED_AND_ANSWERED = [
    # to, from of the answer, whether it ends the request
    ("bob@example.org/x", "bob@example.org/x", True),
    ("bob@example.org/x", "BOB@Example.Org/x", True),
    ("bob@example.org/x", "bob@example.org", False),
    ("bob@example.org/x", "bob@example.org/y", False),
    ("bob@example.org/x", "", False),
    ("bob@example.org/x", "eve@example.org/x", False),
    ("bob@example.org/x", "not @ an address", False),
    ("", "", True),
    ("", OWN, True),
    ("", "eve@example.org", False),
    ("", "example.org", False),
    (OWN, OWN, True),
    (OWN, "", True),
    (OWN, "eve@example.org", False),
    ("example.org", "example.org", True),
    ("example.org", "eve@example.org", False),
]


@pytest.mark.parametrize(("to", "sender", "ends"), ASKED_AND_ANSWERED)
@pytest.mark.parametrize("type_", ["result", "error"])
async def test_promise_f_only_who_was_asked_ends_a_request(
    xmpp: Client, to: str, sender: str, ends: bool, type_: str
) -> None:
    iq = xmpp.make_iq_get("urn:x", ito=to)
    answer = asyncio.ensure_future(iq.send(timeout=60))
    await asyncio.sleep(0)
    attribute = f"from='{sender}'" if sender else ""
    xmpp.receive(f"<iq type='{type_}' id='{iq['id']}' {attribute}/>")
    assert answer.done() is ends
    if ends and type_ == "result":
        assert isinstance(await answer, Iq)
    elif ends:
        with pytest.raises(IqError):
            await answer
    else:
        answer.cancel()


async def test_a_request_of_the_same_id_is_no_answer(xmpp: Client) -> None:
    iq = xmpp.make_iq_get("urn:x", ito="bob@example.org/x")
    answer = asyncio.ensure_future(iq.send(timeout=60))
    await asyncio.sleep(0)
    xmpp.receive(f"<iq type='set' id='{iq['id']}' from='bob@example.org/x'><x xmlns='urn:x'/></iq>")
    assert not answer.done()
    answer.cancel()


async def test_a_request_times_out_and_leaves_nothing_behind(xmpp: Client) -> None:
    iq = xmpp.make_iq_get("urn:x", ito="bob@example.org/x")
    with pytest.raises(IqTimeout) as caught:
        await iq.send(timeout=0.01)
    assert caught.value.iq is iq
    assert len(vars(xmpp)["_iqs_"]) == 0


async def test_a_cancelled_request_leaves_nothing_behind(xmpp: Client) -> None:
    task = asyncio.ensure_future(xmpp.make_iq_get("urn:x").send(timeout=60))
    await asyncio.sleep(0)
    assert len(vars(xmpp)["_iqs_"]) == 1
    task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(vars(xmpp)["_iqs_"]) == 0


async def test_callbacks_get_the_answer_and_the_timeout(xmpp: Client) -> None:
    got: list[str] = []
    iq = xmpp.make_iq_get("urn:x", ito="bob@example.org/x")
    iq.send(callback=lambda answer: got.append(answer["type"]))
    xmpp.receive(f"<iq type='error' id='{iq['id']}' from='bob@example.org/x'/>")
    late = xmpp.make_iq_get("urn:x", ito="bob@example.org/x")
    late.send(timeout=0.01, timeout_callback=lambda asked: got.append(f"late {asked['id'] == late['id']}"))
    await asyncio.sleep(0.05)
    assert got == ["error", "late True"]


async def test_an_id_that_is_in_use_is_refused(xmpp: Client) -> None:
    iq = xmpp.make_iq_get("urn:x")
    iq.send()
    other = xmpp.make_iq_get("urn:x")
    other["id"] = iq["id"]
    with pytest.raises(HelixError, match="new_id"):
        await other.send()


async def test_what_cannot_be_sent_does_not_wait_for_an_answer(xmpp: Client) -> None:
    iq = xmpp.make_iq_get("urn:x")
    iq.xml.set("id", "a\x00b")
    with pytest.raises(ValueError):
        await iq.send()
    assert len(vars(xmpp)["_iqs_"]) == 0


async def test_requests_end_when_no_session_comes(xmpp: Client) -> None:
    answer = asyncio.ensure_future(xmpp.make_iq_get("urn:x").send(timeout=60))
    await asyncio.sleep(0)
    xmpp.connecting_stopped(None)
    with pytest.raises(NotConnectedError):
        await answer


# -- requests of others ------------------------------------------------------------------------------

REQUEST = "<iq type='get' id='q' from='bob@example.org/x'><x xmlns='urn:x'/></iq>"


def conditions(xmpp: Client) -> list[str]:
    found: list[str] = []
    for element in xmpp.sent:
        error = element.find("{jabber:client}error")
        assert element.get("type") == "error"
        assert error is not None
        found.append(error[0].tag.rpartition("}")[2])
    return found


async def test_an_unhandled_request_is_refused(xmpp: Client) -> None:
    xmpp.receive(REQUEST)
    assert conditions(xmpp) == ["service-unavailable"]
    assert xmpp.sent[0].get("to") == "bob@example.org/x"
    assert xmpp.sent[0].get("id") == "q"


@pytest.mark.parametrize(
    "text",
    [
        "<iq type='result' id='q' from='bob@example.org/x'/>",
        "<iq type='error' id='q' from='bob@example.org/x'/>",
        "<message from='bob@example.org/x'><body>hi</body></message>",
        "<message from='bob@example.org/x' type='error'><body>hi</body></message>",
        "<presence from='bob@example.org/x'/>",
        "<presence from='bob@example.org/x' type='error'/>",
    ],
)
async def test_nothing_else_is_ever_answered(xmpp: Client, text: str) -> None:
    def fail(data: Any) -> None:
        raise XMPPError("forbidden")

    for event in ("message", "presence", "presence_available", "message_error", "presence_error"):
        xmpp.add_event_handler(event, fail)
    for kind in ("iq", "message", "presence"):
        xmpp.register_handler(Callback(kind, StanzaPath(kind), fail))
    xmpp.receive(text)
    await asyncio.sleep(0)
    assert xmpp.sent == []


@pytest.mark.parametrize("coroutine", [False, True])
@pytest.mark.parametrize(
    ("error", "condition"),
    [
        (XMPPError("forbidden"), "forbidden"),
        (XMPPError("item-not-found", "no such thing"), "item-not-found"),
        (LookupError("a secret"), "internal-server-error"),
    ],
)
async def test_what_a_handler_raises_becomes_the_answer(
    xmpp: Client, error: Exception, condition: str, coroutine: bool
) -> None:
    def fail(iq: Iq) -> None:
        raise error

    async def fail_later(iq: Iq) -> None:
        await asyncio.sleep(0)
        raise error

    xmpp.register_handler(Callback("h", StanzaPath("iq"), fail_later if coroutine else fail))
    xmpp.receive(REQUEST)
    for _ in range(4):
        await asyncio.sleep(0)
    assert conditions(xmpp) == [condition]
    assert "secret" not in "".join(xmpp.sent[0].itertext())
    assert bool(xmpp.raised) is not isinstance(error, XMPPError)


async def test_a_request_that_was_answered_gets_no_second_answer(xmpp: Client) -> None:
    def answer_and_fail(iq: Iq) -> None:
        iq.reply().send()
        raise LookupError

    xmpp.register_handler(Callback("h", StanzaPath("iq"), answer_and_fail))
    xmpp.receive(REQUEST)
    assert [element.get("type") for element in xmpp.sent] == ["result"]
    assert len(xmpp.raised) == 1


async def test_the_outbox_is_bounded(xmpp: Client) -> None:
    xmpp.outbox_limit = 3
    for number in range(3):
        xmpp.send_message("bob@example.org", str(number))
    with pytest.raises(NotConnectedError, match="outbox_limit"):
        xmpp.send_message("bob@example.org", "one too many")


@pytest.mark.parametrize("sender", ["", "from='alice@example.org'", "from='alice@example.org/other'"])
@pytest.mark.parametrize("kind", ["subscribe", "subscribed", "unsubscribe", "unsubscribed"])
async def test_nobody_subscribes_to_himself(xmpp: Client, sender: str, kind: str) -> None:
    seen: list[Any] = []
    xmpp.add_event_handler("changed_subscription", seen.append)
    xmpp.receive(f"<presence type='{kind}' {sender}/>")
    assert (xmpp.sent, seen) == ([], [])
