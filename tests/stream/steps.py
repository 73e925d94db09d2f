"""The first steps of many dialogues, up to where each becomes interesting."""

from tests.stream.dialogue import C, E, Key, S, Stage, Step
from tests.stream.wire import (
    BIND,
    BOUND,
    HEADER,
    OUR_BIND,
    OUR_HEADER,
    SUCCESS,
    challenge,
    features,
    mechanisms,
    our_auth,
    our_response,
)

# RFC 5802 section 5.
SERVER_FIRST = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
SCRAM_UNBOUND: list[Step] = [
    C(our_auth("SCRAM-SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")),
    S(challenge(SERVER_FIRST)),
    C(),
    E("need key SCRAM-SHA-1 4096"),
    Key(),
    C(our_response("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")),
]
UPTO_AUTH: list[Step] = [C(OUR_HEADER), S(HEADER + features(mechanisms("PLAIN")))]
UPTO_BIND: list[Step] = [
    *UPTO_AUTH,
    C(our_auth("PLAIN", "\0user\0pencil")),
    S(SUCCESS),
    C(OUR_HEADER),
    E("authenticated PLAIN"),
]
BOUND_EVENTS = "bound user@example.org/r1"
UPTO_READY: list[Step] = [
    *UPTO_BIND,
    S(HEADER + features(BIND)),
    C(OUR_BIND),
    S(BOUND),
    E(BOUND_EVENTS, "ready"),
    C(),
    Stage("ready"),
]
