"""Promise B: what counts as authenticated, and what is never given away on the way there."""

import logging
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from helixmpp.errors import ProtocolError
from helixmpp.jid import JID
from helixmpp.stream import RANKING, ClientStream, StreamConfig, TLSFacts
from tests.stream.checks import assert_not_let_in
from tests.stream.dialogue import Key, S, Step, Talk, talk, talk_twice
from tests.stream.wire import (
    BIND,
    BOUND,
    FACTS,
    FACTS_UNBOUND,
    HEADER,
    NS_SASL,
    PROCEED,
    SUCCESS,
    base64,
    challenge,
    channel_bindings,
    config,
    failure,
    features,
    mechanisms,
    stream_error,
    success,
)

# RFC 5802 section 5: what the right server says.
NONCE = "fyko+d2lbbFgONRv9qkxdawL"
FIRST = f"r={NONCE}3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
PROOF = "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="
WRONG_PROOF = f"v={base64(bytes(20))}"
OFFER = HEADER + features(mechanisms("SCRAM-SHA-1", "PLAIN"))
ASKED: list[Step] = [S(OFFER)]
PROVING: list[Step] = [*ASKED, S(challenge(FIRST)), Key()]


# What a server says that cannot be the right one, or not any more; where it says it; and the reason.
BAD_SERVERS: dict[str, tuple[list[Step], str]] = {
    "success at once": ([*ASKED, S(SUCCESS)], "without a proof"),
    "success at once, with an empty proof": ([*ASKED, S(f"<success xmlns='{NS_SASL}'>=</success>")], "proof"),
    "success at once, with a proof": ([*ASKED, S(success(PROOF))], "not one of SCRAM"),
    "success in place of the first challenge": ([*ASKED, S(success(FIRST))], "before the end"),
    "success without a proof": ([*PROVING, S(SUCCESS)], "without a proof"),
    "success with a wrong proof": ([*PROVING, S(success(WRONG_PROOF))], "could not prove"),
    "success with half of a proof": ([*PROVING, S(success("v=rmF9pqV8S7suAoY="))], "could not prove"),
    "success with our own proof": (
        [*PROVING, S(success("v=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="))],
        "could not prove",
    ),
    "success with a proof that is empty": ([*PROVING, S(success("v="))], "not one of SCRAM"),
    "success with a proof twice": ([*PROVING, S(success(f"{PROOF},{PROOF}"))], "not one of SCRAM"),
    "success with a mandatory extension": ([*PROVING, S(success(f"{PROOF},m=x"))], "not one of SCRAM"),
    "success with a proof and a text in front": ([*PROVING, S(success(f"x=1,{PROOF}"))], "not one of SCRAM"),
    "success with a proof by another name": (
        [*PROVING, S(success(PROOF.replace("v=", "x=")))],
        "not one of SCRAM",
    ),
    "success with an error": ([*PROVING, S(success("e=other-error"))], "ended the authentication"),
    "success with bad base64": ([*PROVING, S(f"<success xmlns='{NS_SASL}'>v=x</success>")], "cannot be read"),
    "success with an element in it": (
        [*PROVING, S(f"<success xmlns='{NS_SASL}'>{base64(PROOF)}<x/></success>")],
        "cannot be read",
    ),
    "a last challenge with a wrong proof": ([*PROVING, S(challenge(WRONG_PROOF))], "could not prove"),
    "a last challenge with an error": ([*PROVING, S(challenge("e=invalid-proof"))], "refused the password"),
    "a challenge after the last": (
        [*PROVING, S(challenge(PROOF)), S(challenge(PROOF))],
        "nothing left to ask",
    ),
    "data with success after the last challenge": (
        [*PROVING, S(challenge(PROOF) + success(PROOF))],
        "adds data",
    ),
    "the first challenge twice": ([*PROVING, S(challenge(FIRST))], "not one of SCRAM"),
    "an empty challenge": ([*ASKED, S(f"<challenge xmlns='{NS_SASL}'/>")], "not one of SCRAM"),
    "a challenge that is =": ([*ASKED, S(f"<challenge xmlns='{NS_SASL}'>=</challenge>")], "not one of SCRAM"),
    "a challenge with bad base64": (
        [*ASKED, S(f"<challenge xmlns='{NS_SASL}'>cj1*</challenge>")],
        "cannot be read",
    ),
    "a challenge with base64 cut off": (
        [*ASKED, S(f"<challenge xmlns='{NS_SASL}'>cj1</challenge>")],
        "cannot be",
    ),
    "a challenge with more behind the base64": (
        [*ASKED, S(f"<challenge xmlns='{NS_SASL}'>{base64('r=xy')}AAAA</challenge>")],
        "cannot be read",
    ),
    "a challenge in no ASCII": (
        [*ASKED, S(f"<challenge xmlns='{NS_SASL}'>ｃｊ０=</challenge>")],
        "cannot be read",
    ),
    "a challenge in no UTF-8": ([*ASKED, S(challenge(b"r=\xff"))], "not one of SCRAM"),
    "a nonce that is not ours": ([*ASKED, S(challenge(FIRST.replace("fyko", "fyk0")))], "nonce"),
    "a nonce that adds nothing": ([*ASKED, S(challenge(f"r={NONCE},s=QSXCR+Q6sek8bf92,i=4096"))], "nonce"),
    "a nonce with our own behind": ([*ASKED, S(challenge(f"r=x{FIRST[2:]}"))], "nonce"),
    "a nonce with a space": ([*ASKED, S(challenge(FIRST.replace("3rfc", "3 fc")))], "nonce"),
    "a nonce with a letter outside of ASCII": (
        [*ASKED, S(challenge(FIRST.replace("3rfc", "3rfä")))],
        "nonce",
    ),
    "one iteration": ([*ASKED, S(challenge(FIRST.replace("4096", "1")))], "iterations"),
    "too few iterations": ([*ASKED, S(challenge(FIRST.replace("4096", "4095")))], "iterations"),
    "too many iterations": ([*ASKED, S(challenge(FIRST.replace("4096", "1000001")))], "iterations"),
    "so many iterations that no number holds them": (
        [*ASKED, S(challenge(FIRST.replace("4096", "9" * 6000)))],
        "not one of SCRAM",
    ),
    "no iterations": ([*ASKED, S(challenge(FIRST.replace("4096", "0")))], "not one of SCRAM"),
    "negative iterations": ([*ASKED, S(challenge(FIRST.replace("4096", "-4096")))], "not one of SCRAM"),
    "iterations in other digits": (
        [*ASKED, S(challenge(FIRST.replace("4096", "４０９６")))],
        "not one of SCRAM",
    ),
    "iterations that are no number": (
        [*ASKED, S(challenge(FIRST.replace("4096", "4_096")))],
        "not one of SCRAM",
    ),
    "a mandatory extension in front": ([*ASKED, S(challenge(f"m=x,{FIRST}"))], "extension"),
    "a mandatory extension behind": ([*ASKED, S(challenge(f"{FIRST},m=x"))], "extension"),
    "an attribute twice": ([*ASKED, S(challenge(f"{FIRST},i=4096"))], "not one of SCRAM"),
    "an extension twice": ([*ASKED, S(challenge(f"{FIRST},x=1,x=1"))], "not one of SCRAM"),
    "no salt": ([*ASKED, S(challenge(FIRST.replace(",s=QSXCR+Q6sek8bf92", "")))], "not one of SCRAM"),
    "an empty salt": ([*ASKED, S(challenge(FIRST.replace("QSXCR+Q6sek8bf92", "")))], "not one of SCRAM"),
    "a salt in bad base64": ([*ASKED, S(challenge(FIRST.replace("QSXCR", "QS CR")))], "not one of SCRAM"),
    "no iterations at all": ([*ASKED, S(challenge(FIRST.partition(",i=")[0]))], "not one of SCRAM"),
    "another order": (
        [*ASKED, S(challenge(",".join(reversed(FIRST.split(",")))))],
        "not one of SCRAM",
    ),
    "an attribute without a name": ([*ASKED, S(challenge(f"{FIRST},=x"))], "not one of SCRAM"),
    "a comma at the end": ([*ASKED, S(challenge(f"{FIRST},"))], "not one of SCRAM"),
    "NUL": ([*ASKED, S(challenge(f"{FIRST},x=\0"))], "not one of SCRAM"),
    "other offers than the server says that it made": ([*ASKED, S(challenge(f"{FIRST},h=AAAA"))], "XEP-0474"),
    "a binding instead of an answer": ([*ASKED, S(BOUND)], "something else"),
    "a message instead of an answer": ([*ASKED, S("<message/>")], "something else"),
    "proceed instead of an answer": ([*ASKED, S(PROCEED)], "something else"),
    "success of SASL 2": ([*PROVING, S("<success xmlns='urn:xmpp:sasl:2'/>")], "something else"),
    "features instead of an answer": ([*ASKED, S(features(BIND))], "stream features arrived"),
    "an answer before we had the word": (
        [*ASKED, S(challenge(FIRST) + success(PROOF))],
        "arrived in the stage",
    ),
    "a failure": ([*ASKED, S(failure("not-authorized"))], "refused the password"),
    "a failure after our proof": ([*PROVING, S(failure("not-authorized"))], "refused the password"),
    "a failure that gives no condition": (
        [*PROVING, S(f"<failure xmlns='{NS_SASL}'/>")],
        "refused the password",
    ),
    "a failure for the time being": ([*PROVING, S(failure("temporary-auth-failure"))], "try again later"),
    "a mechanism that is not there after all": (
        [*ASKED, S(failure("invalid-mechanism"))],
        "though it offered",
    ),
    "a mechanism that is too weak": ([*ASKED, S(failure("mechanism-too-weak"))], "too weak"),
}


@pytest.mark.parametrize("name", BAD_SERVERS)
def test_promise_b_bad_server(name: str) -> None:
    steps, reason = BAD_SERVERS[name]
    result = talk_twice(lambda: ClientStream(config()), steps, FACTS_UNBOUND)
    assert_not_let_in(result)
    assert reason in str(result.error)
    # PLAIN was on offer all the time.
    assert b"PLAIN" not in result.sent
    assert result.sent.count(b"<auth ") == 1


def test_the_good_server_is_let_in_by_the_same_steps() -> None:
    for last in (success(PROOF), challenge(PROOF) + SUCCESS, success(f"{PROOF},x=1")):
        result = talk_twice(lambda: ClientStream(config()), [*PROVING, S(last)], FACTS_UNBOUND)
        assert "authenticated SCRAM-SHA-1" in result.transcript


ALL = RANKING
#: The server says which channel it binds, and it is one that we have (XEP-0440).
END_POINT = channel_bindings("tls-server-end-point")
EVERYTHING = mechanisms(*ALL) + END_POINT


def mechanisms_tried(settings: StreamConfig, tls: TLSFacts, offered: str, *answers: str) -> list[str]:
    result = talk_twice(
        lambda: ClientStream(settings), [S(HEADER + features(offered)), *(S(each) for each in answers)], tls
    )
    assert_not_let_in(result)
    return [each.decode() for each in re.findall(rb'mechanism="([^"]*)"', result.sent)]


@pytest.mark.parametrize(
    ("tls", "least", "tried"),
    [
        # Only with another hash; the binding is not loosened, and the password itself is never tried.
        (FACTS, "", ["SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"]),
        (FACTS_UNBOUND, "", ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"]),
        (FACTS, "SCRAM-SHA-256-PLUS", ["SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS"]),
        (FACTS_UNBOUND, "SCRAM-SHA-512", ["SCRAM-SHA-512"]),
    ],
)
def test_promise_b_what_is_tried_after_invalid_mechanism(tls: TLSFacts, least: str, tried: list[str]) -> None:
    refusals = [failure("invalid-mechanism")] * len(tried)
    assert mechanisms_tried(config(least_mechanism=least), tls, EVERYTHING, *refusals) == tried


@pytest.mark.parametrize(
    "condition",
    [
        "aborted",
        "account-disabled",
        "credentials-expired",
        "encryption-required",
        "incorrect-encoding",
        "invalid-authzid",
        "malformed-request",
        "mechanism-too-weak",
        "not-authorized",
        "temporary-auth-failure",
        "made-up",
    ],
)
def test_promise_b_nothing_is_tried_after_another_refusal(condition: str) -> None:
    for tls, first in ((FACTS, "SCRAM-SHA-512-PLUS"), (FACTS_UNBOUND, "SCRAM-SHA-512")):
        assert mechanisms_tried(config(), tls, EVERYTHING, failure(condition)) == [first]


def test_promise_b_a_certificate_refused_does_not_bring_out_the_password() -> None:
    for condition in ("not-authorized", "invalid-mechanism"):
        settings = config(external=True)
        assert mechanisms_tried(settings, FACTS, EVERYTHING, failure(condition)) == ["EXTERNAL"]
    twice = failure("invalid-authzid")
    assert mechanisms_tried(config(external=True), FACTS, EVERYTHING, twice, twice) == ["EXTERNAL"] * 2


@pytest.mark.parametrize("answer", [f"<challenge xmlns='{NS_SASL}'/>", challenge("x"), success("x")])
@pytest.mark.parametrize("mechanism", ["PLAIN", "ANONYMOUS", "EXTERNAL"])
def test_promise_b_nothing_to_say_to_a_mechanism_of_one_message(mechanism: str, answer: str) -> None:
    settings = config(anonymous=mechanism == "ANONYMOUS", external=True, mechanisms=(mechanism,))
    result = talk_twice(
        lambda: ClientStream(settings), [S(HEADER + features(mechanisms(mechanism)) + answer)], FACTS
    )
    assert result.transcript[-2:] == ["failed AuthenticationFailed malformed-request", "closed unclean"]
    assert mechanism in str(result.error)


def test_promise_b_the_offers_were_what_the_server_says() -> None:
    # XEP-0474, the example of section 5.4.
    settings = replace(config(), nonce=lambda: "12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6")
    offered = mechanisms("SCRAM-SHA-1", "SCRAM-SHA-1-PLUS") + channel_bindings(
        "tls-server-end-point", "tls-exporter"
    )
    first = (
        "r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,"
        "s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08="
    )
    told = talk_twice(
        lambda: ClientStream(settings), [S(HEADER + features(offered) + challenge(first))], FACTS
    )
    assert told.transcript[-1] == "need key SCRAM-SHA-1-PLUS 4096"
    for changed in (
        offered.replace("tls-exporter", "tls-made-up"),
        offered.replace("SCRAM-SHA-1<", "PLAIN<"),
    ):
        told = talk_twice(
            lambda: ClientStream(settings), [S(HEADER + features(changed) + challenge(first))], FACTS
        )
        assert_not_let_in(told)
        assert "XEP-0474" in str(told.error)


def test_promise_b_nonces_are_long_and_new() -> None:
    made = StreamConfig(JID("user@example.org"), "pencil")
    nonces = [made.nonce() for _ in range(100)]
    assert len(set(nonces)) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each) for each in nonces)  # 256 bits


def test_promise_b_iterations_are_a_setting() -> None:
    settings = replace(config(), min_iterations=10_000, max_iterations=20_000)
    for count, reason in (("9999", "at least 10000"), ("20001", "at most 20000")):
        result = talk(
            lambda: ClientStream(settings), [*ASKED, S(challenge(FIRST.replace("4096", count)))], FACTS
        )
        assert reason in str(result.error)
    result = talk(
        lambda: ClientStream(settings), [*ASKED, S(challenge(FIRST.replace("4096", "10000")))], FACTS
    )
    assert result.transcript[-1] == "need key SCRAM-SHA-1 10000"


@pytest.mark.parametrize("count", ["4096", "1000000"])
def test_promise_b_iterations_at_the_limits_are_taken(count: str) -> None:
    steps: list[Step] = [*ASKED, S(challenge(FIRST.replace("4096", count)))]
    result = talk(lambda: ClientStream(config()), steps, FACTS)
    assert result.transcript[-1] == f"need key SCRAM-SHA-1 {count}"


@pytest.mark.parametrize("bound", ["guest@example.net/r", "example.org/r", "guest@example.org"])
def test_promise_b_who_names_no_account_gets_none_of_another_domain(bound: str) -> None:
    settings = config(jid="example.org", password=None, anonymous=True)
    steps: list[Step] = [
        S(HEADER + features(mechanisms("ANONYMOUS")) + SUCCESS + HEADER + features(BIND)),
        S(BOUND.replace("user@example.org/r1", bound)),
    ]
    result = talk_twice(lambda: ClientStream(settings), steps, FACTS)
    assert isinstance(result.error, ProtocolError)
    assert not [each for each in result.transcript if each.startswith(("bound", "ready"))]


def secrets_of(password: str) -> list[str]:
    return [password, base64(password), base64(f"\0user\0{password}"), base64(f"user\0{password}")]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-1", "EXTERNAL", "ANONYMOUS"])
def test_promise_b_no_secret_is_told(mechanism: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    password = "correct horse"
    settings = config(
        password=password, anonymous=mechanism == "ANONYMOUS", external=True, mechanisms=(mechanism,)
    )
    text = f"Your password {password} is wrong"
    steps: list[Step] = [S(HEADER + features(mechanisms(mechanism)))]
    if mechanism == "SCRAM-SHA-1":
        steps += [S(challenge(FIRST)), Key()]
    result = talk(lambda: ClientStream(settings), [*steps, S(failure("not-authorized", text))], FACTS)
    told = (
        f"{result.error} {result.error!r} {result.error.args} {result.machine!r} {settings!r} {caplog.text}"
    )
    told += "".join(repr(each) for each in result.events)
    if mechanism == "PLAIN":
        # Only there does the server know it; what it says is left out then.
        assert not [each for each in secrets_of(password) if each in told]
    else:
        assert "(the server says:" in str(result.error)
        told = told.replace(text, "")
        assert not [each for each in secrets_of(password) if each in told]
    for said in re.findall(rb">([A-Za-z0-9+/]{8,}=*)<", result.sent):
        assert said.decode() not in told


def test_promise_b_no_secret_is_told_by_a_stream_error() -> None:
    for password, told in (("correct horse", ""), ("pencil", "no correct horse")):
        settings = config(password=password, mechanisms=("PLAIN",))
        steps: list[Step] = [S(HEADER + features(mechanisms("PLAIN")))]
        result = talk(
            lambda: ClientStream(settings),  # noqa: B023 - called at once
            [*steps, S(stream_error("not-authorized", text="no correct horse"))],
            FACTS,
        )
        assert result.transcript[-3] == f"stream error not-authorized {told}".strip()
        assert ("correct horse" in f"{result.error} {result.events}") == bool(told)


def test_promise_b_what_was_derived_is_for_one_request() -> None:
    first = Talk(ClientStream(config()), FACTS_UNBOUND)
    first.say(OFFER + challenge(FIRST))
    second = Talk(ClientStream(config()), FACTS_UNBOUND)
    second.say(OFFER + challenge(FIRST))
    assert first.request == second.request
    assert first.request is not None
    with pytest.raises(Exception, match="not asked for"):
        second.machine.salted_password(first.request, b"x" * 20)


def test_the_ranking_is_what_it_says() -> None:
    assert RANKING == (
        "EXTERNAL",
        "SCRAM-SHA-512-PLUS",
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-512",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "PLAIN",
        "ANONYMOUS",
    )
    for better, worse in pairwise(RANKING[1:-1]):
        offered = features(mechanisms(worse, better) + END_POINT)
        result = talk(lambda: ClientStream(config()), [S(HEADER + offered)], FACTS)
        assert f'mechanism="{better}"'.encode() in result.sent
