"""XEP-0446, File Metadata Element: name, size, type and hashes of a file, for protocols that share files.

Use::

    xmpp.register_plugin("xep_0446")
    files = xmpp.plugin["xep_0446"]
    described = await asyncio.to_thread(files.make_file, "summit.jpg", "image/jpeg", "From the summit.")
    path = folder / received["file"].safe_name()
    if not await asyncio.to_thread(files.check, received["file"], path):
        print("another file, or nobody knows")

Events: none.

Operations: none.

Limits: all of it is what the sender says, until ``check`` has looked at the bytes. A name may lead anywhere: make a
path of ``safe_name()`` alone.

Version: XEP-0446 0.2.0.
"""

from helixmpp.plugins.xep_0446.file_metadata import XEP_0446
from helixmpp.plugins.xep_0446.stanza import NAMESPACE, File

__all__ = ["NAMESPACE", "XEP_0446", "File"]
