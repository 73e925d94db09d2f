"""XEP-0065, SOCKS5 Bytestreams: a TCP connection between two addresses, for files and other large data.

It goes to this machine where peers can reach it (setting ``direct``), and else over a proxy of a server. Nothing of
it is encrypted: what is secret has to be encrypted before it is sent. In-band bytestreams (``xep_0047``) work where
this does not.

Use::

    xmpp.register_plugin("xep_0065")
    stream = await xmpp.plugin["xep_0065"].handshake("juliet@example.org/balcony")
    async with stream:
        await stream.write(data)

and on the other side, where ``auto_accept`` is set or the operation ``authorized`` says yes::

    async def stream_start(stream):
        async for data in stream:
            file.write(data)

    xmpp.add_event_handler("socks5_stream", stream_start)

Events: ``socks5_connected`` with the sid and ``socks5_stream`` with the :class:`Socks5Stream` when there is one,
whoever started it; ``stream:SID:PEER`` with the stream of that sid with that peer; ``socks5_closed`` when one has
ended, with the exception that ended it, if any. While ``socks5_data`` has handlers, they get what comes by
every stream that ``stream:SID:PEER`` has no handler for, as bytes, and the stream itself gives nothing to read.

Operations: ``authorized``, ``authorized_sid`` and ``preauthorize_sid``, typed by :class:`Socks5Store`. The default
ones accept whom ``preauthorize_sid`` named, once, and everybody with the setting ``auto_accept``.

Limits: a peer that may start a bytestream makes this machine connect to where it says: ``max_streamhosts`` of what
it offers are tried, each for ``connect_timeout`` seconds and all for ``negotiation_timeout``; with
``private_hosts`` off only addresses of the public internet. It is always this machine that connects, also where
the stream of stanzas itself goes over a proxy. Peers have ``max_streams`` open, each bare address
``max_streams_of_peer``; ``max_preauthorized`` may wait to be started. Our own listening socket (``listen_hosts``,
``listen_port``; behind a router ``hosts`` and ``external_port`` say what peers are told) is open during
:meth:`~XEP_0065.handshake` only and takes one connection, of who knows the hash of the bytestream. Who reads
slowly slows the sender down. ``gather()`` takes ``max_gather`` bytes. All of these are settings. There is no UDP
(section 8 leaves it open). The connections go on when the session ends; what is not started by then is not.

Version: XEP-0065 1.8.2.
"""

from helixmpp.plugins.xep_0065.proxy import XEP_0065
from helixmpp.plugins.xep_0065.socks5 import Socks5Failure, destination
from helixmpp.plugins.xep_0065.stanza import NAMESPACE, Socks5, StreamHost, StreamHostUsed
from helixmpp.plugins.xep_0065.store import Socks5Store
from helixmpp.plugins.xep_0065.stream import Socks5Stream

__all__ = [
    "NAMESPACE",
    "XEP_0065",
    "Socks5",
    "Socks5Failure",
    "Socks5Store",
    "Socks5Stream",
    "StreamHost",
    "StreamHostUsed",
    "destination",
]
