"""XEP-0462, PubSub Type Filtering: asks a pubsub service for its nodes of some types, or for all others.

Blogs and no comments to them, for example.

Use::

    xmpp.register_plugin("xep_0462")
    names = await xmpp.plugin["xep_0462"].nodes("news.commons.social", included=["urn:xmpp:microblog:0", ""])

A component that is such a service gives, in its operation ``get_items`` of ``xep_0030``, the nodes for which
``iq["disco_items"]["filter"].selects(pubsub_type)`` is true; the iq of who asks is ``args`` there.

Events: none.

Operations: none of its own.

Limits: nothing is kept. Only a component announces that it filters; a filter that both includes and excludes is refused
as a bad request by ``selects``.

Version: XEP-0462 0.1.1.
"""

from helixmpp.plugins.xep_0462.pubsub_type_filtering import XEP_0462
from helixmpp.plugins.xep_0462.stanza import Filter

__all__ = ["XEP_0462", "Filter"]
