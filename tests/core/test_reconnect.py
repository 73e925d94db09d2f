"""The table of failures that stop, and the delays between attempts."""

import random

import pytest

from helixmpp.core.reconnect import Backoff, ends_attempt, stops
from helixmpp.errors import (
    AuthenticationFailed,
    CertificateError,
    ConnectionFailure,
    DNSFailure,
    InvalidCABundle,
    InvalidTLSSettings,
    RegistrationFailed,
    StageTimeout,
    StreamFailure,
    TLSFailure,
)

TABLE = [
    (None, False),
    (AuthenticationFailed("no", condition="not-authorized"), True),
    (AuthenticationFailed("no", condition="account-disabled"), True),
    (AuthenticationFailed("later", condition="temporary-auth-failure"), False),
    (StreamFailure("conflict"), True),
    (StreamFailure("host-unknown"), True),
    (StreamFailure("not-authorized"), True),
    (StreamFailure("system-shutdown"), False),
    (StreamFailure("connection-timeout"), False),
    (StreamFailure("undefined-condition"), False),
    (CertificateError("expired"), True),
    (InvalidCABundle("x"), True),
    (InvalidTLSSettings("x"), True),
    (TLSFailure("handshake"), False),
    (DNSFailure("unknown"), False),
    (StageTimeout("silent"), False),
    (RegistrationFailed("taken", condition="conflict"), True),
    (RegistrationFailed("elsewhere", condition="redirect", etype="cancel"), True),
    (RegistrationFailed("full", condition="resource-constraint"), False),
    (RegistrationFailed("too often", condition="not-acceptable", etype="wait"), False),
    (ConnectionFailure("refused"), False),
    (OSError("network is unreachable"), False),
    (KeyError("a mistake in a hook"), True),
]


@pytest.mark.parametrize(("error", "expected"), TABLE, ids=lambda value: repr(value)[:40])
def test_which_failures_stop(error: BaseException | None, expected: bool) -> None:
    assert stops(error) is expected


def test_a_certificate_that_was_good_once_may_be_so_again() -> None:
    assert not stops(CertificateError("expired"), had_session=True)


def test_what_anybody_on_the_path_may_have_said_does_not_stop() -> None:
    failure = StreamFailure("host-unknown")
    assert stops(failure)
    failure.in_clear_text = True
    assert not stops(failure)
    assert not ends_attempt(failure)


@pytest.mark.parametrize("condition", ["improper-addressing", "invalid-from"])
def test_one_wrong_stanza_does_not_end_a_program_for_good(condition: str) -> None:
    assert stops(StreamFailure(condition))
    assert not stops(StreamFailure(condition), had_session=True)


def test_a_wrong_certificate_of_one_target_does_not_end_the_attempt() -> None:
    assert not ends_attempt(CertificateError("other name"))
    assert ends_attempt(AuthenticationFailed("no"))


def test_delays_grow_to_the_cap_and_are_spread_over_the_whole_span() -> None:
    highest = [0.0] * 12
    lowest = [1e9] * 12
    for seed in range(300):
        backoff = Backoff(random_=random.Random(seed))
        for attempt in range(12):
            delay = backoff.next(1.0, 60.0)
            highest[attempt] = max(highest[attempt], delay)
            lowest[attempt] = min(lowest[attempt], delay)
    for attempt in range(12):
        span = min(60.0, 2.0**attempt)
        assert span * 0.9 < highest[attempt] <= span
        assert lowest[attempt] < span * 0.1


def test_reset_begins_again() -> None:
    backoff = Backoff(random_=random.Random(1))
    for _ in range(10):
        backoff.next(1.0, 60.0)
    backoff.reset()
    assert backoff.next(1.0, 60.0) <= 1.0
