"""XEP-0454, OMEMO Media Sharing: files that are encrypted before they are uploaded, for who gets the key in a message.

The URL is one line of text, ``aesgcm://...``, and goes as the body of an encrypted message.

Use::

    xmpp.register_plugin("xep_0454")
    media = xmpp.plugin["xep_0454"]
    url = await media.upload_file("cat.jpg")  # and send it in an encrypted message
    shared = media.shared_in(decrypted_body)
    if shared is not None:
        content = media.decrypt(io.BytesIO(await get(shared.url)), shared.fragment)

Events: none.

Operations: none.

Limits: files are got by the program, not from here; look at the size before. The URL is a secret: who reads it reads
the file, so it belongs into encrypted messages only. The service learns a file's size and the ending of its name, and
with ``keep_names`` the name. A file is given only when all of it was verified.

Version: XEP-0454 0.1.0.
"""

from helixmpp.plugins.xep_0454.encrypting import MediaRefused
from helixmpp.plugins.xep_0454.omemo_media_sharing import XEP_0454
from helixmpp.plugins.xep_0454.urls import AesgcmUrl, format_url, parse_text, parse_url

__all__ = ["XEP_0454", "AesgcmUrl", "MediaRefused", "format_url", "parse_text", "parse_url"]
