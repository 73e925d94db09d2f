"""Promise B: of the mechanisms that a server offers the best is taken, or none at all."""

import re
from base64 import b64decode

import pytest

from helixmpp.stream import RANKING, ClientStream, StreamConfig, TLSFacts
from tests.stream.checks import assert_not_let_in
from tests.stream.dialogue import S, talk_twice
from tests.stream.wire import (
    BIND,
    FACTS,
    FACTS_UNBOUND,
    HEADER,
    channel_bindings,
    config,
    features,
    mechanisms,
)

# What may be used, by what is offered; None for the mechanism: nothing, and the reason.
BINDABLE, NOT_BINDABLE = FACTS, FACTS_UNBOUND
ALL = RANKING
#: The server says which channel it binds, and it is one that we have (XEP-0440).
END_POINT = channel_bindings("tls-server-end-point")
EVERYTHING = mechanisms(*ALL) + END_POINT
REFUSED: dict[str, tuple[StreamConfig, TLSFacts | None, str, str]] = {
    "no SASL": (config(), FACTS, BIND, "offers no authentication"),
    "no mechanism": (config(), FACTS, mechanisms(), "offers none"),
    "only ANONYMOUS": (config(), FACTS, mechanisms("ANONYMOUS"), "offers ANONYMOUS"),
    "only mechanisms that are not known": (
        config(),
        FACTS,
        mechanisms("LOGIN", "DIGEST-MD5", "X-OAUTH2"),
        "offers LOGIN, DIGEST-MD5, X-OAUTH2",
    ),
    "a name in small letters": (config(), FACTS, mechanisms("plain"), "offers none"),
    "EXTERNAL without a certificate": (config(), FACTS, mechanisms("EXTERNAL"), "offers EXTERNAL"),
    "no password": (config(password=None), FACTS, mechanisms(*ALL), "There is no password"),
    "an empty password": (config(password=""), FACTS, mechanisms(*ALL), "There is no password"),
    "a password for nobody": (config(jid="example.org"), FACTS, mechanisms(*ALL), "no local part"),
    "anonymous, which is not offered": (
        config(jid="example.org", password=None, anonymous=True),
        FACTS,
        mechanisms("PLAIN", "SCRAM-SHA-1"),
        "ANONYMOUS may be used here",
    ),
    "anonymous, and a password is there": (
        config(anonymous=True),
        FACTS,
        mechanisms("PLAIN"),
        "ANONYMOUS may be",
    ),
    "PLAIN without TLS": (config(require_tls=False), None, mechanisms("PLAIN"), "no TLS"),
    "PLAIN is left out by the user": (
        config(mechanisms=("SCRAM-SHA-1", "SCRAM-SHA-256")),
        FACTS,
        mechanisms("PLAIN", "SCRAM-SHA-512"),
        "SCRAM-SHA-256, SCRAM-SHA-1 may be used",
    ),
    "channel binding that cannot be done": (
        config(),
        NOT_BINDABLE,
        mechanisms("SCRAM-SHA-1-PLUS"),
        "channel binding that this connection does not have",
    ),
    "channel binding of another type": (
        config(),
        BINDABLE,
        mechanisms("SCRAM-SHA-1-PLUS") + channel_bindings("tls-unique"),
        "channel binding that this connection does not have",
    ),
    "less than before: PLAIN for SCRAM": (
        config(least_mechanism="SCRAM-SHA-1"),
        FACTS,
        mechanisms("PLAIN"),
        "had SCRAM-SHA-1 before",
    ),
    "less than before: another hash": (
        config(least_mechanism="SCRAM-SHA-512"),
        FACTS,
        mechanisms("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-1"),
        "had SCRAM-SHA-512 before",
    ),
    "less than before: -PLUS taken out": (
        config(least_mechanism="SCRAM-SHA-1-PLUS"),
        FACTS,
        mechanisms("SCRAM-SHA-512", "SCRAM-SHA-1", "PLAIN"),
        "had SCRAM-SHA-1-PLUS before",
    ),
    "less than before: a certificate without a hash": (
        config(least_mechanism="SCRAM-SHA-1-PLUS"),
        NOT_BINDABLE,
        mechanisms("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"),
        "had SCRAM-SHA-1-PLUS before",
    ),
    "less than before: types of channel binding that nobody has": (
        config(least_mechanism="SCRAM-SHA-1-PLUS"),
        FACTS,
        mechanisms("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1") + channel_bindings("made-up"),
        "had SCRAM-SHA-1-PLUS before",
    ),
    "less than before: the channel is not told any more": (
        config(least_mechanism="SCRAM-SHA-1-PLUS"),
        FACTS,
        mechanisms("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"),
        "had SCRAM-SHA-1-PLUS before",
    ),
    "channel binding of a type that is not told": (
        config(),
        BINDABLE,
        mechanisms("SCRAM-SHA-1-PLUS"),
        "or do not say which one",
    ),
    "less than before: EXTERNAL": (
        config(external=True, least_mechanism="EXTERNAL"),
        FACTS,
        mechanisms("SCRAM-SHA-512-PLUS", "PLAIN"),
        "had EXTERNAL before",
    ),
    "a password that SASLprep refuses": (
        config(password="pencil\x07"),
        FACTS,
        mechanisms("PLAIN"),
        "password cannot be used: it has a control character",
    ),
    "a password of nothing that counts": (
        config(password="\u00ad"),
        FACTS,
        mechanisms("SCRAM-SHA-1"),
        "nothing of it",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_promise_b_refused_before_anything_is_sent(name: str) -> None:
    settings, tls, offered, reason = REFUSED[name]
    result = talk_twice(lambda: ClientStream(settings), [S(HEADER + features(offered))], tls)
    assert_not_let_in(result)
    assert reason in str(result.error)
    assert b"<auth" not in result.sent


TAKEN: dict[str, tuple[StreamConfig, TLSFacts | None, str, str, str]] = {
    "the best": (config(external=True), FACTS, mechanisms(*reversed(ALL)) + END_POINT, "EXTERNAL", ""),
    "the best with a password": (
        config(),
        FACTS,
        EVERYTHING,
        "SCRAM-SHA-512-PLUS",
        "p=tls-server-end-point,,",
    ),
    "no channel": (config(), FACTS_UNBOUND, EVERYTHING, "SCRAM-SHA-512", "n,,"),
    "no -PLUS on offer": (config(), FACTS, mechanisms("PLAIN", "SCRAM-SHA-256"), "SCRAM-SHA-256", "y,,"),
    "a bound SHA-1 before a SHA-512 that is not": (
        config(),
        FACTS,
        mechanisms("SCRAM-SHA-512", "SCRAM-SHA-1-PLUS") + END_POINT,
        "SCRAM-SHA-1-PLUS",
        "p=tls-server-end-point,,",
    ),
    "-PLUS is left out by the user": (
        config(mechanisms=("PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-512")),
        FACTS,
        EVERYTHING,
        "SCRAM-SHA-512",
        "n,,",
    ),
    "another type of channel binding": (
        config(),
        FACTS,
        mechanisms("SCRAM-SHA-1-PLUS", "SCRAM-SHA-1") + channel_bindings("tls-exporter"),
        "SCRAM-SHA-1",
        "n,,",
    ),
    # ejabberd 23.01, Prosody 0.12: -PLUS for a type that they do not tell.
    "-PLUS, and not for which channel": (
        config(),
        FACTS,
        mechanisms("PLAIN", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"),
        "SCRAM-SHA-1",
        "n,,",
    ),
    "-PLUS for no channel at all": (
        config(),
        FACTS,
        mechanisms("PLAIN", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1") + channel_bindings(),
        "SCRAM-SHA-1",
        "n,,",
    ),
    "-PLUS for one of ours among others": (
        config(),
        FACTS,
        mechanisms("SCRAM-SHA-512", "SCRAM-SHA-1-PLUS")
        + channel_bindings("tls-unique", "made-up", "tls-server-end-point"),
        "SCRAM-SHA-1-PLUS",
        "p=tls-server-end-point,,",
    ),
    "as good as before": (
        config(least_mechanism="SCRAM-SHA-256"),
        FACTS_UNBOUND,
        mechanisms("SCRAM-SHA-256", "PLAIN"),
        "SCRAM-SHA-256",
        "n,,",
    ),
    "better than before": (
        config(least_mechanism="PLAIN"),
        FACTS,
        EVERYTHING,
        "SCRAM-SHA-512-PLUS",
        "p=",
    ),
    "the certificate was taken away by the user": (
        config(least_mechanism="EXTERNAL"),
        FACTS,
        mechanisms("EXTERNAL", "SCRAM-SHA-1"),
        "SCRAM-SHA-1",
        "y,,",
    ),
    "the user wants none but PLAIN": (
        config(mechanisms=("PLAIN",)),
        FACTS,
        EVERYTHING,
        "PLAIN",
        "\0user",
    ),
    "no TLS by the user's will": (config(require_tls=False), None, EVERYTHING, "SCRAM-SHA-512", "n,,"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_promise_b_the_best_is_taken(name: str) -> None:
    settings, tls, offered, mechanism, begins = TAKEN[name]
    result = talk_twice(lambda: ClientStream(settings), [S(HEADER + features(offered))], tls)
    found = re.search(rb'<auth [^>]*mechanism="([^"]*)">([^<]*)<', result.sent)
    assert found is not None
    assert found[1].decode() == mechanism
    assert b64decode(found[2] if found[2] != b"=" else b"").decode().startswith(begins)
