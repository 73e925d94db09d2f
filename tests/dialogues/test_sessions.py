"""Sessions on a real server: how they begin, carry stanzas, and end."""

import asyncio
from typing import Any

import pytest

from helixmpp import AuthenticationFailed, CertificateError, ConnectionFailure, IqError, NotConnectedError
from helixmpp.core import BaseXMPP, Callback
from helixmpp.jid import JID
from helixmpp.stanza import Iq, Message, StanzaPath
from tests.dialogues.conftest import Place, until


def note(xmpp: BaseXMPP, event: str, seen: list[str]) -> None:
    """Keep the names of events in their order."""
    xmpp.add_event_handler(event, lambda data: seen.append(event))


@pytest.mark.parametrize("direct", [False, True], ids=["starttls", "direct TLS"])
async def test_a_session_begins_and_ends(place: Place, direct: bool) -> None:
    xmpp = place.client("alice/desk", direct=direct)
    seen: list[str] = []
    for name in (
        "connecting",
        "auth_success",
        "connected",
        "session_bind",
        "session_start",
        "session_end",
        "disconnected",
    ):
        note(xmpp, name, seen)
    assert not xmpp.is_connected()
    async with xmpp:
        assert xmpp.is_connected()
        assert xmpp.boundjid == JID(f"alice@{place.domain}/desk")
    assert not xmpp.is_connected()
    assert seen == [
        "connecting",
        "auth_success",
        "connected",
        "session_bind",
        "session_start",
        "session_end",
        "disconnected",
    ]


@pytest.mark.parametrize("mechanism", [None, "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"])
async def test_each_mechanism(place: Place, mechanism: str | None) -> None:
    async with place.client("alice", sasl_mech=mechanism) as xmpp:
        assert xmpp.boundjid.bare == f"alice@{place.domain}"


async def test_a_wrong_password_is_one_clear_error_and_not_tried_again(place: Place) -> None:
    xmpp = place.client("alice", "not the secret")
    seen: list[str] = []
    for name in ("connecting", "failed_auth", "failed_all_auth", "connection_failed", "disconnected"):
        note(xmpp, name, seen)
    with pytest.raises(AuthenticationFailed) as caught:
        await xmpp.connect(*xmpp.address)
    assert caught.value.condition == "not-authorized"
    assert f"alice@{place.domain}" in str(caught.value)
    assert "not the secret" not in str(caught.value)
    assert not xmpp.is_connecting()
    assert seen.count("connecting") == 1
    assert {"failed_auth", "failed_all_auth", "connection_failed", "disconnected"} <= set(seen)


async def test_messages_arrive_in_order_and_disconnect_sends_what_is_left(place: Place) -> None:
    bob = await place.connected("bob")
    got: list[str] = []
    bob.add_event_handler("message", lambda message: got.append(message["body"]))
    bob.send_presence()
    alice = await place.connected("alice")
    sent = [f"message {number}" for number in range(500)]
    for body in sent:
        alice.send_message(bob.boundjid, body)
    await alice.disconnect()
    await until(lambda: len(got) == len(sent))
    assert got == sent


async def test_what_is_sent_before_there_is_a_session_goes_out_with_it(place: Place) -> None:
    bob = await place.connected("bob")
    got: list[str] = []
    bob.add_event_handler("message", lambda message: got.append(message["body"]))
    bob.send_presence()
    alice = place.client("alice")
    alice.send_message(bob.boundjid, "early")
    await alice.connect(*alice.address)
    alice.send_message(bob.boundjid, "late")
    await until(lambda: len(got) == 2)
    assert got == ["early", "late"]


async def test_a_body_by_language_and_a_reply(place: Place) -> None:
    bob = await place.connected("bob")
    bob.add_event_handler("message", lambda message: message.reply(f"you said {message['body']}").send())
    alice = await place.connected("alice")
    alice.send_presence()
    message = alice.make_message(bob.boundjid, "hello")
    message["body|de"] = "hallo"
    alice.send(message)
    answer = await alice.wait_until("message", 5)
    assert isinstance(answer, Message)
    assert answer["body"] == "you said hello"
    assert answer["from"] == bob.boundjid


@pytest.mark.parametrize(
    "body",
    ["null \x00", "bell \x07", "lone surrogate \ud800", "not a character \ufffe"],
    ids=["NUL", "BEL", "surrogate", "FFFE"],
)
async def test_what_xml_forbids_is_refused_at_the_call_and_the_session_stays(place: Place, body: str) -> None:
    bob = await place.connected("bob")
    got: list[str] = []
    bob.add_event_handler("message", lambda message: got.append(message["body"]))
    bob.send_presence()
    alice = await place.connected("alice")
    with pytest.raises(ValueError):
        alice.send_message(bob.boundjid, body)
    alice.send_message(bob.boundjid, "the next one")
    await until(lambda: got == ["the next one"])
    assert alice.is_connected()


async def test_an_unknown_account_and_an_unknown_request_are_iq_errors(place: Place) -> None:
    bob = await place.connected("bob")
    alice = await place.connected("alice")
    with pytest.raises(IqError) as caught:
        await alice.make_iq_get("urn:nobody:knows", ito=bob.boundjid).send()
    assert caught.value.condition in {"service-unavailable", "feature-not-implemented"}
    with pytest.raises(IqError) as caught:
        await alice.make_iq_get("urn:nobody:knows", ito=f"nobody@{place.domain}/x").send()
    assert caught.value.condition in {"service-unavailable", "item-not-found"}


async def test_a_handler_that_raises_answers_a_request_and_nothing_else(place: Place) -> None:

    bob = await place.connected("bob")
    failures: list[str] = []
    bob.exception = lambda exception: failures.append(str(exception))  # type: ignore[method-assign]  # as programs do

    def fail(stanza: Any) -> None:
        raise LookupError("a secret of the program")

    bob.register_handler(Callback("fail", StanzaPath("iq@type=get"), fail))
    bob.add_event_handler("message", fail)
    alice = await place.connected("alice")
    alice.send_presence()
    errors: list[Any] = []
    alice.add_event_handler("message_error", errors.append)
    alice.send_message(bob.boundjid, "hello")
    with pytest.raises(IqError) as caught:
        await alice.make_iq_get("urn:x", ito=bob.boundjid).send()
    assert caught.value.condition == "internal-server-error"
    assert "secret" not in str(caught.value.iq)
    assert failures == ["a secret of the program"] * 2
    assert errors == []
    # Both are alive.
    async with asyncio.timeout(5):
        with pytest.raises(IqError):
            await alice.make_iq_get("urn:y", ito=bob.boundjid).send()


async def test_an_answer_from_somebody_else_does_not_end_a_request(place: Place) -> None:
    bob = await place.connected("bob")
    eve = await place.connected("bob/eve")
    alice = await place.connected("alice")
    alice.send_presence()

    def keep_silent(iq: Iq) -> None:
        """Bob has the request and does not answer."""
        asked.set()

    asked = asyncio.Event()
    bob.register_handler(Callback("silent", StanzaPath("iq@type=get"), keep_silent))
    request = alice.make_iq_get("urn:x", ito=bob.boundjid)
    answer = asyncio.ensure_future(request.send(timeout=30))
    await asyncio.wait_for(asked.wait(), 5)
    eve.make_iq_result(id=request["id"], ito=alice.boundjid).send()
    # What eve sends after it shows that her answer has arrived before.
    eve.send_message(alice.boundjid, "now")
    await alice.wait_until("message", 5)
    assert not answer.done()
    bob.make_iq_result(id=request["id"], ito=alice.boundjid).send()
    assert (await asyncio.wait_for(answer, 5))["from"] == bob.boundjid


async def test_requests_end_when_the_session_does(place: Place) -> None:
    bob = await place.connected("bob")

    bob.register_handler(Callback("silent", StanzaPath("iq@type=get"), lambda iq: None))
    alice = await place.connected("alice")
    answer = asyncio.ensure_future(alice.make_iq_get("urn:x", ito=bob.boundjid).send(timeout=60))
    await asyncio.sleep(0.05)
    await alice.disconnect()
    with pytest.raises(NotConnectedError):
        await asyncio.wait_for(answer, 1)


async def test_a_session_replaced_by_another_does_not_come_back(place: Place) -> None:
    first = await place.connected("alice/desk")
    ended = asyncio.ensure_future(first.wait_until("disconnected", 5))
    await asyncio.sleep(0)
    second = await place.connected("alice/desk")
    # RFC 6120 section 7.7.2.2: the server ends the old session, or it gives the new one another resource.
    if second.boundjid.resource == "desk":
        await ended
        await asyncio.sleep(0.05)
        assert not first.is_connected()
        assert not first.is_connecting()
    else:
        ended.cancel()
        assert first.boundjid.resource == "desk"
        assert first.boundjid.bare == second.boundjid.bare
        for one, other in ((first, second), (second, first)):
            arrived = asyncio.ensure_future(one.wait_until("message", 5))
            await asyncio.sleep(0)
            other.send_message(one.boundjid, f"to {one.boundjid.resource}", mtype="chat")
            message = await arrived
            assert (message["from"], message["body"]) == (other.boundjid, f"to {one.boundjid.resource}")
    assert second.is_connected()


async def test_a_certificate_of_an_unknown_authority(place: Place) -> None:
    xmpp = place.client("alice")
    xmpp.ca_certs = None
    with pytest.raises(CertificateError) as caught:
        await xmpp.connect(*xmpp.address)
    assert "ca_certs" in str(caught.value)
    assert caught.value.stage == "tls"


async def test_a_refused_port_names_stage_and_target(place: Place, unused_tcp_port: int) -> None:
    xmpp = place.client("alice")
    xmpp.auto_reconnect = False
    with pytest.raises(ConnectionFailure) as caught:
        await xmpp.connect("127.0.0.1", unused_tcp_port)
    assert caught.value.stage == "tcp"
    assert f"127.0.0.1:{unused_tcp_port}" in str(caught.value)


async def test_a_component_echoes_and_a_wrong_secret_is_refused(place: Place) -> None:
    component = place.component()
    component.add_event_handler("message", lambda message: message.reply(message["body"]).send())
    await component.connect(*component.address)
    alice = await place.connected("alice")
    alice.send_presence()
    alice.send_message("anybody@comp.test.example", "hello")
    answer = await alice.wait_until("message", 5)
    assert (answer["from"], answer["body"]) == ("anybody@comp.test.example", "hello")
    await component.disconnect()

    wrong = place.component("not the secret")
    with pytest.raises(AuthenticationFailed):
        await wrong.connect(*wrong.address)
    assert not wrong.is_connecting()


async def test_reconnecting_after_a_cut(place: Place) -> None:
    xmpp = await place.connected("alice")
    xmpp.add_event_handler("disconnected", lambda reason: None)
    back: list[Any] = []
    # Both servers resume a session (XEP-0198).
    xmpp.add_event_handler("session_resumed", back.append)
    session: Any = vars(xmpp)["_session_"]
    session.transport.abort()
    await until(lambda: len(back) == 1, 10)
    assert xmpp.is_connected()
