"""The state of a stream, as a table. What is not in the table is an error.

A stream is in one of ten phases, and only so many things can happen to it. The table has, for each phase,
what may happen, and to which phases it may lead. An entry that is missing for something that *we* do is a
``StateError``, a mistake of the program; one that is missing for something that the *peer* does is a
``ProtocolError`` (or, where TLS is at stake, a ``TLSFailure``), and the stream ends. So each promise about
what a peer may not do is a cell that is not there, and can be pointed at.

::

    NEW ──> HEADER ──> FEATURES ──> ANSWER ──> READY ──> CLOSING ──> CLOSED
              ^                      ^  │
              │                      v  │
              │         KEY, PROGRAM, HANDSHAKE
              └────── stream restart ───┘

* NEW: there is no connection.
* HEADER: our stream header is sent, the peer's is awaited (RFC 6120 section 4.3.1).
* FEATURES: the peer's features are awaited (4.3.2).
* ANSWER: a feature is being negotiated and the peer has the word.
* KEY: a feature is being negotiated and a key is being derived; the peer has been asked nothing.
* PROGRAM: a feature is being negotiated and the program has the word; the peer has been asked nothing.
* HANDSHAKE: STARTTLS is agreed and TLS is not there yet. The peer can say nothing: whatever is read now was
  sent in clear text, by anybody (5.4.3.3). This row has no BYTES.
* READY: stanzas are exchanged (4.3.5).
* CLOSING: our footer is sent, the peer's is awaited; what it had sent before still counts (4.4).
* CLOSED: all is over. What comes late, because it was under way, is ignored.

An error leads to CLOSED from everywhere and is not repeated in each cell.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

__all__ = ["OURS", "TABLE", "Happening", "Phase"]


class Phase(Enum):
    """Where a stream is; what each means, see above."""

    NEW = "new"
    HEADER = "header"
    FEATURES = "features"
    ANSWER = "answer"
    KEY = "key"
    PROGRAM = "program"
    HANDSHAKE = "tls"
    READY = "ready"
    CLOSING = "closing"
    CLOSED = "closed"


class Happening(Enum):
    """What can happen to a stream: eight things by us, the others by the peer."""

    CONNECT = "the connection is made"
    TLS_STARTED = "TLS is established and verified"
    KEY_DERIVED = "a key is derived"
    REGISTER = "the program registers"
    SEND = "the program sends"
    CLOSE = "the program closes the stream"
    TIMEOUT = "the time of a stage is over"
    EOF = "the connection has ended"

    BYTES = "bytes"
    HEADER = "a stream header"
    FEATURE_LIST = "stream features"
    STANZA = "a stanza"
    NONZA = "an element that is no stanza"
    STREAM_ERROR = "a stream error"
    FOOTER = "the end of the stream"


H = Happening

OURS: Final = frozenset(
    {H.CONNECT, H.TLS_STARTED, H.KEY_DERIVED, H.REGISTER, H.SEND, H.CLOSE, H.TIMEOUT, H.EOF}
)

_Row = Mapping[Happening, frozenset[Phase]]


def _to(*phases: Phase) -> frozenset[Phase]:
    return frozenset(phases)


_NOWHERE: Final = _to(Phase.CLOSED)

# A peer that can be heard can end the stream, properly or not, and so can we.
_ENDINGS: Final[_Row] = {
    H.BYTES: _to(),  # by itself, a byte changes nothing
    H.STREAM_ERROR: _NOWHERE,
    H.FOOTER: _NOWHERE,
    H.EOF: _NOWHERE,
    H.TIMEOUT: _NOWHERE,
    H.CLOSE: _to(Phase.CLOSING),
}

# One feature negotiated: the next one begins, in whichever way, or there is none left to negotiate.
_ONWARDS: Final = _to(
    Phase.ANSWER,
    Phase.KEY,
    Phase.PROGRAM,
    Phase.HANDSHAKE,
    Phase.HEADER,
    Phase.FEATURES,
    Phase.READY,
)

TABLE: Final[Mapping[Phase, _Row]] = {
    Phase.NEW: {
        H.CONNECT: _to(Phase.HEADER),
        H.CLOSE: _NOWHERE,
        H.EOF: _NOWHERE,
    },
    Phase.HEADER: {
        **_ENDINGS,
        # A component answers the header at once (XEP-0114 section 3).
        H.HEADER: _to(Phase.FEATURES, Phase.ANSWER),
    },
    Phase.FEATURES: {
        **_ENDINGS,
        H.FEATURE_LIST: _ONWARDS,
    },
    Phase.ANSWER: {
        **_ENDINGS,
        # Whether it is the answer that is awaited, the feature decides.
        H.STANZA: _ONWARDS,
        H.NONZA: _ONWARDS,
    },
    Phase.KEY: {
        **_ENDINGS,
        H.KEY_DERIVED: _ONWARDS,
    },
    Phase.PROGRAM: {
        **_ENDINGS,
        H.REGISTER: _ONWARDS,
    },
    Phase.HANDSHAKE: {
        H.TLS_STARTED: _ONWARDS,
        H.EOF: _NOWHERE,
        H.TIMEOUT: _NOWHERE,
        H.CLOSE: _NOWHERE,  # a footer would be clear text
    },
    Phase.READY: {
        **_ENDINGS,
        H.SEND: _to(),
        H.STANZA: _to(),
        H.NONZA: _to(),
        # A server that changes its mind about what it offers does no harm any more.
        H.FEATURE_LIST: _to(),
    },
    Phase.CLOSING: {
        **_ENDINGS,
        H.CLOSE: _to(),
        # Closed in the middle of a negotiation, what it was waiting for still arrives.
        H.HEADER: _to(),
        H.FEATURE_LIST: _to(),
        H.STANZA: _to(),
        H.NONZA: _to(),
        H.KEY_DERIVED: _to(),
        H.REGISTER: _to(),
    },
    Phase.CLOSED: dict.fromkeys(
        (H.BYTES, H.EOF, H.TIMEOUT, H.CLOSE, H.KEY_DERIVED, H.REGISTER, H.TLS_STARTED), _to()
    ),
}
