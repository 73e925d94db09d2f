"""XEP-0096, SI File Transfer: files from one address to another, without a server that keeps them.

The XSF has deprecated it; Jingle File Transfer (XEP-0234) or HTTP File Upload (XEP-0363) do the same for new
software. Gateways, appliances and older clients still send and take files so.

Use::

    xmpp.register_plugin("xep_0096")
    with open("report.pdf", "rb") as file:
        await xmpp.plugin["xep_0096"].send_file("juliet@example.org/balcony", file, "report.pdf")

and on the other side::

    async def offered(iq):
        with open(folder / safe_name(iq["si"]["file"]["name"]), "xb") as file:
            await xmpp.plugin["xep_0096"].receive_file(iq, file)

    xmpp.add_event_handler("file_transfer_request", offered)

``xmpp.plugin["xep_0095"].decline(iq["from"], iq["si"]["id"])`` says no.

Events: ``file_transfer_request`` with the iq of an offer, ``iq["si"]["file"]``. An offer that nobody listens for, here
or by ``si_request``, is declined.

Operations: none of its own; the offers that wait are those of XEP-0095.

Limits: the name in an offer is a stranger's: :func:`safe_name` makes one of it that leads nowhere else and is a file
name on every system. ``receive_file()`` takes files of ``max_size`` bytes, reads no more than were offered, raises
:class:`FileTransferFailed` where fewer came or their MD5 hash is another one, and gives up when nothing comes for
``stream_timeout`` seconds; ``send_file()`` waits ``offer_timeout`` seconds for the peer's answer. These are settings.
The hash finds what broke on the way; it proves nothing, and over SOCKS5 the bytes are not encrypted. An offer without
name or size is answered with ``bad-request`` and ``bad-profile``; names and descriptions have 4096 characters.

Version: XEP-0096 1.3.1.
"""

from helixmpp.plugins.xep_0096.file_transfer import XEP_0096
from helixmpp.plugins.xep_0096.files import FileTransferFailed
from helixmpp.plugins.xep_0096.names import safe_name
from helixmpp.plugins.xep_0096.stanza import NAMESPACE, File, Range

__all__ = ["NAMESPACE", "XEP_0096", "File", "FileTransferFailed", "Range", "safe_name"]
