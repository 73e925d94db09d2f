"""Stream management (XEP-0198) at the server's end, without I/O: its settings, its counters, its elements."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from helixmpp.xml import NS_SM, NS_STANZA_ERRORS

__all__ = ["Ledger", "StreamManagement", "Unacknowledged", "failed", "nonza", "read_count"]

COUNTS = 2**32  # h is an xs:unsignedInt and begins again behind the last one (section 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamManagement:
    """How a server of one test does stream management: as a good server does, or as a bad one.

    ::

        Server(stream_management=StreamManagement(refuse_resumption=0.3, seed=7))
    """

    offered: bool = True
    """Whether ``<sm/>`` is among the features."""

    resumption: bool = True
    """Whether a session may be resumed."""

    hibernation: float = 60.0
    """Seconds that a session without a connection waits to be resumed; told to the client as ``max``."""

    refuse_resumption: float = 0.0
    """The share of resumptions, from 0 to 1, that are refused: the session is then gone."""

    seed: int = 0
    """Decides which ones are refused: with the same seed the same ones."""

    tell_count: bool = True
    """Whether ``<failed/>`` says how many stanzas of a lost session had been handled, where that is known."""

    acknowledge: bool = True
    """Whether the client's requests for an acknowledgement are answered."""

    request: bool = True
    """Whether the client is asked for acknowledgements: one request at a time, until nothing is open."""


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """A stanza that the client has not said to have handled, and when it was first sent."""

    stanza: Element
    at: datetime


@dataclass(slots=True, eq=False)
class Ledger:
    """The counters of one session (section 4); they go on when it is resumed."""

    handled: int = 0  # of the client's stanzas, modulo 2^32
    acknowledged: int = 0  # the client's last h
    open: deque[Unacknowledged] = field(default_factory=deque[Unacknowledged])

    @property
    def sent(self) -> int:
        """How many stanzas went to the client, modulo 2^32."""
        return (self.acknowledged + len(self.open)) % COUNTS

    def received(self) -> None:
        """Count a stanza of the client."""
        self.handled = (self.handled + 1) % COUNTS

    def fits(self, h: int) -> bool:
        """Tell whether the client can have handled ``h`` stanzas: no more than were sent, no less than before."""
        return (h - self.acknowledged) % COUNTS <= len(self.open)

    def acknowledge(self, h: int) -> None:
        """Forget what the client has handled; ``h`` fits."""
        for _ in range((h - self.acknowledged) % COUNTS):
            self.open.popleft()
        self.acknowledged = h


def nonza(name: str, **attributes: str) -> Element:
    """Make an element of stream management."""
    return Element(f"{{{NS_SM}}}{name}", attributes)


def failed(condition: str, h: int | None = None) -> Element:
    """Make ``<failed/>`` (section 6)."""
    element = nonza("failed") if h is None else nonza("failed", h=str(h))
    SubElement(element, f"{{{NS_STANZA_ERRORS}}}{condition}")
    return element


def read_count(text: str | None) -> int | None:
    """Read an xs:unsignedInt; None for what is none."""
    text = (text or "").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        return None
    number = int(text)
    return number if number < COUNTS else None
