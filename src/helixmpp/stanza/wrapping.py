"""From an element of the stream to the object for it."""

from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.stanza.iq import Iq
from helixmpp.stanza.message import Message
from helixmpp.stanza.presence import Presence
from helixmpp.stanza.root import StanzaBase
from helixmpp.stanza.sender import Sender
from helixmpp.xml import NS_CLIENT, NS_COMPONENT

__all__ = ["stanza_of"]

# By the namespace of the stream, and then by the name.
_KINDS: Final[dict[str, dict[str, type[StanzaBase]]]] = {
    namespace: {f"{{{namespace}}}{kind.name}": kind for kind in (Message, Presence, Iq)}
    for namespace in (NS_CLIENT, NS_COMPONENT)
}


def stanza_of(element: Element, stream_ns: str = NS_CLIENT, stream: Sender | None = None) -> StanzaBase:
    """Make the object for an element that was received: Message, Presence, Iq, else ``StanzaBase``.

    Nothing in the element is looked at but its name, so that this never raises.

    :param stream_ns: the namespace of the stream: ``jabber:client``, or that of components (XEP-0114).
    :param stream: the client or component that it belongs to.
    """
    kinds = _KINDS.get(stream_ns)
    kind = kinds.get(element.tag) if kinds is not None else None
    if kind is not None:
        return kind.from_stream(element, stream_ns, stream)
    namespace, _, local = element.tag[1:].rpartition("}")
    stanza = StanzaBase.from_stream(element, namespace, stream)
    stanza.name = local
    return stanza
