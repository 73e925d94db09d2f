"""Negotiations as they go well, and the ordinary ways in which they end."""

import pytest

from helixmpp.stream import ClientStream, StreamConfig, TLSFacts
from tests.stream.dialogue import C, Close, E, Eof, Key, S, Send, Stage, Step, TimeOut, Tls, talk_twice
from tests.stream.steps import BOUND_EVENTS, SCRAM_UNBOUND, SERVER_FIRST, UPTO_AUTH, UPTO_BIND, UPTO_READY
from tests.stream.wire import (
    BIND,
    BOUND,
    FACTS,
    FACTS_UNBOUND,
    FOOTER,
    HEADER,
    NS_BIND,
    NS_SASL,
    OUR_BIND,
    OUR_HEADER,
    OUR_HEADER_CLEAR,
    OUR_SESSION,
    OUR_STARTTLS,
    PROCEED,
    SESSION,
    SESSION_OPTIONAL,
    STARTTLS,
    SUCCESS,
    challenge,
    config,
    failure,
    features,
    mechanisms,
    our_auth,
    our_error,
    stream_error,
    success,
)

DIALOGUES: dict[str, tuple[StreamConfig, TLSFacts | None, list[Step]]] = {
    "STARTTLS, SCRAM, bind": (
        config(),
        None,
        [
            C(OUR_HEADER_CLEAR),
            Stage("header"),
            S(HEADER),
            Stage("features"),
            S(features(STARTTLS, mechanisms("PLAIN"))),
            C(OUR_STARTTLS),
            Stage("starttls"),
            S(PROCEED),
            Stage("tls"),
            E("start tls"),
            C(),
            Tls(FACTS_UNBOUND),
            C(OUR_HEADER),
            Stage("header"),
            S(HEADER),
            S(features(mechanisms("PLAIN", "SCRAM-SHA-1"))),
            Stage("sasl"),
            *SCRAM_UNBOUND,
            E(),
            S(success("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")),
            E("authenticated SCRAM-SHA-1"),
            C(OUR_HEADER),
            S(HEADER),
            S(features(BIND, SESSION_OPTIONAL, "<unknown xmlns='urn:example'/>")),
            Stage("bind"),
            C(OUR_BIND),
            S(BOUND),
            E(BOUND_EVENTS, "ready"),
            Send("<presence/>"),
            C("<presence/>"),
            S("<message id='m1'/> \n<presence id='p1'/><iq type='get' id='i1'/><r xmlns='urn:xmpp:sm:3'/>"),
            E("stanza message m1", "stanza presence p1", "stanza iq i1", "nonza {urn:xmpp:sm:3}r"),
        ],
    ),
    "the server's proof in a last challenge": (
        config(),
        FACTS_UNBOUND,
        [
            C(OUR_HEADER),
            S(HEADER + features(mechanisms("SCRAM-SHA-1"))),
            *SCRAM_UNBOUND,
            E(),
            S(challenge("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")),
            E(),
            C(f'<response xmlns="{NS_SASL}"/>'),
            S(SUCCESS),
            E("authenticated SCRAM-SHA-1"),
        ],
    ),
    "direct TLS: STARTTLS is not offered to us": (
        config(),
        FACTS,
        [
            C(OUR_HEADER),
            S(HEADER + features(STARTTLS, mechanisms("PLAIN"))),
            C(our_auth("PLAIN", "\0user\0pencil")),
        ],
    ),
    "PLAIN, white space behind success": (
        config(),
        FACTS,
        [
            *UPTO_AUTH,
            C(our_auth("PLAIN", "\0user\0pencil")),
            S(f"<success xmlns='{NS_SASL}'></success>\r\n "),
            S(HEADER + features(BIND)),
            C(OUR_HEADER + OUR_BIND),
            E("authenticated PLAIN"),
        ],
    ),
    "everything at once": (
        config(),
        FACTS,
        [
            S(
                HEADER
                + features(mechanisms("PLAIN"))
                + SUCCESS
                + HEADER
                + features(BIND)
                + BOUND
                + "<message/>"
            ),
            C(OUR_HEADER + our_auth("PLAIN", "\0user\0pencil") + OUR_HEADER + OUR_BIND),
            E("authenticated PLAIN", BOUND_EVENTS, "ready", "stanza message"),
        ],
    ),
    "a session that is not optional, and stanzas that come before it is there": (
        config(),
        FACTS,
        [
            *UPTO_BIND,
            S(HEADER + features(BIND, SESSION)),
            C(OUR_BIND),
            S(BOUND),
            C(OUR_SESSION),
            Stage("session"),
            S("<message id='early'/><iq type='result' id='session' from='mallory@example.net/x'/>"),
            S("<iq type='get' id='session' from='example.org'/>"),
            E(BOUND_EVENTS),
            S("<iq type='result' id='session' from='example.org'/>"),
            E("ready", "stanza message early", "stanza iq session", "stanza iq session"),
        ],
    ),
    "the server gives another resource": (
        config(resource="wanted"),
        FACTS,
        [
            *UPTO_BIND,
            S(HEADER + features(BIND)),
            C(f'<iq type="set" id="bind"><bind xmlns="{NS_BIND}"><resource>wanted</resource></bind></iq>'),
            S(BOUND),
            E(BOUND_EVENTS, "ready"),
        ],
    ),
    "ANONYMOUS": (
        config(jid="example.org", password=None, anonymous=True),
        FACTS,
        [
            S(HEADER + features(mechanisms("PLAIN", "ANONYMOUS"))),
            C(OUR_HEADER_CLEAR + our_auth("ANONYMOUS", "")),
            S(SUCCESS + HEADER + features(BIND)),
            C(OUR_HEADER_CLEAR + OUR_BIND),
            S(
                f"<iq type='result' id='bind' from='guest7@example.org'><bind xmlns='{NS_BIND}'>"
                "<jid>guest7@example.org/r</jid></bind></iq>"
            ),
            E("authenticated ANONYMOUS", "bound guest7@example.org/r", "ready"),
        ],
    ),
    "EXTERNAL": (
        config(external=True),
        FACTS,
        [
            S(HEADER + features(mechanisms("SCRAM-SHA-1-PLUS", "EXTERNAL"))),
            C(OUR_HEADER + our_auth("EXTERNAL", "")),
            S(SUCCESS),
            E("authenticated EXTERNAL"),
        ],
    ),
    "EXTERNAL by a certificate with several addresses": (
        config(external=True),
        FACTS,
        [
            S(HEADER + features(mechanisms("EXTERNAL"))),
            C(OUR_HEADER + our_auth("EXTERNAL", "")),
            S(failure("invalid-authzid")),
            C(our_auth("EXTERNAL", "user@example.org")),
            S(SUCCESS),
            E("authenticated EXTERNAL"),
        ],
    ),
    "no TLS, because the user loudly wants none": (
        config(require_tls=False),
        None,
        [
            S(HEADER + features(mechanisms("PLAIN", "SCRAM-SHA-1"))),
            C(OUR_HEADER_CLEAR + our_auth("SCRAM-SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")),
        ],
    ),
    "PLAIN without TLS, because the user even more loudly wants it": (
        config(require_tls=False, unsafe_plain_without_tls=True),
        None,
        [
            S(HEADER + features(mechanisms("PLAIN"))),
            C(OUR_HEADER_CLEAR + our_auth("PLAIN", "\0user\0pencil")),
        ],
    ),
    "TLS is used where it is offered, even if it is not required": (
        config(require_tls=False),
        None,
        [
            S(HEADER + features(STARTTLS, mechanisms("SCRAM-SHA-1"))),
            C(OUR_HEADER_CLEAR + OUR_STARTTLS),
        ],
    ),
    "no resource is wanted": (
        config(bind=False),
        FACTS,
        [*UPTO_BIND, S(HEADER + features(BIND, SESSION)), C(), E("ready")],
    ),
    "the server calls itself by another name": (
        config(),
        FACTS,
        [S(HEADER.replace("from='example.org'", "from='other.example'")), Stage("features"), E()],
    ),
    "the server names nobody, and has a newer version": (
        config(),
        FACTS,
        [S(HEADER.replace("from='example.org' version='1.0'", "version='1.1'")), Stage("features"), E()],
    ),
    "the default namespace is not declared": (
        config(),
        FACTS,
        [
            S("<s:stream xmlns:s='http://etherx.jabber.org/streams' version='1.0'>"),
            S(f"<s:features>{mechanisms('PLAIN')}</s:features>"),
            Stage("sasl"),
        ],
    ),
    "we close, the server follows": (
        config(),
        FACTS,
        [
            *UPTO_READY,
            Close(),
            C("</stream:stream>"),
            Stage("closing"),
            S("<message id='late'/>"),
            E("stanza message late"),
            Close(),
            C(),
            S(FOOTER),
            E("closed clean"),
            C(),
            S("<message/>"),
            Eof(),
            TimeOut("closing"),
            Close(),
            E(),
        ],
    ),
    "the server closes": (
        config(),
        FACTS,
        [*UPTO_READY, S("<message/>" + FOOTER), E("stanza message", "closed clean"), C("</stream:stream>")],
    ),
    "the server does not close": (
        config(),
        FACTS,
        [*UPTO_READY, Close(), TimeOut("closing"), E("closed unclean"), C("</stream:stream>")],
    ),
    "the connection breaks": (config(), FACTS, [*UPTO_READY, Eof(), E("closed unclean"), C()]),
    "the connection breaks while we close": (
        config(),
        FACTS,
        [*UPTO_READY, Close(), Eof(), E("closed unclean"), C("</stream:stream>")],
    ),
    "we close in the middle of the negotiation": (
        config(),
        FACTS,
        [
            *UPTO_AUTH,
            C(our_auth("PLAIN", "\0user\0pencil")),
            Close(),
            C("</stream:stream>"),
            S(SUCCESS + "<message/>" + features()),
            E(),
            S(FOOTER),
            E("closed clean"),
        ],
    ),
    "we close while a key is derived": (
        config(),
        FACTS_UNBOUND,
        [
            C(OUR_HEADER),
            S(HEADER + features(mechanisms("SCRAM-SHA-1"))),
            C(our_auth("SCRAM-SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")),
            S(challenge(SERVER_FIRST)),
            E("need key SCRAM-SHA-1 4096"),
            Close(),
            Key(),
            C("</stream:stream>"),
            Eof(),
            E("closed unclean"),
        ],
    ),
    "we close during the TLS handshake: nothing is said in clear text": (
        config(),
        None,
        [
            S(HEADER + features(STARTTLS) + PROCEED),
            C(OUR_HEADER_CLEAR + OUR_STARTTLS),
            Close(),
            C(),
            E("start tls", "closed unclean"),
            Tls(),
            E(),
        ],
    ),
    "a stream error during the session": (
        config(),
        FACTS,
        [
            *UPTO_READY,
            S("<message/>" + stream_error("conflict", text="Replaced\nby another") + FOOTER),
            E(
                "stanza message",
                "stream error conflict Replaced by another",
                "failed StreamFailure conflict",
                "closed unclean",
            ),
            C("</stream:stream>"),
        ],
    ),
    "a stream error that RFC 6120 does not have": (
        config(),
        FACTS,
        [
            S(HEADER + stream_error("made-up")),
            E(
                "stream error undefined-condition",
                "failed StreamFailure undefined-condition",
                "closed unclean",
            ),
        ],
    ),
    "a stream error while we close": (
        config(),
        FACTS,
        [
            *UPTO_READY,
            Close(),
            S(stream_error("system-shutdown") + FOOTER),
            E("stream error system-shutdown", "closed unclean"),
        ],
    ),
    "broken XML during the session": (
        config(),
        FACTS,
        [
            *UPTO_READY,
            S("<message id='good'/><message></iq><message/>"),
            E("stanza message good", "failed ProtocolError not-well-formed", "closed unclean"),
            C(our_error("not-well-formed")),
        ],
    ),
    "broken XML while we close": (
        config(),
        FACTS,
        [*UPTO_READY, Close(), S("<message></iq>"), E("closed unclean"), C("</stream:stream>")],
    ),
    "features in the middle of the session": (
        config(),
        FACTS,
        [
            *UPTO_READY,
            S(features(mechanisms("PLAIN"))),
            E("nonza {http://etherx.jabber.org/streams}features"),
            C(),
        ],
    ),
    "SASL in the middle of the session": (
        config(),
        FACTS,
        [*UPTO_READY, S(failure("not-authorized")), E(f"nonza {{{NS_SASL}}}failure"), C(), Stage("ready")],
    ),
    "see-other-host": (
        config(),
        FACTS,
        [
            S(HEADER + stream_error("see-other-host", "[2001:db8::1]:9222")),
            E(
                "stream error see-other-host",
                "redirected 2001:db8::1 9222",
                "failed StreamFailure see-other-host",
                "closed unclean",
            ),
        ],
    ),
}

ENDINGS_BEFORE_READY: dict[str, tuple[list[Step], str]] = {
    "header": ([], "header"),
    "features": ([S(HEADER)], "features"),
    "sasl": ([S(HEADER + features(mechanisms("PLAIN")))], "sasl"),
    "bind": ([*UPTO_BIND, S(HEADER + features(BIND))], "bind"),
    "session": ([*UPTO_BIND, S(HEADER + features(BIND, SESSION) + BOUND), E(BOUND_EVENTS)], "session"),
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue(name: str) -> None:
    made, tls, steps = DIALOGUES[name]
    talk_twice(lambda: ClientStream(made), steps, tls)


@pytest.mark.parametrize("name", ENDINGS_BEFORE_READY)
def test_connection_ends_before_ready(name: str) -> None:
    steps, stage = ENDINGS_BEFORE_READY[name]
    end: list[Step] = [Stage(stage), Eof(), E(f"failed ConnectionFailure {stage}", "closed unclean")]
    talk_twice(lambda: ClientStream(config()), [*steps, *end], FACTS)


@pytest.mark.parametrize("name", ENDINGS_BEFORE_READY)
def test_server_is_silent_before_ready(name: str) -> None:
    steps, stage = ENDINGS_BEFORE_READY[name]
    end: list[Step] = [
        Stage(stage),
        TimeOut("another"),
        E(),
        TimeOut(stage),
        E(f"failed StageTimeout {stage}", "closed unclean"),
    ]
    talk_twice(lambda: ClientStream(config()), [*steps, *end], FACTS)


@pytest.mark.parametrize("name", [name for name in ENDINGS_BEFORE_READY if name != "header"])
def test_server_ends_the_stream_before_ready(name: str) -> None:
    steps, stage = ENDINGS_BEFORE_READY[name]
    end: list[Step] = [Stage(stage), S(FOOTER), E(f"failed ConnectionFailure {stage}", "closed clean")]
    talk_twice(lambda: ClientStream(config()), [*steps, *end], FACTS)


@pytest.mark.parametrize("ending", [Eof(), TimeOut("tls")], ids=["eof", "timeout"])
def test_ending_in_the_tls_handshake_says_nothing_in_clear_text(ending: Step) -> None:
    error = "StageTimeout" if isinstance(ending, TimeOut) else "ConnectionFailure"
    talk_twice(
        lambda: ClientStream(config()),
        [
            S(HEADER + features(STARTTLS) + PROCEED),
            C(OUR_HEADER_CLEAR + OUR_STARTTLS),
            ending,
            C(),
            E("start tls", f"failed {error} tls", "closed unclean"),
        ],
    )


BAD_BINDINGS: dict[str, tuple[str, str]] = {
    "another account": (BOUND.replace("user@", "mallory@"), "undefined-condition"),
    "another domain": (BOUND.replace("@example.org", "@example.net"), "undefined-condition"),
    "no resource": (BOUND.replace("/r1", ""), "bad-format"),
    "no local part": (BOUND.replace("user@", ""), "bad-format"),
    "no JID": (BOUND.replace("user@example.org/r1", "@/"), "bad-format"),
    "nothing": ("<iq type='result' id='bind'/>", "bad-format"),
    "another id": (BOUND.replace("id='bind'", "id='other'"), "unsupported-stanza-type"),
    "no id": (BOUND.replace("id='bind'", ""), "unsupported-stanza-type"),
    "a request": (BOUND.replace("'result'", "'set'"), "unsupported-stanza-type"),
    "from somebody": (BOUND.replace("<iq", "<iq from='mallory@example.org'"), "unsupported-stanza-type"),
    "from another server": (BOUND.replace("<iq", "<iq from='example.net'"), "unsupported-stanza-type"),
    "from no address": (BOUND.replace("<iq", "<iq from='@'"), "unsupported-stanza-type"),
    "a message": ("<message/>", "unsupported-stanza-type"),
    "a nonza": ("<resumed xmlns='urn:xmpp:sm:3'/>", "unsupported-stanza-type"),
    "features": (features(BIND), "unsupported-stanza-type"),
}


@pytest.mark.parametrize("name", BAD_BINDINGS)
def test_binding_that_is_not_ours(name: str) -> None:
    answer, condition = BAD_BINDINGS[name]
    talk_twice(
        lambda: ClientStream(config()),
        [
            *UPTO_BIND,
            S(HEADER + features(BIND)),
            C(OUR_BIND),
            S(answer),
            E(f"failed ProtocolError {condition}", "closed unclean"),
            C(our_error(condition)),
        ],
        FACTS,
    )


@pytest.mark.parametrize(
    "sender", ["user@example.org", "user@example.org/r1", "example.org", "USER@Example.org", ""]
)
def test_binding_answered_from_an_own_address(sender: str) -> None:
    answer = BOUND.replace("<iq", f"<iq from='{sender}'")
    talk_twice(
        lambda: ClientStream(config()),
        [*UPTO_BIND, S(HEADER + features(BIND) + answer), E(BOUND_EVENTS, "ready")],
        FACTS,
    )


def test_binding_refused_gives_the_reason() -> None:
    refused = (
        "<iq type='error' id='bind'><error type='cancel'>"
        "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    result = talk_twice(
        lambda: ClientStream(config(resource="r")),
        [
            *UPTO_BIND,
            S(HEADER + features(BIND) + refused),
            E("failed ConnectionFailure bind", "closed unclean"),
        ],
        FACTS,
    )
    assert "conflict" in str(result.error)


def test_server_without_binding() -> None:
    result = talk_twice(
        lambda: ClientStream(config()),
        [*UPTO_BIND, S(HEADER + features()), E("failed ConnectionFailure bind", "closed unclean")],
        FACTS,
    )
    assert "does not offer" in str(result.error)


def test_too_many_stanzas_before_the_session() -> None:
    talk_twice(
        lambda: ClientStream(config()),
        [
            *UPTO_BIND,
            S(HEADER + features(BIND, SESSION) + BOUND),
            E(BOUND_EVENTS),
            S("<message/>" * 256),
            E(),
            S("<message/>"),
            E("failed ProtocolError policy-violation", "closed unclean"),
        ],
        FACTS,
    )
