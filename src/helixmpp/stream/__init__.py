"""The XMPP stream without I/O: negotiation, features, SASL, and the rules of who may say what when.

The names are looked up when they are first used, so that who only makes a client pays for nothing of it.
"""

from typing import TYPE_CHECKING

from helixmpp._faces import face as _face

if TYPE_CHECKING:
    from helixmpp.stream.client import ClientStream
    from helixmpp.stream.component import ComponentStream
    from helixmpp.stream.config import ComponentConfig, Registration, StageTimeouts, StreamConfig
    from helixmpp.stream.errors import parse_host
    from helixmpp.stream.events import (
        Acknowledged,
        AckRequested,
        Authenticated,
        Bound,
        Closed,
        Failed,
        Managed,
        NeedRegistration,
        NeedSaltedPassword,
        NonzaReceived,
        Ready,
        Redirected,
        ResumptionRefused,
        StageChanged,
        StanzaReceived,
        StartTLS,
        StreamErrorReceived,
        StreamEvent,
    )
    from helixmpp.stream.facts import TLSFacts
    from helixmpp.stream.features.offered import Features, ServerLimits
    from helixmpp.stream.features.row import FeatureRow, Link, Negotiation, Then
    from helixmpp.stream.ledger import Entry, Ledger
    from helixmpp.stream.management import Management
    from helixmpp.stream.sasl.ranking import RANKING
    from helixmpp.stream.sasl.saslprep import saslprep

_PLACES = {
    "helixmpp.stream.client": ("ClientStream",),
    "helixmpp.stream.component": ("ComponentStream",),
    "helixmpp.stream.config": ("ComponentConfig", "Registration", "StageTimeouts", "StreamConfig"),
    "helixmpp.stream.errors": ("parse_host",),
    "helixmpp.stream.events": (
        "Acknowledged",
        "AckRequested",
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
    ),
    "helixmpp.stream.facts": ("TLSFacts",),
    "helixmpp.stream.features.offered": ("Features", "ServerLimits"),
    "helixmpp.stream.features.row": ("FeatureRow", "Link", "Negotiation", "Then"),
    "helixmpp.stream.ledger": ("Entry", "Ledger"),
    "helixmpp.stream.management": ("Management",),
    "helixmpp.stream.sasl.ranking": ("RANKING",),
    "helixmpp.stream.sasl.saslprep": ("saslprep",),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "RANKING",
    "AckRequested",
    "Acknowledged",
    "Authenticated",
    "Bound",
    "ClientStream",
    "Closed",
    "ComponentConfig",
    "ComponentStream",
    "Entry",
    "Failed",
    "FeatureRow",
    "Features",
    "Ledger",
    "Link",
    "Managed",
    "Management",
    "NeedRegistration",
    "NeedSaltedPassword",
    "Negotiation",
    "NonzaReceived",
    "Ready",
    "Redirected",
    "Registration",
    "ResumptionRefused",
    "ServerLimits",
    "StageChanged",
    "StageTimeouts",
    "StanzaReceived",
    "StartTLS",
    "StreamConfig",
    "StreamErrorReceived",
    "StreamEvent",
    "TLSFacts",
    "Then",
    "parse_host",
    "saslprep",
]

__getattr__, __dir__ = _face(globals(), _MODULE_OF)
