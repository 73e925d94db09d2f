"""The XMPP stream without I/O: negotiation, features, SASL, and the rules of who may say what when."""

from helixmpp.stream.client import ClientStream
from helixmpp.stream.component import ComponentStream
from helixmpp.stream.config import ComponentConfig, StageTimeouts, StreamConfig
from helixmpp.stream.events import (
    Authenticated,
    Bound,
    Closed,
    Failed,
    NeedSaltedPassword,
    NonzaReceived,
    Ready,
    Redirected,
    StageChanged,
    StanzaReceived,
    StartTLS,
    StreamErrorReceived,
    StreamEvent,
)
from helixmpp.stream.facts import TLSFacts
from helixmpp.stream.features.offered import Features, ServerLimits
from helixmpp.stream.features.row import FeatureRow, Link, Negotiation, Then
from helixmpp.stream.sasl.ranking import RANKING
from helixmpp.stream.sasl.saslprep import saslprep

__all__ = [
    "RANKING",
    "Authenticated",
    "Bound",
    "ClientStream",
    "Closed",
    "ComponentConfig",
    "ComponentStream",
    "Failed",
    "FeatureRow",
    "Features",
    "Link",
    "NeedSaltedPassword",
    "Negotiation",
    "NonzaReceived",
    "Ready",
    "Redirected",
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
    "saslprep",
]
