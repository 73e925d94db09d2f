"""XEP-0047, In-Band Bytestreams: a pipe of bytes between two addresses, through the stream itself.

It works wherever stanzas do, through every firewall, and is slow: each block waits for its acknowledgement.
SOCKS5 bytestreams (``xep_0065``) are the fast way, this one is what is left when they fail.

Use::

    xmpp.register_plugin("xep_0047")
    stream = await xmpp.plugin["xep_0047"].open_stream("juliet@example.org/balcony")
    async with stream:
        await stream.sendall(data)

and on the other side, where ``auto_accept`` is set or the operation ``authorized`` says yes::

    async def stream_start(stream):
        async for data in stream:
            file.write(data)

    xmpp.add_event_handler("ibb_stream_start", stream_start)

Events: ``ibb_stream_start`` when a stream is open, whoever opened it; ``ibb_stream_data`` when a block has come by
it, which ``stream.read()`` gives; ``ibb_stream_end`` when it has ended; each with the :class:`IBBytestream`.
``stream:SID:PEER`` when the stream of that sid with that peer is open, with the stream, as in XEP-0065.

Operations: ``authorized``, ``authorized_sid``, ``preauthorize_sid``, ``get_stream``, ``set_stream`` and
``del_stream``, typed by :class:`BytestreamStore`. The default ones accept whom ``preauthorize_sid`` named, once,
and everybody with the setting ``auto_accept``.

Limits: a block has ``max_block_size`` bytes where the peer opens the stream. Once ``max_unread`` bytes are unread,
blocks are not acknowledged until half of them have been read, so that the peer waits; one that goes on for 64
blocks all the same, or that sends in messages, where nothing can be held up, has its stream closed. Peers have
``max_streams`` open, each bare address ``max_streams_of_peer``; ``max_preauthorized`` may wait to be opened.
``gather()`` takes ``max_gather`` bytes. All of these are settings. A block out of order, of more bytes than were
agreed on or with what is no base64 is refused and ends its stream, as section 2.2 asks; one from anybody but the
peer is answered with ``item-not-found``. With the session every stream ends, and what waits for it raises
:class:`BytestreamClosed`. A sid may be any text of 1024 characters, because XEP-0095 hands on its own.

Version: XEP-0047 2.0.1.
"""

from helixmpp.plugins.xep_0047.ibb import XEP_0047
from helixmpp.plugins.xep_0047.sids import SidTable
from helixmpp.plugins.xep_0047.stanza import NAMESPACE, Close, Data, Open
from helixmpp.plugins.xep_0047.store import BytestreamStore
from helixmpp.plugins.xep_0047.stream import BytestreamClosed, IBBytestream

__all__ = [
    "NAMESPACE",
    "XEP_0047",
    "BytestreamClosed",
    "BytestreamStore",
    "Close",
    "Data",
    "IBBytestream",
    "Open",
    "SidTable",
]
