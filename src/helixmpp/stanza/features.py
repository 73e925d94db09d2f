"""``<stream:features/>`` and what a server offers in it (RFC 6120 section 4.3.2)."""

from typing import Any, ClassVar

from helixmpp.jid import JID
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.base.registry import register_stanza_plugin
from helixmpp.stanza.fields.child_text import ChildText
from helixmpp.stanza.fields.flag import Flag
from helixmpp.stanza.fields.texts import Texts
from helixmpp.stanza.iq import Iq
from helixmpp.stanza.root import StanzaBase
from helixmpp.xml import NS_BIND, NS_SASL, NS_SESSION, NS_STREAM, NS_TLS

__all__ = [
    "Bind",
    "Mechanisms",
    "PreApproval",
    "RosterVersioning",
    "Session",
    "StartTLSFeature",
    "StreamFeatures",
    "StreamLimits",
]


class StartTLSFeature(ElementBase):
    """TLS can, or has to, be started (RFC 6120 section 5)."""

    name = "starttls"
    namespace = NS_TLS
    plugin_attrib = "starttls"
    required = Flag()


class Mechanisms(ElementBase):
    """The SASL mechanisms that the server takes (RFC 6120 section 6.3.3)."""

    name = "mechanisms"
    namespace = NS_SASL
    plugin_attrib = "mechanisms"
    mechanisms = Texts(str, "mechanism")
    required = Flag()


class Bind(ElementBase):
    """The resource that the session gets (RFC 6120 section 7)."""

    name = "bind"
    namespace = NS_BIND
    plugin_attrib = "bind"
    resource = ChildText()
    jid = ChildText(JID)
    required = Flag()


class Session(ElementBase):
    """The session of RFC 3921, which servers still offer; with ``optional`` it need not be started."""

    name = "session"
    namespace = NS_SESSION
    plugin_attrib = "session"
    optional = Flag()
    required = Flag()


class RosterVersioning(ElementBase):
    """The server sends only what changed in the roster (RFC 6121 section 2.6)."""

    name = "ver"
    namespace = "urn:xmpp:features:rosterver"
    plugin_attrib = "rosterver"


class PreApproval(ElementBase):
    """A subscription can be granted before it is asked for (RFC 6121 section 3.4)."""

    name = "sub"
    namespace = "urn:xmpp:features:pre-approval"
    plugin_attrib = "preapproval"


class StreamLimits(ElementBase):
    """What the server takes (XEP-0478): the size of a stanza in bytes, and the seconds of silence."""

    name = "limits"
    namespace = "urn:xmpp:stream-limits:0"
    plugin_attrib = "limits"
    max_bytes = ChildText(int)
    idle_seconds = ChildText(int)


class StreamFeatures(StanzaBase):
    """What the server offers: ``features["mechanisms"]["mechanisms"]``."""

    name = "features"
    namespace = NS_STREAM
    plugin_attrib = "features"
    interfaces: ClassVar[set[str]] = {"features", "required", "optional"}

    def get_features(self) -> dict[str, Any]:
        """Return the objects for the features that are offered, by their key."""
        return {key: child for (key, _), child in self.plugins.items()}

    def set_features(self, value: object) -> None:
        """Do nothing: each feature is set by itself."""

    def del_features(self) -> None:
        """Do nothing: each feature is deleted by itself."""

    def get_required(self) -> list[Any]:
        """Return the features that have to be used."""
        return [child for child in self.get_features().values() if child["required"]]

    def set_required(self, value: object) -> None:
        """Do nothing: each feature says it of itself."""

    def del_required(self) -> None:
        """Do nothing: each feature says it of itself."""

    def get_optional(self) -> list[Any]:
        """Return the features that need not be used."""
        return [child for child in self.get_features().values() if not child["required"]]

    def set_optional(self, value: object) -> None:
        """Do nothing: each feature says it of itself."""

    def del_optional(self) -> None:
        """Do nothing: each feature says it of itself."""


for _feature in (StartTLSFeature, Mechanisms, Bind, Session, RosterVersioning, PreApproval, StreamLimits):
    register_stanza_plugin(StreamFeatures, _feature)
register_stanza_plugin(Iq, Bind)
register_stanza_plugin(Iq, Session)
