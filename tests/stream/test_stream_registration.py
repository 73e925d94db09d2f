"""An account that is made before it is authenticated (XEP-0077): what may pass, and when."""

from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import ProtocolError, RegistrationFailed, StageTimeout, StateError
from helixmpp.stream import ClientStream, Failed, NeedRegistration, Registration, StageChanged, StreamConfig
from helixmpp.xml import Limits, parse_one, serialize
from tests.stream.dialogue import Ask, C, Close, E, Eof, S, Stage, Step, TimeOut, Tls, talk, talk_twice
from tests.stream.steps import BOUND_EVENTS
from tests.stream.wire import (
    BIND,
    BOUND,
    FACTS,
    FACTS_UNBOUND,
    HEADER,
    OUR_BIND,
    OUR_HEADER,
    OUR_HEADER_CLEAR,
    OUR_STARTTLS,
    PROCEED,
    REGISTER,
    STARTTLS,
    SUCCESS,
    asking,
    config,
    features,
    mechanisms,
    our_auth,
    our_error,
    stream_error,
)

OFFERED = config(registration=Registration.OFFERED)
ALWAYS = config(registration=Registration.ALWAYS)
PLAIN = mechanisms("PLAIN")
FORM = asking("get")
FILLED_IN = asking("set", "<username>user</username><password>pencil</password>", id_="r2")
ANSWER = "<iq type='result' id='r1' from='example.org'><query xmlns='jabber:iq:register'/></iq>"
OUR_AUTH = our_auth("PLAIN", "\0user\0pencil")


def text(element: Element) -> str:
    return serialize(element)


UPTO_OFFER: list[Step] = [C(OUR_HEADER), S(HEADER + features(PLAIN, REGISTER)), Stage("register"), C()]
UPTO_SESSION: list[Step] = [
    C(OUR_AUTH),
    S(SUCCESS),
    C(OUR_HEADER),
    # It is offered again by some; who is authenticated needs no account.
    S(HEADER + features(BIND, REGISTER)),
    C(OUR_BIND),
    S(BOUND),
]
DIALOGUES: dict[str, tuple[StreamConfig, Any, list[Step]]] = {
    "asked, filled in, logged in": (
        OFFERED,
        FACTS,
        [
            *UPTO_OFFER,
            E("register"),
            Ask(FORM),
            C(text(FORM)),
            Stage("register"),
            S(ANSWER),
            E("register result r1"),
            Ask(FILLED_IN),
            C(text(FILLED_IN)),
            S("<iq type='result' id='r2'/>"),
            E("register result r2"),
            Ask(),
            *UPTO_SESSION,
            E("authenticated PLAIN", BOUND_EVENTS, "ready"),
        ],
    ),
    "within TLS, and not before": (
        OFFERED,
        None,
        [
            C(OUR_HEADER_CLEAR),
            S(HEADER + features(STARTTLS, PLAIN, REGISTER)),
            C(OUR_STARTTLS),
            S(PROCEED),
            E("start tls"),
            Tls(FACTS_UNBOUND),
            C(OUR_HEADER),
            S(HEADER + features(PLAIN, REGISTER)),
            E("register"),
        ],
    ),
    "a refusal is the program's to judge, and so what to ask next": (
        OFFERED,
        FACTS,
        [
            *UPTO_OFFER,
            E("register"),
            Ask(FILLED_IN),
            C(text(FILLED_IN)),
            S("<iq type='error' id='r2'><error type='cancel'/></iq>"),
            E("register error r2"),
            Ask(asking("set", id_="r3", to="")),
            C(text(asking("set", id_="r3", to=""))),
            S("<iq type='result' id='r3' from='user@example.org'/>"),
            E("register result r3"),
            Ask(),
            *UPTO_SESSION,
            E("authenticated PLAIN", BOUND_EVENTS, "ready"),
        ],
    ),
    "nothing is asked after all": (
        OFFERED,
        FACTS,
        [*UPTO_OFFER, E("register"), Ask(), *UPTO_SESSION, E("authenticated PLAIN", BOUND_EVENTS, "ready")],
    ),
    "not offered": (OFFERED, FACTS, [C(OUR_HEADER), S(HEADER + features(PLAIN)), E(), C(OUR_AUTH)]),
    "not offered, and asked for all the same": (
        ALWAYS,
        FACTS,
        [C(OUR_HEADER), S(HEADER + features(PLAIN)), E("register"), C(), Stage("register")],
    ),
    "not wanted": (
        config(),
        FACTS,
        [C(OUR_HEADER), S(HEADER + features(REGISTER, PLAIN)), E(), C(OUR_AUTH)],
    ),
    "an account without a name": (
        config("example.org", None, anonymous=True, registration=Registration.ALWAYS),
        FACTS,
        [
            S(HEADER + features(REGISTER, mechanisms("ANONYMOUS"))),
            E(),
            C(OUR_HEADER.replace(' from="user@example.org"', "") + our_auth("ANONYMOUS", "")),
        ],
    ),
    "loudly without TLS: logged in, and nothing made": (
        config(registration=Registration.OFFERED, require_tls=False, unsafe_plain_without_tls=True),
        None,
        [C(OUR_HEADER_CLEAR), S(HEADER + features(REGISTER, PLAIN)), E(), C(OUR_AUTH)],
    ),
    "loudly without TLS, and asked for: given up": (
        config(registration=Registration.ALWAYS, require_tls=False, unsafe_plain_without_tls=True),
        None,
        [
            C(OUR_HEADER_CLEAR),
            S(HEADER + features(REGISTER, PLAIN)),
            E("failed RegistrationFailed policy-violation", "closed unclean"),
            C("</stream:stream>"),
        ],
    ),
    "silence": (
        OFFERED,
        FACTS,
        [
            *UPTO_OFFER,
            Ask(FORM),
            C(text(FORM)),
            TimeOut("register"),
            E("register", "failed StageTimeout register", "closed unclean"),
        ],
    ),
    "the server ends it while a form is filled in": (
        OFFERED,
        FACTS,
        [
            *UPTO_OFFER,
            S(stream_error("not-authorized")),
            E(
                "register",
                "stream error not-authorized",
                "failed StreamFailure not-authorized",
                "closed unclean",
            ),
            Ask(FORM),
            C("</stream:stream>"),
        ],
    ),
    "the connection ends while an answer is awaited": (
        OFFERED,
        FACTS,
        [*UPTO_OFFER, Ask(FORM), Eof(), E("register", "failed ConnectionFailure register", "closed unclean")],
    ),
    "the program closes it in between, and then says something": (
        OFFERED,
        FACTS,
        [*UPTO_OFFER, E("register"), Close(), C("</stream:stream>"), Ask(FORM), Ask(), C(), E()],
    ),
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue(name: str) -> None:
    settings, tls, steps = DIALOGUES[name]
    talk_twice(lambda: ClientStream(settings), steps, tls)


# What a server may not say while it owes the answer to a request; each ends the stream.
MISPLACED = {
    "another id": "<iq type='result' id='r9'/>",
    "no id": "<iq type='result'/>",
    "from somebody": "<iq type='result' id='r1' from='mallory@example.net/x'/>",
    "from a room of the server": "<iq type='result' id='r1' from='conference.example.org'/>",
    "from a namesake": "<iq type='result' id='r1' from='example.org.example.net'/>",
    "from no address at all": "<iq type='result' id='r1' from='@@'/>",
    "a request": "<iq type='get' id='r1'><query xmlns='jabber:iq:register'/></iq>",
    "a message": "<message><body>hello</body></message>",
    "a presence": "<presence/>",
    "success": SUCCESS,
    "other features": features(PLAIN),
    "proceed": PROCEED,
    "a stream": HEADER,
}


@pytest.mark.parametrize("name", MISPLACED)
@pytest.mark.parametrize("asked", [True, False], ids=["asked", "not asked"])
def test_what_a_server_may_not_say(name: str, asked: bool) -> None:
    steps: list[Step] = [*UPTO_OFFER, *([Ask(FORM)] if asked else []), S(MISPLACED[name])]
    result = talk_twice(lambda: ClientStream(OFFERED), steps, FACTS)
    assert isinstance(result.error, ProtocolError)
    assert result.transcript[-1] == "closed unclean"
    assert b"<auth" not in result.sent
    assert b"pencil" not in result.sent
    assert not [line for line in result.transcript if line.startswith(("authenticated", "register result"))]


def test_answers_in_a_flood() -> None:
    result = talk_twice(lambda: ClientStream(OFFERED), [*UPTO_OFFER, Ask(FORM), S(ANSWER * 1000)], FACTS)
    assert [line for line in result.transcript if not line.startswith("stage")] == [
        "register",
        "register result r1",
        "failed ProtocolError not-authorized",
        "closed unclean",
    ]
    assert result.sent.decode().endswith(our_error("not-authorized"))


# What a program may not send before it is authenticated.
REFUSED = {
    "a message": "<message xmlns='jabber:client' id='r1'/>",
    "a presence": "<presence xmlns='jabber:client' id='r1'/>",
    "a result": "<iq xmlns='jabber:client' type='result' id='r1'><query xmlns='jabber:iq:register'/></iq>",
    "without an id": "<iq xmlns='jabber:client' type='get'><query xmlns='jabber:iq:register'/></iq>",
    "another payload": "<iq xmlns='jabber:client' type='get' id='r1'><query xmlns='jabber:iq:roster'/></iq>",
    "none": "<iq xmlns='jabber:client' type='get' id='r1'/>",
    "two": "<iq xmlns='jabber:client' type='get' id='r1'><query xmlns='jabber:iq:register'/>"
    "<query xmlns='jabber:iq:register'/></iq>",
    "to somebody": serialize(asking("get", to="mallory@example.net")),
    "to a component": serialize(asking("get", to="gateway.example.org")),
    "to no address": serialize(asking("get", to="@@")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_program_may_not_send(name: str) -> None:
    made = talk(lambda: ClientStream(OFFERED), UPTO_OFFER, FACTS)
    assert isinstance(made.machine, ClientStream)
    request = parse_one(REFUSED[name])
    assert not made.machine.may_register(request)
    with pytest.raises(ValueError, match="registration"):
        made.machine.register(request)
    made.collect()
    # Nothing has changed.
    assert made.new_sent == b""
    made.take(Ask(FORM))
    assert made.new_sent.decode() == text(FORM)


def test_what_xml_forbids_changes_nothing() -> None:
    made = talk(lambda: ClientStream(OFFERED), UPTO_OFFER, FACTS)
    request = asking("set", "<username/>")
    request[0][0].text = "\x00"
    with pytest.raises(ValueError, match=r"U\+0000|XML"):
        made.take(Ask(request))
    made.take(Ask(FORM))
    assert made.new_sent.decode() == text(FORM)


def test_one_request_at_a_time() -> None:
    made = talk(lambda: ClientStream(OFFERED), [*UPTO_OFFER, Ask(FORM)], FACTS)
    for step in (Ask(FILLED_IN), Ask()):
        with pytest.raises(StateError):
            made.take(step)
    made.take(S(ANSWER))
    made.take(Ask())
    assert made.new_sent.decode() == text(FORM) + OUR_AUTH


def test_what_the_program_takes_is_not_the_servers_delay() -> None:
    made = talk(lambda: ClientStream(OFFERED), [*UPTO_OFFER, Ask(FORM), S(ANSWER), Ask()], FACTS)
    stages = [event for event in made.events if isinstance(event, StageChanged)]
    assert stages[2:] == [
        StageChanged("register", None),
        StageChanged("register", 15.0),
        StageChanged("register", None),
        StageChanged("sasl", 15.0),
    ]


@pytest.mark.parametrize(
    ("settings", "tls", "fits"),
    [(OFFERED, FACTS, True), (config(), FACTS, False), (OFFERED, None, False)],
    ids=["registering", "not registering", "before TLS"],
)
def test_a_form_may_have_pictures(settings: StreamConfig, tls: Any, fits: bool) -> None:
    settings = replace(settings, limits=Limits(max_stanza_size=65_536))
    offer = features(PLAIN, REGISTER, f"<x xmlns='urn:example'>{'x' * 40_000}</x>")
    made = talk(lambda: ClientStream(settings), [S(HEADER + offer)], tls)
    assert any(isinstance(event, Failed) for event in made.events) is not fits
    if fits:
        made.take(Ask(FORM))
        made.take(S(f"<iq type='result' id='r1'><x xmlns='urn:example'>{'x' * 70_000}</x></iq>"))
        assert isinstance(made.error, ProtocolError)
        assert made.error.condition == "policy-violation"


def test_a_form_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    made = talk(lambda: ClientStream(OFFERED), [*UPTO_OFFER, Ask(FILLED_IN)], FACTS)
    made.take(
        S(
            "<iq type='error' id='r2'><query xmlns='jabber:iq:register'><password>pencil</password></query></iq>"
        )
    )
    assert "pencil" not in caplog.text + repr(made.events) + repr(made.machine)


def test_errors_name_the_stage() -> None:
    error = RegistrationFailed("conflict", condition="conflict", target="h:1")
    assert str(error) == "register (h:1): conflict"
    assert (error.etype, error.url, error.missing) == ("cancel", "", ())
    assert RegistrationFailed("x", condition="resource-constraint").etype == "wait"
    made = talk(lambda: ClientStream(OFFERED), [*UPTO_OFFER, Ask(FORM), TimeOut("register")], FACTS)
    assert isinstance(made.error, StageTimeout)
    assert made.error.stage == "register"
    assert NeedRegistration().answer is None
