"""XEP-0071, XHTML-IM: a message's text once more, with its looks. It is deprecated; XEP-0394 took its place.

Use::

    xmpp.register_plugin("xep_0071")
    xmpp.send_message("juliet@example.org", "hello", mhtml="<p>h<strong>e</strong>llo</p>")
    print(received["html"]["body"])

Events: none.

Operations: none.

Limits: what is read is sanitised: only the elements, attributes and styles that XEP-0071 recommends (section 7.8),
links of harmless schemes, pictures from the web or by ``cid:``. Whoever shows pictures tells their owner that we
read them. Nobody says that this text is the same as the plain one (section 11): a program that cares shows that.

Version: XEP-0071 1.5.4.
"""

from helixmpp.plugins.xep_0071.sanitizing import sanitize
from helixmpp.plugins.xep_0071.stanza import XHTML_IM
from helixmpp.plugins.xep_0071.xhtml_im import XEP_0071

__all__ = ["XEP_0071", "XHTML_IM", "sanitize"]
