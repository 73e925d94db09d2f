"""When to try again, and when it would only do harm.

The table says which failures end the trying: those that the same attempt can only meet again, or that a second
session of the same account answers with a third (``conflict``). All others are tried again, after a delay that
doubles, is capped, and is drawn at random from the whole span ("full jitter"), so that a thousand clients of a
server that restarts do not come back in one second.
"""

import random

from helixmpp.errors import (
    AuthenticationFailed,
    CertificateError,
    ConnectionFailure,
    HelixError,
    InvalidCABundle,
    InvalidTLSSettings,
    RegistrationFailed,
    StreamFailure,
)

__all__ = ["Backoff", "ends_attempt", "stops"]

# RFC 6120 section 4.9.3: what does not change by connecting again.
STOPPING_STREAM_ERRORS = frozenset(
    {
        "conflict",
        "host-gone",
        "host-unknown",
        "improper-addressing",
        "invalid-namespace",
        "invalid-from",
        "not-authorized",
        "unsupported-version",
        "unsupported-encoding",
    }
)

# What one server says of itself: another one of the domain may well serve it.
ONE_TARGETS_TROUBLE = frozenset({"host-gone", "host-unknown"})

# After a session began, these mean that a stanza of ours was wrong, which the next session need not repeat.
OUR_STANZAS_FAULT = frozenset({"improper-addressing", "invalid-from", "invalid-namespace"})

# RFC 6120 section 6.5: what a later attempt may find otherwise.
PASSING_SASL_ERRORS = frozenset({"temporary-auth-failure", "aborted"})


def stops(error: BaseException | None, *, had_session: bool = False) -> bool:
    """Whether to give up because of this failure.

    :param had_session: whether there was a session before. A certificate that was good once may be so again.
    """
    match error:
        case None:
            return False
        case AuthenticationFailed(condition=condition):
            return condition not in PASSING_SASL_ERRORS
        case RegistrationFailed(etype=etype):
            return etype != "wait"  # RFC 6120 section 8.3.2: "retry after waiting"
        case StreamFailure(in_clear_text=True):
            return False  # who is on the path could otherwise switch a client off for good
        case StreamFailure(condition=condition):
            if had_session and condition in OUR_STANZAS_FAULT:
                return False
            return condition in STOPPING_STREAM_ERRORS
        case CertificateError():
            return not had_session
        case InvalidCABundle() | InvalidTLSSettings():
            return True
        case ConnectionFailure() | OSError():
            return False
        case HelixError():
            return False
        case _:
            # Not ours and not the network's: a mistake in a program's own hook is not cured by repeating it.
            return True


def ends_attempt(error: BaseException) -> bool:
    """Whether the other targets of the domain need not be tried: they share accounts and settings.

    A wrong certificate, a refused port, a silent host or one that does not know the domain is one target's trouble.
    """
    if isinstance(error, StreamFailure) and error.condition in ONE_TARGETS_TROUBLE:
        return False
    return stops(error, had_session=True)


# One for all clients: it keeps nothing, and an object of its own would be a tenth of a client's memory.
_RANDOM = random.SystemRandom()


class Backoff:
    """The delays between attempts, in seconds."""

    def __init__(self, random_: random.Random | None = None) -> None:
        self._random = random_ or _RANDOM
        self._attempts = 0

    def reset(self) -> None:
        """Begin with the shortest span again, after a session that was stable."""
        self._attempts = 0

    def next(self, first: float, cap: float) -> float:
        """How long to wait before the next attempt.

        :param first: the span of the first delay, which doubles with each attempt.
        :param cap: the longest span.
        """
        span = min(cap, first * 2.0 ** min(self._attempts, 32))
        self._attempts += 1
        return self._random.uniform(0, span)
