"""An XMPPError that a handler raises: who sent a message or presence is told it where a component says so."""

from typing import Any

import pytest

from helixmpp import Message, Presence, XMPPError
from helixmpp.errors import BadStanza
from helixmpp.xml import NS_STANZA_ERRORS
from tests.plugins.offline import OfflineClient, OfflineComponent

MESSAGE = "<message from='a@b.example/c' to='x@comp.example.org' id='1'{}><body>hi</body></message>"
PRESENCE = "<presence from='a@b.example/c' to='x@comp.example.org' id='1'{}><status>hi</status></presence>"
REFUSAL = XMPPError("registration-required", "who are you?")


def refusing(xmpp: Any, error: Exception, *, later: bool) -> None:
    def refuse(stanza: Any) -> None:
        raise error

    async def refuse_later(stanza: Any) -> None:
        raise error

    for event in ("message", "message_error", "presence", "presence_error"):
        xmpp.add_event_handler(event, refuse_later if later else refuse)


def component(sent: bool) -> OfflineComponent:
    xmpp = OfflineComponent()
    xmpp.auto_authorize = None
    xmpp.auto_subscribe = False
    xmpp.refusals_are_sent = sent
    return xmpp


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        (MESSAGE, "", True),
        (MESSAGE, "chat", True),
        (MESSAGE, "groupchat", True),
        (MESSAGE, "error", False),
        (MESSAGE, "headline", False),
        (PRESENCE, "", True),
        (PRESENCE, "probe", True),
        (PRESENCE, "subscribe", True),
        (PRESENCE, "unsubscribe", False),
        (PRESENCE, "unavailable", False),
        (PRESENCE, "error", False),
    ],
)
async def test_who_is_told(text: str, kind: str, told: bool, later: bool) -> None:
    xmpp = component(sent=True)
    refusing(xmpp, REFUSAL, later=later)
    sent = await xmpp.receive(text.format(f" type='{kind}'" if kind else ""))
    errors = [one for one in sent if one.get("type") == "error"]
    assert xmpp.failures == []
    assert [(one.get("to"), one.get("from"), one.get("id"), len(one)) for one in errors] == (
        [("a@b.example/c", "x@comp.example.org", "1", 1)] if told else []
    )
    for one in errors:
        assert one[0].get("type") == "auth"
        assert one[0].find(f"{{{NS_STANZA_ERRORS}}}registration-required") is not None
        assert one[0].findtext(f"{{{NS_STANZA_ERRORS}}}text") == "who are you?"


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("text", [MESSAGE, PRESENCE])
@pytest.mark.parametrize(
    ("sent", "error"),
    [(False, REFUSAL), (True, BadStanza("no such value")), (True, RuntimeError("a bug"))],
    ids=["not said", "what does not parse", "a bug"],
)
async def test_who_is_not_told(text: str, sent: bool, error: Exception, later: bool) -> None:
    xmpp = component(sent)
    refusing(xmpp, error, later=later)
    assert await xmpp.receive(text.format("")) == []


@pytest.mark.parametrize("text", [MESSAGE, PRESENCE])
async def test_neither_components_nor_clients_tell_by_themselves(text: str) -> None:
    for xmpp in (OfflineComponent(), OfflineClient()):
        assert not xmpp.refusals_are_sent
        refusing(xmpp, REFUSAL, later=False)
        assert await xmpp.receive(text.format(" type='error'").replace(" type='error'", "")) == []


async def test_the_content_where_the_program_wants_it_repeated() -> None:
    xmpp = component(sent=True)
    refusing(xmpp, XMPPError("not-acceptable", clear=False), later=False)
    (sent,) = await xmpp.receive(MESSAGE.format(""))
    assert Message(xml=sent)["body"] == "hi"


async def test_it_goes_out_before_what_the_handler_has_started() -> None:
    xmpp = component(sent=True)

    async def go_on() -> None:
        Presence(xmpp, sto="a@b.example/c", sfrom="x@comp.example.org", stype="unavailable").send()

    async def refuse(message: Message) -> None:
        xmpp.watch_task(go_on(), "what goes on")
        raise REFUSAL

    xmpp.add_event_handler("message", refuse)
    sent = await xmpp.receive(MESSAGE.format(""))
    assert [one.get("type") for one in sent] == ["error", "unavailable"]
