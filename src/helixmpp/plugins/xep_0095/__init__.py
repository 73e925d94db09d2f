"""XEP-0095, Stream Initiation: says what a bytestream is for, and agrees on how it is opened.

The XSF has deprecated it; Jingle (XEP-0166) does the same for new software. Gateways, appliances and older clients
still offer files so, by its profile ``xep_0096``.

Use::

    xmpp.register_plugin("xep_0095")
    si = xmpp.plugin["xep_0095"]
    answer = await si.offer("juliet@example.org/balcony", sid="s1", profile="urn:example:log", payload=about_it)
    stream = await si.open_stream("juliet@example.org/balcony", "s1", answer)

and on the other side, for a profile that :meth:`~XEP_0095.register_profile` has made known::

    async def offered(iq):
        await si.accept(iq["from"], iq["si"]["id"], stream_handler=stream_start)

    xmpp.add_event_handler("si_request", offered)

Events: ``si_request`` with the iq of an offer, which waits for :meth:`~XEP_0095.accept` or
:meth:`~XEP_0095.decline`; an offer that nobody listens for is declined. ``stream:SID:PEER`` when the stream is open.

Operations: ``add_pending``, ``get_pending`` and ``del_pending``, typed by :class:`StreamInitiationStore`: the offers
that wait. The default ones forget them with the session.

Limits: ``max_pending`` offers wait, beyond which the oldest is forgotten, and ``max_pending_of_peer`` of one bare
address, beyond which they are refused; ``max_accepted`` streams with a ``stream_handler`` may wait to be opened, until
the session ends; these are settings. A profile that is not known is answered with
``bad-request`` and ``bad-profile``, an offer without a method that we have with ``no-valid-streams``. Methods are
SOCKS5 bytestreams and in-band bytestreams, in this order, whose own limits hold, and those that a program registers.

Version: XEP-0095 1.2.
"""

from helixmpp.plugins.xep_0095.stanza import NAMESPACE, SI, FeatureNegotiation
from helixmpp.plugins.xep_0095.store import Pending, StreamInitiationStore
from helixmpp.plugins.xep_0095.stream_initiation import IBB, SOCKS5, XEP_0095, Bytestream, Profile

__all__ = [
    "IBB",
    "NAMESPACE",
    "SI",
    "SOCKS5",
    "XEP_0095",
    "Bytestream",
    "FeatureNegotiation",
    "Pending",
    "Profile",
    "StreamInitiationStore",
]
