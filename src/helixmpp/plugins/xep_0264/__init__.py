"""XEP-0264, Jingle Content Thumbnails: a small picture of a file or a film, before anybody fetches it.

It stands in what is told of a file (``file["thumbnail"]`` of XEP-0446 and XEP-0385).

Use::

    xmpp.register_plugin("xep_0264")
    thumbnails = xmpp.plugin["xep_0264"]
    shared["file"].append(await thumbnails.make_thumbnail(png, "image/png", 128, 96))
    png = await thumbnails.fetch(message["from"], received["file"]["thumbnail"])

Events: none.

Operations: none; the blobs are kept by those of ``xep_0231``.

Limits: a thumbnail has ``max_size`` bytes. It is got from its sender (``cid:``) or stands in the URI (``data:``); from
an address on the web nothing is fetched. How large it is in pixels, the sender says: limit what you show, and never
take memory by it. A thumbnail shows what a file holds, also where the file itself is encrypted.

Version: XEP-0264 0.4.2.
"""

from helixmpp.plugins.xep_0264.stanza import NAMESPACE, Thumbnail
from helixmpp.plugins.xep_0264.thumbnail import XEP_0264

__all__ = ["NAMESPACE", "XEP_0264", "Thumbnail"]
