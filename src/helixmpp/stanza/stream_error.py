"""``<stream:error/>`` (RFC 6120 section 4.9)."""

from typing import ClassVar

from helixmpp.stanza.fields.child_text import ChildText
from helixmpp.stanza.fields.choice import Choice
from helixmpp.stanza.root import StanzaBase
from helixmpp.xml import NS_STREAM, NS_STREAM_ERRORS

__all__ = ["StreamError"]

_CONDITIONS = (
    "bad-format",
    "bad-namespace-prefix",
    "conflict",
    "connection-timeout",
    "host-gone",
    "host-unknown",
    "improper-addressing",
    "internal-server-error",
    "invalid-from",
    "invalid-id",
    "invalid-namespace",
    "invalid-xml",
    "not-authorized",
    "not-well-formed",
    "policy-violation",
    "remote-connection-failed",
    "reset",
    "resource-constraint",
    "restricted-xml",
    "see-other-host",
    "system-shutdown",
    "undefined-condition",
    "unsupported-encoding",
    "unsupported-feature",
    "unsupported-stanza-type",
    "unsupported-version",
    "xml-not-well-formed",
)


class StreamError(StanzaBase):
    """Why a stream was ended."""

    name = "error"
    namespace = NS_STREAM
    plugin_attrib = "stream_error"
    interfaces: ClassVar[set[str]] = set()
    condition_ns: ClassVar[str] = NS_STREAM_ERRORS
    #: The conditions that RFC 6120 section 4.9.3 defines, and one of RFC 3920.
    conditions: ClassVar[set[str]] = set(_CONDITIONS)

    condition = Choice(*_CONDITIONS, namespace=NS_STREAM_ERRORS)
    text = ChildText(lang=True, namespace=NS_STREAM_ERRORS)
    #: Where to connect to instead, as ``host:port``.
    see_other_host = ChildText(namespace=NS_STREAM_ERRORS)

    def set_see_other_host(self, value: str) -> None:
        """Set the condition ``see-other-host`` and the ``host:port`` to connect to."""
        StreamError.see_other_host.format(value)
        self["condition"] = "see-other-host"
        StreamError.see_other_host.write(self, value)
