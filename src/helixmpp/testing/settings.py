"""The limits of the test server, each of them a setting."""

from dataclasses import dataclass, field

from helixmpp.xml import Limits

__all__ = ["ServerLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """How much a server of one test takes from its clients; what exceeds a limit gets an error.

    Every number may be changed: ``Server(limits=ServerLimits(offline=0))``.
    """

    stream: Limits = field(default_factory=Limits)
    """Of what a client sends; exceeding one ends its stream. ``max_stanza_size`` is announced (XEP-0478)."""

    connections: int = 1000
    """At a time, clients and components together; one more is closed at once."""

    accounts: int = 1000
    """Of the server; who wants to make one more by himself (XEP-0077) gets ``resource-constraint``."""

    resources: int = 20
    """Of one account at a time; one more gets ``resource-constraint`` when it binds."""

    roster: int = 1000
    """Items of one roster, with the requests that wait in it."""

    groups: int = 50
    """Of one roster item."""

    offline: int = 100
    """Messages kept for an account that is away; one more gets ``service-unavailable`` (XEP-0160)."""

    directed: int = 1000
    """Addresses that one session has sent its presence to directly."""

    logins: int = 3
    """Attempts to authenticate in one stream (RFC 6120 section 6.4.5)."""

    negotiation: float = 30.0
    """Seconds from the connection to the bound resource."""

    unread: int = 16_777_216
    """Bytes that wait for a client which does not read; one more and it is disconnected."""

    unacknowledged: int = 5000
    """Stanzas of one session that its client has not acknowledged (XEP-0198); one more and the session ends."""

    hibernating: int = 100
    """Sessions that wait to be resumed; one more ends the one that has waited longest."""

    transcript: int = 1000
    """Stanzas that ``sent`` and ``received`` remember, each."""
