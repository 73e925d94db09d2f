"""Promise A, as far as the protocol goes: downgrade, injection and redirection by whoever is on the path.

Before TLS the peer may be anybody. Whatever it says, the client says nothing but its header and ``<starttls/>``, and
the program hears nothing but why it failed.
"""

import re

import pytest

from helixmpp.errors import ProtocolError, TLSFailure
from helixmpp.stream import ClientStream, StreamConfig
from tests.stream.dialogue import C, E, S, Step, Tls, talk_twice
from tests.stream.wire import (
    ACCOUNT,
    BIND,
    BOUND,
    FACTS,
    FACTS_UNBOUND,
    HEADER,
    NS_BIND,
    NS_SASL,
    OUR_HEADER_CLEAR,
    OUR_STARTTLS,
    PASSWORD,
    PROCEED,
    SESSION,
    STARTTLS,
    SUCCESS,
    base64,
    challenge,
    config,
    failure,
    features,
    mechanisms,
    stream_error,
)

AGREED = HEADER + features(STARTTLS)
TLS_REFUSED = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
SCRAM_FIRST = challenge("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096")

Rows = dict[str, tuple[str | bytes, str]]

# What whoever is on the path says, and what the program is told of it. First what offers a way on without TLS: each is
# one that some settings have a use for.
OFFERS: Rows = {
    "no STARTTLS, PLAIN": (HEADER + features(mechanisms("PLAIN")), "TLSFailure features"),
    "no STARTTLS, SCRAM": (HEADER + features(mechanisms("SCRAM-SHA-512")), "TLSFailure features"),
    "no STARTTLS, SCRAM with channel binding": (
        HEADER + features(mechanisms("SCRAM-SHA-512-PLUS")),
        "TLSFailure features",
    ),
    "only ANONYMOUS": (HEADER + features(mechanisms("ANONYMOUS")), "TLSFailure features"),
    "only EXTERNAL": (HEADER + features(mechanisms("EXTERNAL")), "TLSFailure features"),
    "only LOGIN": (HEADER + features(mechanisms("LOGIN")), "TLSFailure features"),
    "only binding": (HEADER + features(BIND), "TLSFailure features"),
    "binding and session": (HEADER + features(BIND, SESSION), "TLSFailure features"),
    "no feature": (HEADER + features(), "TLSFailure features"),
    "only in-band registration": (
        HEADER + features("<register xmlns='http://jabber.org/features/iq-register'/>"),
        "TLSFailure features",
    ),
    "only old authentication": (
        HEADER + features("<auth xmlns='http://jabber.org/features/iq-auth'/>"),
        "TLSFailure features",
    ),
    "only SASL 2": (
        HEADER
        + features("<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism></authentication>"),
        "TLSFailure features",
    ),
    "STARTTLS of another namespace": (
        HEADER + features("<starttls xmlns='urn:example'/>", mechanisms("PLAIN")),
        "TLSFailure features",
    ),
    "STARTTLS as a child of something": (
        HEADER + features(f"<x xmlns='urn:example'>{STARTTLS}</x>", mechanisms("PLAIN")),
        "TLSFailure features",
    ),
    "STARTTLS answered by other features": (
        AGREED + features(mechanisms("PLAIN")),
        "ProtocolError unsupported-stanza-type",
    ),
}

# Then what offers nothing: out of place, ill-formed or a refusal.
NO_OFFERS: Rows = {
    "a SASL failure instead of features": (
        HEADER + failure("not-authorized"),
        "ProtocolError unsupported-stanza-type",
    ),
    "a TLS failure instead of features": (HEADER + TLS_REFUSED, "ProtocolError unsupported-stanza-type"),
    "proceed that nobody asked for": (HEADER + PROCEED, "ProtocolError unsupported-stanza-type"),
    "a SASL success that nobody asked for": (HEADER + SUCCESS, "ProtocolError unsupported-stanza-type"),
    "a challenge that nobody asked for": (HEADER + SCRAM_FIRST, "ProtocolError unsupported-stanza-type"),
    "a message instead of features": (HEADER + "<message/>", "ProtocolError not-authorized"),
    "a binding that nobody asked for": (HEADER + BOUND, "ProtocolError not-authorized"),
    "STARTTLS offered and refused": (AGREED + TLS_REFUSED, "TLSFailure starttls"),
    "STARTTLS answered by a SASL success": (AGREED + SUCCESS, "TLSFailure starttls"),
    "STARTTLS answered by a SASL failure": (AGREED + failure("aborted"), "TLSFailure starttls"),
    "STARTTLS answered by a message": (AGREED + "<message/>", "TLSFailure starttls"),
    "STARTTLS answered by a binding": (AGREED + BOUND, "TLSFailure starttls"),
    "proceed of another namespace": (AGREED + "<proceed xmlns='urn:example'/>", "TLSFailure starttls"),
    "no version, so that there would be no features": (
        HEADER.replace(" version='1.0' xml", " xml"),
        "ProtocolError unsupported-version",
    ),
    "a version that is no number": (
        HEADER.replace("version='1.0' xml", "version='⒈.0' xml"),
        "ProtocolError unsupported-version",
    ),
    "version 0.9": (
        HEADER.replace("version='1.0' xml", "version='0.9' xml"),
        "ProtocolError unsupported-version",
    ),
    "a stream for servers": (
        HEADER.replace("'jabber:client'", "'jabber:server'"),
        "ProtocolError invalid-namespace",
    ),
    "a second stream within": (AGREED + HEADER.partition("?>")[2], "ProtocolError bad-format"),
    "something else than XML": (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "ProtocolError not-well-formed"),
    "more than features ever have": (
        HEADER + f"<stream:features>{'<x/>' * 5_000}",
        "ProtocolError policy-violation",
    ),
}

# Bytes that stand in the same segment as <proceed/>, and would be taken for the server's after the handshake.
BEHIND_PROCEED: dict[str, str | bytes] = {
    "a new stream": HEADER + features(mechanisms("PLAIN")),
    "a message": "<message from='example.org'><body>hi</body></message>",
    "half of a message": "<mess",
    "one letter": "x",
    "white space": "\n",
    "the end of the stream": "</stream:stream>",
    "a stream error": stream_error("see-other-host", "evil.example"),
    "a SASL success": SUCCESS,
    "what looks like TLS": b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76",
    "NUL": b"\0",
}

CONFIGS: dict[str, StreamConfig] = {
    "password": config(),  # may take PLAIN, SCRAM, SASL 2 or old authentication
    "certificate": config(external=True),  # may take EXTERNAL
    "anonymous": config(jid="example.org", password=None, anonymous=True),  # may take ANONYMOUS
    "nothing": config(password=None),  # has nothing to lose: may take binding alone, or registration
    "plain is unsafe, but TLS is required": config(unsafe_plain_without_tls=True),  # may take PLAIN
}


def assert_nothing_given_away(sent: bytes) -> None:
    """No credential, no step of an authentication, not even who would like to authenticate."""
    for secret in (
        PASSWORD,
        base64(PASSWORD),
        base64(f"\0user\0{PASSWORD}"),
        "<auth",
        "<response",
        "<iq",
        ACCOUNT,
    ):
        assert secret.encode() not in sent
    without_ends = sent.removeprefix(OUR_HEADER_CLEAR.encode()).removeprefix(OUR_STARTTLS.encode())
    assert re.fullmatch(
        rb"(<stream:error><[a-z-]+ xmlns=\"[a-z:-]+\"/></stream:error>)?</stream:stream>", without_ends
    )


def assert_refused(settings: StreamConfig, said: str | bytes, told: str) -> None:
    """The stream fails with that error, and nothing was given away."""
    result = talk_twice(lambda: ClientStream(settings), [S(said), E(f"failed {told}", "closed unclean")])
    assert isinstance(result.error, (ProtocolError, TLSFailure))
    assert_nothing_given_away(result.sent)


@pytest.mark.parametrize("settings", CONFIGS)
@pytest.mark.parametrize("name", OFFERS)
def test_promise_a_no_offer_in_clear_text_is_taken(name: str, settings: str) -> None:
    """With all settings: what is offered to one that has no use for it might be taken by another that has."""
    assert_refused(CONFIGS[settings], *OFFERS[name])


@pytest.mark.parametrize("name", NO_OFFERS)
def test_promise_a_nothing_else_in_clear_text_is_accepted(name: str) -> None:
    """With one of the settings: they are about what to choose from, and here is nothing to choose."""
    assert_refused(CONFIGS["password"], *NO_OFFERS[name])


@pytest.mark.parametrize("name", BEHIND_PROCEED)
def test_promise_a_bytes_behind_proceed(name: str) -> None:
    # In one segment: nobody is asked to begin TLS.
    made = ClientStream(config())
    made.connection_made(None)
    behind = BEHIND_PROCEED[name]
    made.receive_data((AGREED + PROCEED).encode() + (behind.encode() if isinstance(behind, str) else behind))
    told: list[str] = []
    while (event := made.next_event()) is not None:
        told.append(type(event).__name__)
    assert told[-2:] == ["Failed", "Closed"]
    assert "StartTLS" not in told
    # Not even a footer: the server expects TLS, and only somebody else would read it.
    assert made.data_to_send().decode() == OUR_HEADER_CLEAR + OUR_STARTTLS


@pytest.mark.parametrize("name", BEHIND_PROCEED)
def test_promise_a_bytes_during_the_handshake(name: str) -> None:
    steps: list[Step] = [
        S(AGREED + PROCEED),
        C(OUR_HEADER_CLEAR + OUR_STARTTLS),
        E("start tls"),
        S(BEHIND_PROCEED[name]),
        E("failed TLSFailure tls", "closed unclean"),
        C(),
        Tls(),
        C(),
        E(),
    ]
    talk_twice(lambda: ClientStream(config()), steps)


@pytest.mark.parametrize(
    "before", ["", features(), features(STARTTLS)], ids=["at once", "after features", "after STARTTLS"]
)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:5222", "[2001:db8::1]:5222", "192.0.2.1"])
def test_promise_a_no_redirection_before_tls(before: str, host: str) -> None:
    if before == features():
        # That it ends there is the point: what follows is not read any more.
        told = ["failed TLSFailure features", "closed unclean"]
    else:
        told = ["stream error see-other-host", "failed StreamFailure see-other-host", "closed unclean"]
    result = talk_twice(
        lambda: ClientStream(config()), [S(HEADER + before + stream_error("see-other-host", host)), E(*told)]
    )
    assert_nothing_given_away(result.sent)


def test_promise_a_no_redirection_without_tls_even_if_none_is_required() -> None:
    talk_twice(
        lambda: ClientStream(config(require_tls=False)),
        [
            S(HEADER + stream_error("see-other-host", "evil.example")),
            E("stream error see-other-host", "failed StreamFailure see-other-host", "closed unclean"),
        ],
    )


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("other.example", "other.example None"),
        (" other.example:5269 ", "other.example 5269"),
        ("192.0.2.7:5222", "192.0.2.7 5222"),
        ("[2001:db8::7]", "2001:db8::7 None"),
        ("[2001:db8::7]:443", "2001:db8::7 443"),
        ("bücher.example", "bücher.example None"),
    ],
)
def test_promise_a_redirection_after_tls(host: str, told: str) -> None:
    talk_twice(
        lambda: ClientStream(config()),
        [
            S(HEADER + stream_error("see-other-host", host)),
            E(
                "stream error see-other-host",
                f"redirected {told}",
                "failed StreamFailure see-other-host",
                "closed unclean",
            ),
        ],
        FACTS,
    )


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a b",
        "user@host",
        "http://host/",
        "host:0",
        "host:65536",
        "host:",
        "host:x",
        "[::1",
        "2001:db8::7",
        "<x/>",
    ],
)
def test_promise_a_redirection_to_what_is_no_host(host: str) -> None:
    talk_twice(
        lambda: ClientStream(config()),
        [
            S(HEADER + stream_error("see-other-host", host)),
            E("stream error see-other-host", "failed StreamFailure see-other-host", "closed unclean"),
        ],
        FACTS,
    )


def test_promise_a_what_was_offered_before_tls_is_forgotten() -> None:
    result = talk_twice(
        lambda: ClientStream(config()),
        [
            S(HEADER + features(STARTTLS, mechanisms("PLAIN", "ANONYMOUS"), BIND) + PROCEED),
            Tls(FACTS_UNBOUND),
            S(HEADER + features(mechanisms("SCRAM-SHA-1"))),
        ],
    )
    assert b'mechanism="SCRAM-SHA-1"' in result.sent
    assert b"PLAIN" not in result.sent
    assert tuple(result.machine.features) == (f"{{{NS_SASL}}}mechanisms",)


def test_promise_a_what_was_offered_before_authentication_is_forgotten() -> None:
    result = talk_twice(
        lambda: ClientStream(config()),
        [
            S(
                HEADER
                + features(mechanisms("PLAIN"), BIND, "<limits xmlns='urn:xmpp:stream-limits:0'/>")
                + SUCCESS
            ),
            S(HEADER + features(BIND)),
        ],
        FACTS,
    )
    assert tuple(result.machine.features) == (f"{{{NS_BIND}}}bind",)


def test_promise_a_an_element_begun_in_clear_text_does_not_go_on_under_tls() -> None:
    talk_twice(
        lambda: ClientStream(config()),
        [
            S(AGREED + PROCEED),
            Tls(),
            # Nothing of the clear text is left in the parser: this is no stream.
            S("</stream:features>" + HEADER),
            E("start tls", "failed ProtocolError not-well-formed", "closed unclean"),
        ],
    )


@pytest.mark.parametrize(
    "answer", ["<message/>", "<presence/>", BOUND, features(mechanisms("PLAIN")), HEADER[21:]]
)
def test_promise_a_nothing_is_injected_before_authentication(answer: str) -> None:
    # Under TLS, but before the server has proved anything.
    for offered in (mechanisms("PLAIN"), mechanisms("SCRAM-SHA-1")):
        result = talk_twice(lambda: ClientStream(config()), [S(HEADER + features(offered) + answer)], FACTS)
        told = result.transcript
        assert told[-1] == "closed unclean"
        assert told[-2].startswith("failed ProtocolError")
        assert not [
            each for each in told if each.startswith(("stanza", "nonza", "authenticated", "bound", "ready"))
        ]
