"""How much of a peer is taken, and from whom more."""

from xml.etree.ElementTree import Element

import pytest

from helixmpp.jid import JID
from helixmpp.stream import ClientStream, StanzaReceived, StreamConfig
from helixmpp.xml import Limits
from tests.stream.dialogue import E, S, Talk, talk, talk_twice
from tests.stream.steps import UPTO_BIND, UPTO_READY
from tests.stream.wire import BIND, BOUND, FACTS, HEADER, SESSION, SUCCESS, config, features, mechanisms

SMALL = Limits(max_stanza_size=20_000, max_owed_size=200_000, max_children=50)
ROSTER = (
    "<iq type='result' id='roster1'{}><query xmlns='jabber:iq:roster'>" + "<item/>" * 10_000 + "</query></iq>"
)


def ready(limits: Limits = SMALL) -> Talk:
    made = config()
    account = StreamConfig(made.jid, made.password, limits=limits, nonce=made.nonce)
    return talk(lambda: ClientStream(account), UPTO_READY, FACTS)


@pytest.mark.parametrize("said", ["features", "challenge"])
def test_little_is_taken_before_authentication(said: str) -> None:
    text = f"<x xmlns='urn:example'>{'y' * 20_000}</x>"
    steps = {
        "features": HEADER + features(text),
        "challenge": HEADER + features(mechanisms("PLAIN")) + text,
    }
    talk_twice(
        lambda: ClientStream(config()),
        [S(steps[said]), E("failed ProtocolError policy-violation", "closed unclean")],
        FACTS,
    )


def test_what_a_server_may_need_is_taken_before_authentication() -> None:
    # RFC 6120 section 13.12: 10,000 bytes.
    result = talk(
        lambda: ClientStream(config()),
        [S(HEADER + features("<x>" + "y" * 9_900 + "</x>", mechanisms("PLAIN")))],
        FACTS,
    )
    assert b"<auth" in result.sent


def test_more_is_taken_after_authentication() -> None:
    result = talk(
        lambda: ClientStream(config()),
        [
            S(HEADER + features(mechanisms("PLAIN")) + SUCCESS + HEADER),
            S(features(f"<x>{'y' * 100_000}</x>", BIND)),
        ],
        FACTS,
    )
    assert b'id="bind"' in result.sent


def test_a_stanza_above_the_limit_ends_the_stream() -> None:
    made = ready()
    made.say(f"<message><body>{'y' * 20_000}</body></message>")
    assert made.transcript[-2:] == ["failed ProtocolError policy-violation", "closed unclean"]


@pytest.mark.parametrize("sender", ["", " from='user@example.org'", " from='example.org'"])
def test_an_answer_that_is_owed_may_be_large(sender: str) -> None:
    made = ready()
    made.machine.expect_owed("roster1")
    made.say(ROSTER.format(sender))
    (event,) = (each for each in made.new_events if isinstance(each, StanzaReceived))
    assert isinstance(event.element, Element)
    assert len(event.element[0]) == 10_000


@pytest.mark.parametrize(
    "said",
    [
        ROSTER.format("").replace("roster1", "roster2"),
        ROSTER.format(" from='mallory@example.org'"),
        ROSTER.format(" from='user@example.org/r2'"),
        ROSTER.format(" from='example.net'"),
        ROSTER.format("").replace("'result'", "'set'"),
        ROSTER.format("").replace("'result'", "'get'"),
        ROSTER.format("").replace("<iq", "<message").replace("</iq", "</message"),
        ROSTER.format("").replace("<iq", "<iq xmlns='urn:example'"),
    ],
    ids=["id", "user", "own resource", "server", "set", "get", "message", "namespace"],
)
def test_nobody_else_may_send_so_much(said: str) -> None:
    made = ready()
    made.machine.expect_owed("roster1")
    made.say(said)
    assert made.transcript[-2:] == ["failed ProtocolError policy-violation", "closed unclean"]


def test_an_answer_that_is_owed_no_more_may_not_be_large() -> None:
    made = ready()
    made.machine.expect_owed("roster1")
    made.machine.owed_done("roster1")
    made.machine.owed_done("roster1")
    made.say(ROSTER.format(""))
    assert made.transcript[-2:] == ["failed ProtocolError policy-violation", "closed unclean"]


def test_nothing_large_is_owed_before_there_is_a_session() -> None:
    account = StreamConfig(JID("user@example.org"), "pencil", limits=SMALL)
    made = talk(
        lambda: ClientStream(account),
        [*UPTO_BIND, S(HEADER + features(BIND, SESSION) + BOUND + ROSTER.format(""))],
        FACTS,
    )
    assert made.transcript[-2:] == ["failed ProtocolError policy-violation", "closed unclean"]
