"""External components (XEP-0114)."""

from collections.abc import Sequence

import pytest

from helixmpp.errors import AuthenticationFailed, StateError
from helixmpp.jid import JID
from helixmpp.stream import ComponentConfig, ComponentStream, NeedSaltedPassword
from tests.stream.dialogue import C, Close, E, Eof, S, Send, Stage, Step, TimeOut, talk_twice
from tests.stream.wire import COMPONENT_HEADER as HEADER
from tests.stream.wire import FACTS, FOOTER, features, mechanisms, our_error, stream_error

# Section 3, examples 1 to 4. The handshake there is of a secret that is not given.
OUR_HEADER = (
    '<?xml version="1.0"?><stream:stream xmlns="jabber:component:accept" '
    'xmlns:stream="http://etherx.jabber.org/streams" to="plays.shakespeare.lit">'
)
ACCEPTED = "<handshake/>"
JOINED: list[Step] = [
    C(OUR_HEADER),
    Stage("header"),
    S(HEADER),
    C("<handshake>aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e</handshake>"),
    Stage("handshake"),
    E(),
    S(ACCEPTED),
    E("authenticated handshake", "bound plays.shakespeare.lit", "ready"),
    Stage("ready"),
]


def component() -> ComponentStream:
    return ComponentStream(ComponentConfig(JID("plays.shakespeare.lit"), "test"))


DIALOGUES: dict[str, Sequence[Step]] = {
    "all is well": [
        *JOINED,
        Send("<message/>"),
        C("<message/>"),
        S("<message id='1'/><iq id='2'/><presence id='3'/><x xmlns='urn:example'/>"),
        E("stanza message 1", "stanza iq 2", "stanza presence 3", "nonza {urn:example}x"),
        Close(),
        C("</stream:stream>"),
        S(FOOTER),
        E("closed clean"),
    ],
    "everything at once": [
        S(HEADER + ACCEPTED + "<message id='1'/>"),
        E("authenticated handshake", "bound plays.shakespeare.lit", "ready", "stanza message 1"),
    ],
    "a server that has a version": [S(HEADER.replace(" id=", " version='1.0' id=")), Stage("handshake")],
    "stanzas of a client's namespace": [
        *JOINED,
        S("<message xmlns='jabber:client'/>"),
        E("nonza {jabber:client}message"),
    ],
    "the wrong secret": [
        S(HEADER),
        S(stream_error("not-authorized", text="no") + FOOTER),
        E("stream error not-authorized no", "failed AuthenticationFailed not-authorized", "closed unclean"),
    ],
    "the wrong secret, by closing": [
        S(HEADER + FOOTER),
        E("failed ConnectionFailure handshake", "closed clean"),
    ],
    "not-authorized later": [
        *JOINED,
        S(stream_error("not-authorized")),
        E("stream error not-authorized", "failed StreamFailure not-authorized", "closed unclean"),
    ],
    "another component is there": [
        S(HEADER + stream_error("conflict")),
        E("stream error conflict", "failed StreamFailure conflict", "closed unclean"),
    ],
    "a redirection without TLS": [
        S(HEADER + stream_error("see-other-host", "evil.example")),
        E("stream error see-other-host", "failed StreamFailure see-other-host", "closed unclean"),
    ],
    "a stream without an id": [
        S(HEADER.replace("id='3BF96D32'", "")),
        E("failed ProtocolError bad-format", "closed unclean"),
        C(OUR_HEADER + our_error("bad-format")),
    ],
    "a stream with an empty id": [
        S(HEADER.replace("3BF96D32", "")),
        E("failed ProtocolError bad-format", "closed unclean"),
    ],
    "a stream for clients": [
        S(HEADER.replace("jabber:component:accept", "jabber:client")),
        E("failed ProtocolError invalid-namespace", "closed unclean"),
    ],
    "a handshake of no namespace": [
        S(HEADER + "<handshake xmlns=''/>"),
        E("failed ProtocolError not-authorized", "closed unclean"),
    ],
    "a stanza before the handshake": [
        S(HEADER + "<message/>"),
        E("failed ProtocolError not-authorized", "closed unclean"),
    ],
    "features": [
        S(HEADER + features(mechanisms("PLAIN"))),
        E("failed ProtocolError unsupported-stanza-type", "closed unclean"),
    ],
    "silence": [S(HEADER), TimeOut("handshake"), E("failed StageTimeout handshake", "closed unclean")],
    "the connection breaks": [S(HEADER), Eof(), E("failed ConnectionFailure handshake", "closed unclean")],
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogue(name: str) -> None:
    talk_twice(component, DIALOGUES[name])


def test_the_secret_is_not_told() -> None:
    settings = ComponentConfig(JID("comp.example"), "a very secret word")
    result = talk_twice(
        lambda: ComponentStream(settings), [S(HEADER), S(stream_error("not-authorized"))], FACTS
    )
    assert isinstance(result.error, AuthenticationFailed)
    assert "comp.example" in str(result.error)
    assert (
        "secret word"
        not in f"{settings!r} {result.machine!r} {result.error!r} {result.events!r} {result.sent!r}"
    )


def test_what_only_a_client_is_asked() -> None:
    made = component()
    made.connection_made(None)
    with pytest.raises(StateError):
        made.tls_started(FACTS)
    with pytest.raises(StateError):
        made.salted_password(NeedSaltedPassword("", "", "", b"", 1), b"")


def test_a_component_has_a_domain() -> None:
    with pytest.raises(ValueError, match="domain"):
        ComponentConfig(JID(""), "test")
