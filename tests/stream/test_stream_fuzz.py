"""Whatever bytes arrive, at whatever stage: events or one error, never an exception, however they are split."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helixmpp.jid import JID
from helixmpp.stream import ClientStream, ComponentConfig, ComponentStream, Registration, TLSFacts
from tests.stream.dialogue import Ask, Machine, S, Talk, talk
from tests.stream.steps import BOUND_EVENTS, SERVER_FIRST
from tests.stream.wire import (
    BIND,
    BOUND,
    COMPONENT_HEADER,
    FACTS,
    FACTS_UNBOUND,
    FOOTER,
    HEADER,
    PROCEED,
    REGISTER,
    SESSION,
    STARTTLS,
    SUCCESS,
    asking,
    base64,
    challenge,
    config,
    failure,
    features,
    mechanisms,
    stream_error,
    success,
)

PLAIN = HEADER + features(mechanisms("PLAIN"))
SETTINGS = config(registration=Registration.OFFERED)
# What was said before, over TLS or not.
STAGES: dict[str, tuple[TLSFacts | None, str]] = {
    "clear header": (None, ""),
    "clear features": (None, HEADER),
    "starttls": (None, HEADER + features(STARTTLS)),
    "tls": (None, HEADER + features(STARTTLS) + PROCEED),
    "header": (FACTS, ""),
    "features": (FACTS, HEADER),
    "plain": (FACTS, PLAIN),
    "register": (FACTS, HEADER + features(REGISTER, mechanisms("PLAIN"))),
    "scram": (FACTS_UNBOUND, HEADER + features(mechanisms("SCRAM-SHA-1"))),
    "key": (FACTS_UNBOUND, HEADER + features(mechanisms("SCRAM-SHA-1")) + challenge(SERVER_FIRST)),
    "authenticated": (FACTS, PLAIN + SUCCESS),
    "bind": (FACTS, PLAIN + SUCCESS + HEADER + features(BIND, SESSION)),
    "session": (FACTS, PLAIN + SUCCESS + HEADER + features(BIND, SESSION) + BOUND),
    "ready": (FACTS, PLAIN + SUCCESS + HEADER + features(BIND) + BOUND),
}

FRAGMENTS = [
    each.encode()
    for each in (
        HEADER,
        HEADER[21:],
        FOOTER,
        PROCEED,
        SUCCESS,
        BOUND,
        features(),
        features(STARTTLS),
        features(BIND),
        features(mechanisms("PLAIN", "SCRAM-SHA-1", "EXTERNAL", "ANONYMOUS")),
        challenge(SERVER_FIRST),
        challenge("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="),
        challenge(""),
        success("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="),
        failure("invalid-mechanism"),
        failure("not-authorized", "text"),
        stream_error("see-other-host", "[::1]:5222"),
        stream_error("host-unknown", text="\n"),
        "<message/>",
        "<iq type='result' id='bind'/>",
        "<iq type='error' id='session'/>",
        "<iq type='result' id='r1'/>",
        "<iq type='result' id='session'/>",
        "<a xmlns='urn:example'><b/></a>",
        "<?xml version='1.0'?>",
        "<!--",
        "</",
        ">",
        "/>",
        " ",
        "\ufeff",
        "&#0;",
        base64("r=x"),
    )
]
PIECES = st.lists(st.one_of(st.binary(max_size=20), st.sampled_from(FRAGMENTS)), max_size=8)


def run(machine: Machine, tls: TLSFacts | None, before: str, pieces: list[bytes]) -> Talk:
    result = talk(lambda: machine, [S(before)], tls)
    if result.machine.stage == "register":
        result.take(Ask(asking("get")))
    for piece in pieces:
        result.say(piece)
    result.machine.receive_eof()
    result.collect()
    return result


def check(result: Talk) -> None:
    told = result.transcript
    assert [each.startswith("closed") for each in told] == [False] * (len(told) - 1) + [True]
    assert sum(each.startswith("failed") for each in told) <= 1
    # A second header or another step behind the end of the stream would be read as nobody's.
    assert b"</stream:stream>" not in result.sent[:-16]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stage=st.sampled_from(sorted(STAGES)), pieces=PIECES)
def test_any_bytes_at_any_stage(stage: str, pieces: list[bytes]) -> None:
    tls, before = STAGES[stage]
    check(run(ClientStream(SETTINGS), tls, before, pieces))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stage=st.sampled_from(sorted(STAGES)), pieces=PIECES, cuts=st.lists(st.integers(1, 400), max_size=12))
def test_the_splits_do_not_matter(stage: str, pieces: list[bytes], cuts: list[int]) -> None:
    tls, before = STAGES[stage]
    whole = b"".join(pieces)
    parts: list[bytes] = []
    rest = whole
    for cut in cuts:
        parts.append(rest[:cut])
        rest = rest[cut:]
    parts.append(rest)
    one = run(ClientStream(SETTINGS), tls, before, [whole])
    many = run(ClientStream(SETTINGS), tls, before, parts)
    # In one segment with <proceed/>, what is behind it is found before anybody is asked to begin TLS.
    asked = {"start tls"}
    assert [each for each in many.transcript if each not in asked] == [
        each for each in one.transcript if each not in asked
    ]
    assert many.sent == one.sent


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=st.sampled_from(["", COMPONENT_HEADER, COMPONENT_HEADER + "<handshake/>"]), pieces=PIECES)
def test_any_bytes_to_a_component(before: str, pieces: list[bytes]) -> None:
    check(run(ComponentStream(ComponentConfig(JID("plays.shakespeare.lit"), "test")), None, before, pieces))


@settings(max_examples=100, deadline=None)
@given(
    attributes=st.lists(st.tuples(st.sampled_from("rsimvex"), st.text(max_size=12)), max_size=6),
    ours=st.booleans(),
)
def test_any_challenge(attributes: list[tuple[str, str]], ours: bool) -> None:
    message = ",".join(f"{name}={value}" for name, value in attributes)
    if ours:
        message = f"r=fyko+d2lbbFgONRv9qkxdawLx,{message}"
    said = challenge(message)
    result = run(
        ClientStream(SETTINGS), FACTS_UNBOUND, HEADER + features(mechanisms("SCRAM-SHA-1")), [said.encode()]
    )
    check(result)
    assert "ready" not in result.transcript
    assert BOUND_EVENTS not in result.transcript
