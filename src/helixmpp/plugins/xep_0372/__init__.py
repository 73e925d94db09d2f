"""XEP-0372, References: people who are mentioned in a message, and what a part of its text refers to.

Use::

    xmpp.register_plugin("xep_0372")
    references = xmpp.plugin["xep_0372"]
    message = xmpp.make_message("romeo@montague.lit", "It is the east, and Juliet is the sun.")
    references.mention(message, "juliet@capulet.lit", "Juliet")
    xmpp.add_event_handler("references", lambda m: references.is_mentioned(m) and ring())

Events: ``references``, with a message that has some: ``references.mentions(message)``,
``references.references(message, "data")``, ``message["reference"]["uri"]``.

Operations: none.

Limits: a message with more than ``max_references`` raises no event. Who sends a message can mention anybody, and refer
to anything; nothing is fetched. Places are counted in code points; those that the body does not have are no text.

Version: XEP-0372 0.5.0.
"""

from helixmpp.plugins.xep_0372.references import XEP_0372, Mention
from helixmpp.plugins.xep_0372.stanza import NAMESPACE, Reference
from helixmpp.plugins.xep_0372.uris import jid_of, uri_of

__all__ = ["NAMESPACE", "XEP_0372", "Mention", "Reference", "jid_of", "uri_of"]
