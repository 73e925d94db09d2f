"""A stream feature as a row of a table, and the conversation that negotiates it.

The conversation is a generator: it writes through its :class:`Link`, yields what it waits for, and is resumed
with it, so that the code of a feature reads as the RFC tells it, without I/O. It returns when the feature is
negotiated, and raises the error that ends the stream.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol
from xml.etree.ElementTree import Element

from helixmpp.stream.config import StreamConfig
from helixmpp.stream.events import NeedRegistration, NeedSaltedPassword, StartTLS, StreamEvent
from helixmpp.stream.facts import TLSFacts
from helixmpp.stream.features.offered import Features

__all__ = [
    "AUTHENTICATED",
    "BOUND",
    "MANAGED",
    "RESUMED",
    "SECURE",
    "SESSION",
    "TLS",
    "Ask",
    "FeatureRow",
    "Link",
    "Negotiation",
    "NextElement",
    "Said",
    "Then",
    "next_element",
    "program",
    "salted_password",
    "start_tls",
]

# What may be true of a stream. A row needs some of it, forbids some, and makes some true.
TLS: Final = "tls"
SECURE: Final = "secure"  # there is TLS, or the user has loudly asked to do without
AUTHENTICATED: Final = "authenticated"
BOUND: Final = "bound"
SESSION: Final = "session"
MANAGED: Final = "managed"  # stanzas are counted and acknowledged (XEP-0198)
RESUMED: Final = "resumed"  # it goes on with the session of a stream before


class Then(Enum):
    """How the stream goes on once a feature is negotiated."""

    CONTINUE = "look for the next among the same features"
    RESTART = "open the stream anew; the parser and the features are forgotten (RFC 6120 section 4.3.3)"
    FEATURES = "the peer sends its new features at once, without a new header (XEP-0388 section 2.4)"


@dataclass(frozen=True, slots=True)
class NextElement:
    """Asked for by a negotiation: the peer's next element."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the program says where it has the word: a request, or None when it has nothing more to ask."""

    request: Element | None


Ask = NextElement | StartTLS | NeedSaltedPassword | NeedRegistration
Answer = Element | TLSFacts | bytes | Said
# It returns what has become true; nothing, where the feature turned out not to be had.
Negotiation = Generator[Ask, Answer, frozenset[str]]


class Link(Protocol):
    """What a negotiation sees of its stream."""

    @property
    def config(self) -> StreamConfig:
        """What the stream was told."""
        ...

    @property
    def tls(self) -> TLSFacts | None:
        """The TLS below, if there is."""
        ...

    @property
    def features(self) -> Features:
        """What the server offers now."""
        ...

    def write(self, text: str) -> None:
        """Send a serialized element."""
        ...

    def emit(self, event: StreamEvent) -> None:
        """Tell whoever drives the machine."""
        ...

    def set_aside(self, element: Element) -> None:
        """Keep an element that is not for this negotiation until the stream is ready.

        :raises ProtocolError: before a resource is bound nobody may send any; or there are too many.
        """
        ...


def always(link: Link, offer: Element) -> bool:
    """The offer is always taken."""
    return True


def never(link: Link) -> bool:
    """What is not offered is not tried."""
    return False


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One stream feature.

    :param name: the stage, in events and errors.
    :param tag: the offer in the features, in Clark notation.
    :param order: the least goes first.
    :param needs: what must be true of the stream.
    :param forbids: what must not be true.
    :param then: how the stream goes on.
    :param negotiate: the conversation.
    :param wanted: whether the offer is taken at all.
    :param unoffered: whether it is tried even where the server does not offer it.
    """

    name: str
    tag: str
    order: int
    needs: frozenset[str]
    forbids: frozenset[str]
    then: Then
    negotiate: Callable[[Link, Element], Negotiation]
    wanted: Callable[[Link, Element], bool] = always
    unoffered: Callable[[Link], bool] = never


def next_element() -> Generator[Ask, Answer, Element]:
    """Wait for the peer's next element."""
    answer = yield NextElement()
    assert isinstance(answer, Element)  # noqa: S101 - which answer fits which question, the state table says
    return answer


def start_tls() -> Generator[Ask, Answer, TLSFacts]:
    """Wait until TLS is established and verified."""
    answer = yield StartTLS()
    assert isinstance(answer, TLSFacts)  # noqa: S101 - as above
    return answer


def salted_password(request: NeedSaltedPassword) -> Generator[Ask, Answer, bytes]:
    """Wait until a key is derived."""
    answer = yield request
    assert isinstance(answer, bytes)  # noqa: S101 - as above
    return answer


def program(request: NeedRegistration) -> Generator[Ask, Answer, Element | None]:
    """Wait until the program says something."""
    answer = yield request
    assert isinstance(answer, Said)  # noqa: S101 - as above
    return answer.request
