"""XEP-0447, Stateless File Sharing: a file in a message, with what is known of it, and where everybody gets it.

Use::

    xmpp.register_plugin("xep_0447")
    url = await xmpp.plugin["xep_0363"].upload_file("summit.jpg")
    sharing = xmpp.plugin["xep_0447"]
    sfs = await asyncio.to_thread(sharing.get_sfs, "summit.jpg", [url], "image/jpeg", "From the summit.")
    sharing.make_share("juliet@example.org", sfs).send()
    xmpp.add_event_handler("file_shared", lambda m: print(m["sfs"]["file"]["name"], m["sfs"]["sources"]))

``sharing.files(message)`` are all files of a message, ``sharing.usable_urls(message)`` where one may be got;
``xmpp.plugin["xep_0446"].check(file, path)`` tells whether what came from there is that file.

Events: ``file_shared``, with a message that shares files; ``file_sources``, with one that says where a file of an
earlier message is: ``sharing.sources_for(message)``.

Operations: none.

Limits: nothing is fetched and nothing is kept. Name, type and picture of a file are what the sender says. Anybody can
say where a file is, also of somebody else's: only its hash tells that it is the right one, and without one
``usable_urls`` believes nobody but the sender. Who gets a file shows his address to whoever has it: ask people first.

Version: XEP-0447 0.3.1.
"""

from helixmpp.plugins.xep_0447.sfs import XEP_0447
from helixmpp.plugins.xep_0447.stanza import (
    NAMESPACE,
    AttachTo,
    Disposition,
    JinglePub,
    Sources,
    StatelessFileSharing,
    UrlData,
)

__all__ = [
    "NAMESPACE",
    "XEP_0447",
    "AttachTo",
    "Disposition",
    "JinglePub",
    "Sources",
    "StatelessFileSharing",
    "UrlData",
]
