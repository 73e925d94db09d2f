"""The XMPP stream without I/O: negotiation, features, SASL, and the rules of who may say what when."""

from helixmpp.stream.client import ClientStream
from helixmpp.stream.component import ComponentStream
from helixmpp.stream.config import ComponentConfig, StageTimeouts, StreamConfig
from helixmpp.stream.errors import parse_host
from helixmpp.stream.events import (
    Acknowledged,
    AckRequested,
    Authenticated,
    Bound,
    Closed,
    Failed,
    Managed,
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
    "NeedSaltedPassword",
    "Negotiation",
    "NonzaReceived",
    "Ready",
    "Redirected",
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
