"""Stream management in the machine (XEP-0198): enabling, counting, acknowledging, resuming, and what is refused."""

from collections.abc import Callable

import pytest

from helixmpp.errors import ProtocolError, StateError
from helixmpp.jid import JID
from helixmpp.stream import ClientStream, Entry, Management
from tests.stream.dialogue import C, Close, E, S, Stage, Step, Talk, talk_twice
from tests.stream.steps import BOUND_EVENTS, UPTO_BIND
from tests.stream.wire import BIND, BOUND, FACTS, FOOTER, HEADER, OUR_BIND, config, features

NS = "urn:xmpp:sm:3"
SM = f"<sm xmlns='{NS}'/>"
ENABLE = f'<enable xmlns="{NS}" resume="true"/>'
ENABLED = f"<enabled xmlns='{NS}' id='some-id' resume='true' max='300'/>"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
READY = ["managed resumable 300", "ready"]

UPTO_ENABLE: list[Step] = [
    *UPTO_BIND,
    S(HEADER + features(BIND, SM)),
    C(OUR_BIND),
    S(BOUND),
    E(BOUND_EVENTS),
    C(ENABLE),
    Stage("management"),
]
UPTO_MANAGED: list[Step] = [*UPTO_ENABLE, S(ENABLED), E(*READY), Stage("ready")]


def machine(management: Management | None = None) -> ClientStream:
    return ClientStream(config(mechanisms=("PLAIN",), management=management or Management()))


def known(*texts: str, handled: int = 7, acked: int = 3) -> Callable[[], ClientStream]:
    """A machine that knows of a session, in which these were written and not acknowledged."""

    def make() -> ClientStream:
        management = Management(jid=JID("user@example.org/r1"), id="old-id", handled=handled)
        management.ledger.acked = acked
        for text in texts:
            management.ledger.fly(Entry(text))
        return machine(management)

    return make


def ledger_of(talk: Talk) -> Management:
    assert isinstance(talk.machine, ClientStream)
    management = talk.machine.config.management
    assert management is not None
    return management


def test_it_is_enabled_behind_the_binding() -> None:
    talk = talk_twice(machine, UPTO_MANAGED, FACTS)
    management = ledger_of(talk)
    assert (management.id, management.seconds, management.handled) == ("some-id", 300, 0)
    assert management.resumable
    assert talk.machine.managed
    assert not talk.machine.resumed
    assert "some-id" not in repr(management)  # whoever has it may take over the session


@pytest.mark.parametrize(
    ("answer", "event", "resumable"),
    [
        (f"<enabled xmlns='{NS}' id='x' resume='1'/>", "managed resumable None", True),
        (f"<enabled xmlns='{NS}' id='x'/>", "managed None", False),
        (f"<enabled xmlns='{NS}' resume='true'/>", "managed None", False),
        (f"<enabled xmlns='{NS}' id='{'x' * 20_000}' resume='true'/>", "managed None", False),
        (f"<enabled xmlns='{NS}' id='x' resume='true' max='soon'/>", "managed resumable None", True),
    ],
)
def test_what_the_server_grants(answer: str, event: str, resumable: bool) -> None:
    limits = config().limits  # an SM-ID may be longer than what is taken before authentication
    talk = talk_twice(
        lambda: ClientStream(
            config(mechanisms=("PLAIN",), management=Management(), negotiation_limits=limits)
        ),
        [*UPTO_ENABLE, S(answer), E(event, "ready")],
        FACTS,
    )
    assert talk.machine.managed
    assert ledger_of(talk).resumable is resumable


def test_a_refusal_to_enable_is_no_failure() -> None:
    failed = f"<failed xmlns='{NS}'><unexpected-request xmlns='{STANZAS}'/></failed>"
    talk = talk_twice(
        machine, [*UPTO_ENABLE, S(failed), E("ready"), S(f"<r xmlns='{NS}'/>"), E(f"nonza {{{NS}}}r")], FACTS
    )
    assert not talk.machine.managed


def test_without_an_offer_or_a_wish_nothing_is_enabled() -> None:
    plain = [*UPTO_BIND, S(HEADER + features(BIND)), C(OUR_BIND), S(BOUND), E(BOUND_EVENTS, "ready"), C()]
    talk_twice(machine, plain, FACTS)
    unwanted = [*UPTO_BIND, S(HEADER + features(BIND, SM)), C(OUR_BIND), S(BOUND), E(BOUND_EVENTS, "ready")]
    talk_twice(lambda: ClientStream(config(mechanisms=("PLAIN",))), unwanted, FACTS)


def test_counting_begins_behind_enabled() -> None:
    talk_twice(
        machine,
        [
            *UPTO_ENABLE,
            S("<message id='before'/>" + ENABLED + "<message id='behind'/>"),
            E("managed resumable 300", "ready", "stanza message before", "counted message behind"),
        ],
        FACTS,
    )


def test_the_server_asks_and_is_told() -> None:
    talk = talk_twice(
        machine, [*UPTO_MANAGED, S(f"<message id='1'/><r xmlns='{NS}'/><message id='2'/>")], FACTS
    )
    # The question stands between the two, so that the answer can be given before the second is handled.
    assert talk.transcript[-3:] == ["counted message 1", "ack requested", "counted message 2"]
    stream = talk.machine
    stream.stanza_handled()
    stream.acknowledge(ledger_of(talk).handled)
    assert stream.data_to_send() == f"<a xmlns='{NS}' h='1'/>".encode()


def test_the_server_acknowledges() -> None:
    talk = talk_twice(machine, UPTO_MANAGED, FACTS)
    for text in ("<message/>", "<iq/>", "<presence/>"):
        ledger_of(talk).ledger.fly(Entry(text))
    talk.machine.request_ack()
    for step in (
        C(f"<r xmlns='{NS}'/>"),
        S(f"<a xmlns='{NS}' h='2'/>"),
        E("acknowledged <message/> <iq/>"),
        S(f"<a xmlns='{NS}' h='2'/>"),
        E("acknowledged"),
        S(f"<a xmlns='{NS}' h='3'/>"),
        E("acknowledged <presence/>"),
    ):
        talk.collect()
        talk.take(step)


@pytest.mark.parametrize("h", ["", "-1", "x", "4294967296", "9" * 5000, "٣", "1.5"])
def test_a_count_that_is_none_is_ignored(h: str) -> None:
    talk_twice(
        machine,
        [*UPTO_MANAGED, S(f"<a xmlns='{NS}' h='{h}'/><a xmlns='{NS}'/>"), E(), Stage("ready")],
        FACTS,
    )


def test_more_than_was_sent_ends_the_stream() -> None:
    """XEP-0198 section 6; and nobody knows any more what the counts of that session mean."""
    talk = talk_twice(
        machine,
        [
            *UPTO_MANAGED,
            S(f"<a xmlns='{NS}' h='5'/>"),
            C(
                '<stream:error><undefined-condition xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>'
                f'<handled-count-too-high xmlns="{NS}" h="5" send-count="0"/></stream:error>{FOOTER}'
            ),
        ],
        FACTS,
    )
    assert isinstance(talk.error, ProtocolError)
    assert not ledger_of(talk).resumable


def test_the_last_word_says_what_was_handled() -> None:
    talk_twice(machine, [*UPTO_MANAGED, Close(), C(f"<a xmlns='{NS}' h='0'/>{FOOTER}")], FACTS)


RESUME = f'<resume xmlns="{NS}" h="7" previd="old-id"/>'
RESUMING: list[Step] = [*UPTO_BIND, S(HEADER + features(BIND, SM)), C(RESUME), Stage("resume")]


def test_a_session_is_resumed_instead_of_bound() -> None:
    talk = talk_twice(
        known("<a/>", "<b/>", "<c/>"),
        [
            *RESUMING,
            S(f"<resumed xmlns='{NS}' h='5' previd='old-id'/><message id='8'/>"),
            E("acknowledged <a/> <b/>", BOUND_EVENTS, "ready", "counted message 8"),
            C(),
        ],
        FACTS,
    )
    management = ledger_of(talk)
    assert talk.machine.managed
    assert talk.machine.resumed
    assert (management.ledger.in_flight, management.ledger.waiting, management.ledger.acked) == (0, 1, 5)
    assert management.handled == 7
    assert management.resumable


@pytest.mark.parametrize(
    ("h", "acknowledged", "left"),
    [("", [], 3), ("h='3'", [], 3), ("h='5'", ["acknowledged <a/> <b/>"], 1), ("h='99'", [], 3)],
)
def test_a_refused_resumption_goes_on_with_a_new_session(h: str, acknowledged: list[str], left: int) -> None:
    talk = talk_twice(
        known("<a/>", "<b/>", "<c/>"),
        [
            *RESUMING,
            S(f"<failed xmlns='{NS}' {h}><item-not-found xmlns='{STANZAS}'/></failed>"),
            E(*acknowledged, "resumption refused item-not-found"),
            C(OUR_BIND),
            S(BOUND),
            E(BOUND_EVENTS),
            C(ENABLE),
            S(ENABLED),
            E(*READY),
        ],
        FACTS,
    )
    management = ledger_of(talk)
    assert not talk.machine.resumed
    assert len(management.ledger) == left
    assert (management.id, management.handled) == ("some-id", 0)


@pytest.mark.parametrize(
    "answer",
    [
        f"<resumed xmlns='{NS}' h='5' previd='another-id'/>",
        f"<resumed xmlns='{NS}' previd='old-id'/>",
        f"<resumed xmlns='{NS}' h='2' previd='old-id'/>",
        f"<resumed xmlns='{NS}' h='9' previd='old-id'/>",
        "<message/>",
        f"<enabled xmlns='{NS}' id='x'/>",
    ],
)
def test_a_wrong_answer_to_a_resumption_ends_the_stream(answer: str) -> None:
    talk = talk_twice(known("<a/>", "<b/>", "<c/>"), [*RESUMING, S(answer)], FACTS)
    assert isinstance(talk.error, ProtocolError)
    assert len(ledger_of(talk).ledger) == 3  # nothing is lost by it
    # Trying the same again would never end; what came before the answer's turn says nothing about the session.
    assert ledger_of(talk).resumable is not answer.startswith("<resumed")


def test_what_is_not_managed_cannot_be_acknowledged() -> None:
    talk = talk_twice(
        machine,
        [*UPTO_BIND, S(HEADER + features(BIND)), C(OUR_BIND), S(BOUND), E(BOUND_EVENTS, "ready")],
        FACTS,
    )
    for call in (
        talk.machine.request_ack,
        talk.machine.stanza_handled,
        lambda: talk.machine.acknowledge(1),
    ):
        with pytest.raises(StateError):
            call()
