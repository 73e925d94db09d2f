"""What the machine tells whoever drives it. Values only: each can be kept, compared and shown in a log.

A secret that an event must carry is not part of its ``repr``.
"""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from helixmpp.errors import HelixError
from helixmpp.jid import JID
from helixmpp.stream.features.offered import Features
from helixmpp.stream.ledger import Entry

__all__ = [
    "AckRequested",
    "Acknowledged",
    "Authenticated",
    "Bound",
    "Closed",
    "Failed",
    "Managed",
    "NeedRegistration",
    "NeedSaltedPassword",
    "NonzaReceived",
    "Ready",
    "Redirected",
    "ResumptionRefused",
    "StageChanged",
    "StanzaReceived",
    "StartTLS",
    "StreamErrorReceived",
    "StreamEvent",
]


@dataclass(frozen=True, slots=True)
class StartTLS:
    """Begin the TLS handshake, and answer with ``tls_started(facts)``; until then nothing may be received."""


@dataclass(frozen=True, slots=True)
class NeedSaltedPassword:
    """Derive a key by PBKDF2 (RFC 5802 section 2.2), and answer with ``salted_password(request, value)``.

    It takes up to a second and is therefore not done here; nothing is waited for in the meantime. The
    password is prepared by SASLprep; its UTF-8 bytes are what PBKDF2 takes.
    """

    mechanism: str
    hash_name: str
    password: str = field(repr=False)
    salt: bytes = field(repr=False)
    iterations: int


@dataclass(frozen=True, slots=True)
class NeedRegistration:
    """Make the account (XEP-0077 section 3.1.1): answer with ``register(request)``, or ``registration_done()``.

    It comes once at first, and again with what the server answered to each request. No time is counted until
    there is a request: to fill in a form may take a person a while.

    :param answer: the iq of type result or error, from the server; None at first.
    """

    answer: Element | None = None


@dataclass(frozen=True, slots=True)
class StageChanged:
    """Another stage began, or the same one anew; the timer of the stage before is void.

    :param timeout: seconds after which ``stage_timed_out(stage)`` is to be called; None: never.
    """

    stage: str
    timeout: float | None


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The server knows us, and has proved what the mechanism lets it prove.

    ``offered`` are the SASL mechanisms that it offered.
    """

    mechanism: str
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """A resource is bound; from now on this is our address (RFC 6120 section 7)."""

    jid: JID


@dataclass(frozen=True, slots=True)
class Ready:
    """Stanzas can be exchanged; ``features`` is what the server offered last."""

    features: Features


@dataclass(slots=True)
class StanzaReceived:
    """A message, presence or iq; the element is the receiver's to keep.

    Not frozen like the others: there is one for each stanza, and a frozen one takes three times as long to make.
    """

    element: Element
    #: Whether the server waits to hear that it was handled (XEP-0198): ``Management.count_handled`` is owed.
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Managed:
    """Stream management is on (XEP-0198 section 3).

    :param resumable: whether a lost stream can be resumed.
    :param seconds: for how long; None when the server does not say.
    """

    resumable: bool
    seconds: int | None


@dataclass(frozen=True, slots=True)
class ResumptionRefused:
    """The session of before cannot be resumed, and another one follows (XEP-0198 section 5).

    :param condition: why; a stanza error condition, mostly ``item-not-found``.
    """

    condition: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The server has handled these of our stanzas, in this order (XEP-0198 section 4)."""

    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class AckRequested:
    """The server asks how much we have handled: answer with ``acknowledge()``, once what came before is handled."""


@dataclass(frozen=True, slots=True)
class NonzaReceived:
    """A top-level element that is no stanza, on a stream that is ready (XEP-0360)."""

    element: Element


@dataclass(frozen=True, slots=True)
class StreamErrorReceived:
    """The peer ends the stream with an error; ``Failed`` and ``Closed`` follow (RFC 6120 section 4.9).

    :param condition: one of RFC 6120 section 4.9.3; ``undefined-condition`` for what is none of them.
    :param text: what the peer says for people, cut to 1,000 characters.
    """

    condition: str
    text: str
    element: Element


@dataclass(frozen=True, slots=True)
class Redirected:
    """The server asks us to connect elsewhere (RFC 6120 section 4.9.3.19); the certificate stays the same.

    :param host: a domain name or an IP address, without brackets.
    :param port: None when the server named none.
    """

    host: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The stream ends because of this; ``Closed`` follows."""

    error: HelixError


@dataclass(frozen=True, slots=True)
class Closed:
    """The last event: close the connection once all is sent.

    :param clean: both sides have ended their stream with its footer.
    """

    clean: bool


StreamEvent = (
    StartTLS
    | NeedSaltedPassword
    | NeedRegistration
    | StageChanged
    | Authenticated
    | Bound
    | Ready
    | Managed
    | ResumptionRefused
    | Acknowledged
    | AckRequested
    | StanzaReceived
    | NonzaReceived
    | StreamErrorReceived
    | Redirected
    | Failed
    | Closed
)
