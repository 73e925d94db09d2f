"""XEP-0394, Message Markup: which parts of a text are strong, code, a list or a quotation.

The text itself stays plain, and is the same for everybody.

Use::

    xmpp.register_plugin("xep_0394")
    message = xmpp.make_message("juliet@example.org", "There is really no reason to worry.")
    xmpp.plugin["xep_0394"].add_span(message, 9, 15, "emphasis")
    print(xmpp.plugin["xep_0394"].to_xhtml_im(received["body"], received["markup"]))

Events: none.

Operations: none.

Limits: of a stranger's markup ``max_parts`` parts are looked at, and those that lie outside of the text, cross each
other or are no numbers are left out. Places are counted in code points.

Version: XEP-0394 0.3.0.
"""

from helixmpp.plugins.xep_0394.markup import XEP_0394
from helixmpp.plugins.xep_0394.stanza import BlockCode, BlockQuote, Li, List, Markup, Span

__all__ = ["XEP_0394", "BlockCode", "BlockQuote", "Li", "List", "Markup", "Span"]
