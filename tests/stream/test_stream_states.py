"""The state table, and that the machine keeps to it."""

from collections.abc import Callable

import pytest

from helixmpp.errors import StateError
from helixmpp.stream import ClientStream, NeedSaltedPassword, Registration, StageChanged, StageTimeouts
from helixmpp.stream.states import OURS, TABLE, Happening, Phase
from tests.stream.dialogue import Key, S, Step, Talk, Tls, talk
from tests.stream.steps import SERVER_FIRST, UPTO_READY
from tests.stream.wire import (
    FACTS,
    FACTS_UNBOUND,
    FOOTER,
    HEADER,
    OUR_HEADER,
    PROCEED,
    REGISTER,
    STARTTLS,
    asking,
    challenge,
    config,
    features,
    mechanisms,
    success,
)

# How each phase is reached, over TLS or (None) without it.
SCRAM = HEADER + features(mechanisms("SCRAM-SHA-1"))
REACHED: dict[Phase, tuple[bool, list[Step]]] = {
    Phase.HEADER: (True, []),
    Phase.FEATURES: (True, [S(HEADER)]),
    Phase.ANSWER: (True, [S(SCRAM)]),
    Phase.KEY: (True, [S(SCRAM), S(challenge(SERVER_FIRST))]),
    Phase.PROGRAM: (True, [S(HEADER + features(REGISTER))]),
    Phase.HANDSHAKE: (False, [S(HEADER + features(STARTTLS) + PROCEED)]),
    Phase.READY: (True, list(UPTO_READY)),
    Phase.CLOSED: (True, [S(HEADER + FOOTER)]),
}


def register(made: Talk) -> None:
    assert isinstance(made.machine, ClientStream)
    made.machine.register(asking("get"))


BY_NAME = sorted(OURS, key=lambda happening: happening.name)
CALLS: dict[Happening, Callable[[Talk], None]] = {
    Happening.CONNECT: lambda made: made.machine.connection_made(FACTS),
    Happening.TLS_STARTED: lambda made: made.machine.tls_started(FACTS),
    Happening.KEY_DERIVED: lambda made: made.machine.salted_password(
        made.request or NeedSaltedPassword("", "", "", b"", 1), b""
    ),
    Happening.REGISTER: register,
    Happening.SEND: lambda made: made.machine.send("<presence/>"),
    Happening.CLOSE: lambda made: made.machine.close(),
    Happening.TIMEOUT: lambda made: made.machine.stage_timed_out(made.machine.stage),
    Happening.EOF: lambda made: made.machine.receive_eof(),
}


def reach(phase: Phase) -> Talk:
    if phase is Phase.CLOSING:
        made = reach(Phase.READY)
        made.machine.close()
        return made
    tls, steps = REACHED[phase]
    settings = config(registration=Registration.OFFERED if phase is Phase.PROGRAM else Registration.NEVER)
    if phase is Phase.READY:
        return talk(lambda: ClientStream(settings), steps, FACTS)
    return talk(lambda: ClientStream(settings), steps, FACTS_UNBOUND if tls else None)


def test_the_table_has_every_phase_and_every_call_of_ours() -> None:
    assert set(TABLE) == set(Phase)
    assert set(CALLS) == OURS
    reachable = {Phase.NEW}
    for _ in Phase:
        reachable |= {to for phase in reachable for phases in TABLE[phase].values() for to in phases}
    assert reachable == set(Phase)


@pytest.mark.parametrize("happening", BY_NAME)
@pytest.mark.parametrize("phase", [*REACHED, Phase.CLOSING])
def test_a_call_is_allowed_where_the_table_has_it(phase: Phase, happening: Happening) -> None:
    made = reach(phase)
    before = made.machine.stage
    if happening in TABLE[phase]:
        CALLS[happening](made)
        return
    with pytest.raises(StateError):
        CALLS[happening](made)
    # A mistake of the program changes nothing.
    made.collect()
    assert made.machine.stage == before
    assert made.transcript[-1:] != ["closed unclean"] or phase is Phase.CLOSED


@pytest.mark.parametrize("happening", BY_NAME)
def test_a_call_before_there_is_a_connection(happening: Happening) -> None:
    shell = Talk.__new__(Talk)
    shell.machine, shell.request = ClientStream(config()), None
    if happening in TABLE[Phase.NEW]:
        CALLS[happening](shell)
        assert shell.machine.data_to_send() in {b"", OUR_HEADER.encode()}
    else:
        with pytest.raises(StateError):
            CALLS[happening](shell)


def test_data_before_there_is_a_connection() -> None:
    with pytest.raises(StateError):
        ClientStream(config()).receive_data(b"<")


def test_a_machine_shows_where_it_is() -> None:
    made = talk(lambda: ClientStream(config()), [S(HEADER)], FACTS)
    assert repr(made.machine) == "<ClientStream user@example.org features>"


def test_deadlines() -> None:
    made = talk(
        lambda: ClientStream(config()),
        [
            S(HEADER + features(STARTTLS)),
            S(PROCEED),
            Tls(FACTS_UNBOUND),
            S(SCRAM),
            S(challenge(SERVER_FIRST)),
            Key(),
            S(success("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")),
        ],
    )
    assert [event for event in made.events if isinstance(event, StageChanged)] == [
        StageChanged("header", 15.0),
        StageChanged("features", 15.0),
        StageChanged("starttls", 15.0),
        StageChanged("tls", 15.0),
        StageChanged("header", 15.0),
        StageChanged("features", 15.0),
        StageChanged("sasl", 15.0),
        StageChanged("sasl", None),  # our own work is not the server's delay
        StageChanged("sasl", 15.0),
        StageChanged("header", 15.0),
    ]


def test_deadline_of_each_stage() -> None:
    times = StageTimeouts(sasl=3.5, other=None)
    assert times.of("sasl") == 3.5
    assert times.of("header") == 15.0
    assert times.of("fast") is None
    assert StageTimeouts.all(2.0) == StageTimeouts(*[2.0] * 13)
    assert StageTimeouts.all(None).of("bind") is None


def test_a_deadline_that_comes_late_is_ignored() -> None:
    made = talk(lambda: ClientStream(config()), [S(HEADER)], FACTS)
    made.machine.stage_timed_out("header")
    made.collect()
    assert made.transcript[-1] == "stage features 15.0"


def test_a_text_that_cannot_be_sent_is_refused_at_the_call() -> None:
    made = reach(Phase.READY)
    made.collect()
    with pytest.raises(ValueError, match="surrogates"):
        made.machine.send("<message>\ud800</message>")
    made.machine.send("<message>ü</message>")
    assert made.machine.data_to_send() == "<message>ü</message>".encode()
