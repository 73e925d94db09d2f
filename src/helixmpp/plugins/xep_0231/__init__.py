"""XEP-0231, Bits of Binary: pictures and other small files, by the hash of their bytes.

A blob is at most a few kilobytes, such as an emoticon, a thumbnail or a CAPTCHA. It is named by a Content-ID
(cid) that holds the hash of its bytes; who reads such a cid in a message asks its sender for the blob, once.

Use::

    xmpp.register_plugin("xep_0231")
    cid = await xmpp.plugin["xep_0231"].set_bob(data, "image/png")  # now anybody may ask us for it
    content = await xmpp.plugin["xep_0231"].get_bob(jid="juliet@example.org/balcony", cid=cid)

Then ``content["bob"]["data"]`` has the bytes, and ``content[BitsOfBinary].data`` has them typed.

Events: ``bob``, with the message, presence or iq answer, when a peer sent a blob whose bytes are those of its
cid, or whose cid does not tell.

Operations: ``set_bob``, ``get_bob`` and ``del_bob``, typed by :class:`BobStore`. Requests of peers are
answered through ``get_bob`` with ``ifrom``, the one who asks. The default ones keep blobs on the engine of
``storage=``; peers get from them what this program itself put there, and never what other peers sent.

Limits: a blob has ``max_size`` bytes; ``max_blobs`` of our own and ``max_received`` of others are kept, those
of others for as long as their ``max-age`` says, and ``received_age`` seconds where it says nothing; each is a
setting. A blob of others is kept only if its bytes are those of its cid (SHA-1, SHA-2, SHA-3, BLAKE2b) and
its ``max-age`` is not 0. What has a cid without such a hash is kept under its sender's address, is given for
that address alone, and is never handed to an operation. Bytes that are not those of their cid raise
:class:`BlobRefused`. Our own blobs are forgotten after their ``max_age``, except that 0 only asks others not
to keep them. A blob of others whose MIME type is none (RFC 2045 section 5.1) is refused; only one of no bytes
may come without a type.

Version: XEP-0231 1.1.
"""

from helixmpp.plugins.xep_0231.bob import XEP_0231, BlobRefused
from helixmpp.plugins.xep_0231.cids import make_cid
from helixmpp.plugins.xep_0231.stanza import BitsOfBinary
from helixmpp.plugins.xep_0231.store import BobStore

__all__ = ["XEP_0231", "BitsOfBinary", "BlobRefused", "BobStore", "make_cid"]
