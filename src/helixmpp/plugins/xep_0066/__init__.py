"""XEP-0066, Out of Band Data: a URL beside a text, and files that others are asked to fetch.

Clients show the file behind the URL in place of the text, when the text is that URL.

Use::

    xmpp.register_plugin("xep_0066")
    message["oob"]["url"] = message["body"] = "https://example.org/cat.jpg"
    xmpp.plugin["xep_0066"].register_url_handler(handler=fetch)  # who is asked to fetch decides

Events: none.

Operations: none.

Limits: nothing is fetched by itself: without a handler every offer is refused. ``max_handlers`` senders have a handler
of their own; a URL that is offered has 8,192 characters at most.

Version: XEP-0066 1.5.
"""

from helixmpp.plugins.xep_0066.oob import XEP_0066
from helixmpp.plugins.xep_0066.stanza import OOB, OOBTransfer

__all__ = ["OOB", "XEP_0066", "OOBTransfer"]
