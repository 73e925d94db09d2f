"""What a stream is told before it begins: who we are, what we know, how much we bear."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from enum import Enum

from helixmpp.jid import JID
from helixmpp.stream.management import Management
from helixmpp.stream.sasl.ranking import RANKING
from helixmpp.xml import Limits, check_text

__all__ = ["ComponentConfig", "Registration", "StageTimeouts", "StreamConfig"]


class Registration(Enum):
    """Whether the account is made before it is authenticated (XEP-0077)."""

    NEVER = "never"
    OFFERED = "where the server offers it"
    ALWAYS = "whether or not the server says that it can be done"


@dataclass(frozen=True, slots=True)
class StageTimeouts:
    """How long the peer may take for each stage, in seconds; None: for ever.

    ``other`` is for the stages that extensions add. The time that our own key derivation takes is not
    counted.
    """

    header: float | None = 15.0
    features: float | None = 15.0
    starttls: float | None = 15.0
    tls: float | None = 15.0
    sasl: float | None = 15.0
    bind: float | None = 15.0
    session: float | None = 15.0
    resume: float | None = 15.0
    management: float | None = 15.0
    handshake: float | None = 15.0
    closing: float | None = 15.0
    register: float | None = 15.0
    other: float | None = 15.0

    @classmethod
    def all(cls, seconds: float | None) -> "StageTimeouts":
        """The same time for every stage."""
        return cls(**dict.fromkeys((each.name for each in fields(cls)), seconds))

    def of(self, stage: str) -> float | None:
        """The time for the stage of that name."""
        times: dict[str, float | None] = {each.name: getattr(self, each.name) for each in fields(self)}
        return times.get(stage, self.other)


def new_nonce() -> str:
    """256 bits from the operating system, as printable ASCII without a comma (RFC 5802 section 7)."""
    return secrets.token_urlsafe(32)


# Before the server is authenticated whoever is on the path speaks: nothing it may say then is large. RFC 6120
# section 13.12 asks for at least 10,000 bytes.
NEGOTIATION_LIMITS = Limits(max_stanza_size=16_384)


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """A client's side of a stream. Secrets are not part of its ``repr``.

    :param jid: the account; a resource in it is not looked at. Without a local part it stands for any account
        of the domain, which only ``anonymous`` and ``external`` can use.
    :param password: as the user typed it; SASLprep (RFC 4013) is done here.
    :param resource: the one to ask for; the server may give another (RFC 6120 section 7.7).
    :param lang: the language that the server should use for texts (RFC 6120 section 4.7.4).
    :param mechanisms: the SASL mechanisms that may be used at all; None means all that are known. Their order
        is always that of :data:`~helixmpp.stream.RANKING`.
    :param least_mechanism: the best one that this account was ever seen to have; no lesser one is used.
    :param anonymous: authenticate by ANONYMOUS and by nothing else (XEP-0175).
    :param external: TLS presents a client certificate, so EXTERNAL may be used (XEP-0178).
    :param min_iterations: fewer rounds of PBKDF2 than this are refused (RFC 7677 section 4: at least 4,096).
    :param max_iterations: more are refused: the server would only waste our time.
    :param require_tls: give up rather than authenticate in clear text.
    :param unsafe_plain_without_tls: let PLAIN show the password to whoever listens, when there is no TLS.
    :param nonce: what makes the client's nonce; tests give their own.
    :param bind: bind a resource; without one no stanza can be exchanged.
    :param management: what is known of the session before, and where that of this one is kept (XEP-0198); without
        one, stanzas are not counted.
    :param resumption: whether the session may be resumed by another stream.
    :param negotiation_limits: what is taken from the server until it is authenticated.
    :param registration: whether to register before authenticating; over TLS only, whatever ``require_tls`` says.
    :raises ValueError: a mechanism that is not known, a JID without a domain, iterations the wrong way round,
        a character in ``resource`` or ``lang`` that XML forbids.
    """

    jid: JID
    password: str | None = field(default=None, repr=False)
    resource: str = ""
    lang: str = "en"
    limits: Limits = field(default_factory=Limits)
    timeouts: StageTimeouts = field(default_factory=StageTimeouts)
    mechanisms: tuple[str, ...] | None = None
    least_mechanism: str = ""
    anonymous: bool = False
    external: bool = False
    min_iterations: int = 4096
    max_iterations: int = 1_000_000
    require_tls: bool = True
    unsafe_plain_without_tls: bool = False
    nonce: Callable[[], str] = field(default=new_nonce, repr=False)
    bind: bool = True
    management: Management | None = field(default=None, repr=False)
    resumption: bool = True
    negotiation_limits: Limits = NEGOTIATION_LIMITS
    registration: Registration = Registration.NEVER

    def __post_init__(self) -> None:
        if not self.jid.domain:
            raise ValueError("the JID has no domain to connect to")
        if not 1 <= self.min_iterations <= self.max_iterations:
            raise ValueError("min_iterations must be at least 1 and at most max_iterations")
        check_text(self.resource)
        check_text(self.lang)
        unknown = {*(self.mechanisms or ()), self.least_mechanism} - {*RANKING, ""}
        if unknown:
            raise ValueError(
                f"not among the SASL mechanisms {', '.join(RANKING)}: {', '.join(sorted(unknown))}"
            )


@dataclass(frozen=True, slots=True)
class ComponentConfig:
    """An external component's side of a stream (XEP-0114). The secret is not part of its ``repr``.

    :param jid: the component's domain.
    :param secret: what the component shares with its server.
    :raises ValueError: a JID without a domain.
    """

    jid: JID
    secret: str = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    timeouts: StageTimeouts = field(default_factory=StageTimeouts)

    def __post_init__(self) -> None:
        if not self.jid.domain:
            raise ValueError("a component has a domain")
