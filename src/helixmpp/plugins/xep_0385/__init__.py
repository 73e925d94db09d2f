"""XEP-0385, Stateless Inline Media Sharing (SIMS): pictures and films in a message, and where everybody gets them.

XEP-0447 does the same for all kinds of files, in a simpler way; who wants to reach everybody sends both.

Use::

    xmpp.register_plugin("xep_0385")
    sharing = xmpp.plugin["xep_0385"]
    message = xmpp.make_message("juliet@example.org", url)
    message.append(await asyncio.to_thread(sharing.get_sims, "summit.jpg", [url], "image/jpeg", "The summit."))
    message.send()
    xmpp.add_event_handler("media_shared", lambda m: print([one.sources.uris for one in sharing.media(m)]))

``xmpp.plugin["xep_0446"].check(media.file, path)`` tells whether what came from there is what was shared, without which
"the retrieved content MUST be discarded" (section 5.2). ``media.file.hashes[0].ni`` is the URI by which XHTML-IM shows
it.

Events: ``media_shared``, with a message that shares media.

Operations: none.

Limits: nothing is fetched and nothing is kept. Of a message the references that ``xep_0372`` reads are looked at. What
is said of media is what the sender says.

Version: XEP-0385 0.2.1.
"""

from helixmpp.plugins.xep_0385.sims import XEP_0385
from helixmpp.plugins.xep_0385.stanza import NAMESPACE, File, Sims, Sources

__all__ = ["NAMESPACE", "XEP_0385", "File", "Sims", "Sources"]
