"""``<query/>`` of XEP-0065 section 8.1, with the streamhosts in it."""

from typing import Final, Literal

from helixmpp.jid import JID
from helixmpp.plugins._unsigned import Between
from helixmpp.stanza import (
    Attr,
    Children,
    ChildText,
    ElementBase,
    OneOf,
    one_of,
    register_stanza_plugin,
)

__all__ = ["NAMESPACE", "Socks5", "StreamHost", "StreamHostUsed"]

NAMESPACE = "http://jabber.org/protocol/bytestreams"

Mode = Literal["tcp", "udp"]

_MODE: Final[OneOf[Mode]] = one_of("tcp", "udp")
_PORT: Final = Between(1, 65_535)


class StreamHost(ElementBase):
    """Who can be connected to, and where: the requester itself or a proxy."""

    name = "streamhost"
    namespace = NAMESPACE
    plugin_attrib = "streamhost"
    plugin_multi_attrib = "streamhosts"

    jid = Attr(JID, required=True)
    host = Attr(str, required=True)
    # Section 8.2: "If not specified, the port value is 1080".
    port = Attr(_PORT, default=1080)


class StreamHostUsed(ElementBase):
    """The streamhost that the target is connected to."""

    name = "streamhost-used"
    namespace = NAMESPACE
    plugin_attrib = "streamhost_used"

    jid = Attr(JID, required=True)


class Socks5(ElementBase):
    """What requester, target and proxy say to each other of one bytestream."""

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "socks"

    sid = Attr(str)
    mode = Attr(_MODE, default="tcp")
    dstaddr = Attr(str)
    activate = ChildText()
    streamhosts = Children(StreamHost)

    def add_streamhost(self, jid: JID | str, host: str, port: int) -> StreamHost:
        """Offer one more streamhost.

        :param host: an address or a name that the peer can resolve.
        :raises FieldValueError: ``port`` is none; or as for any JID and text. Nothing was changed.
        """
        streamhost = StreamHost()
        streamhost.jid, streamhost.host, streamhost.port = JID(jid), host, port
        self.append(streamhost)
        return streamhost


register_stanza_plugin(Socks5, StreamHostUsed)
