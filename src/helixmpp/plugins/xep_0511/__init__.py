"""XEP-0511, Link Metadata: what is behind a link in a message, so that nobody has to go there to show it.

Use::

    xmpp.register_plugin("xep_0511")
    links = xmpp.plugin["xep_0511"]
    links.add_metadata(message, "https://example.org/page", title="The Best Webpage", images=[picture])
    for found in links.metadata(received):
        print(found.about, found.title, found.images)

Events: none.

Operations: none.

Limits: nothing is fetched, neither a page that is sent nor a picture that is received. The sender may have written
anything of a link, and of any link: show where it leads, and ask before a picture is fetched. Of a message
``max_links`` links are told of.

Version: XEP-0511 0.1.1.
"""

from helixmpp.plugins.xep_0511.link_metadata import XEP_0511
from helixmpp.plugins.xep_0511.stanza import NAMESPACE, LinkMetadata

__all__ = ["NAMESPACE", "XEP_0511", "LinkMetadata"]
