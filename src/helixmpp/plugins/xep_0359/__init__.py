"""XEP-0359, Unique and Stable Stanza IDs: the ids that archives and rooms give to messages.

The attribute ``id`` of a message is chosen by its sender, who may use one twice. An archive or a room gives each
message an id that is its own.

Use::

    xmpp.register_plugin("xep_0359")
    id = xmpp.plugin["xep_0359"].stanza_id(message)  # by the room, or by our own account
    if id and await xmpp.plugin["xep_0359"].is_trusted(message["from"].bare):
        print("the room's id of it is", id)

``xmpp.use_origin_id = True`` has each message that is sent carry its id as ``<origin-id/>``, too.

Events: none.

Operations: none.

Limits: of ids by the same address in one message, none is believed. For the plugins that ask whether a correction, a
retraction or a reaction is from the author (``xep_0308``, ``xep_0424``, ``xep_0444``), the authors of the last
``max_authors`` ids are remembered, in memory.

Version: XEP-0359 0.7.0.
"""

from helixmpp.plugins.xep_0359.authors import Author, Authors, author_of, compare
from helixmpp.plugins.xep_0359.stanza import OriginID, ReferencedStanza, StanzaID
from helixmpp.plugins.xep_0359.stanzaid import XEP_0359

__all__ = [
    "XEP_0359",
    "Author",
    "Authors",
    "OriginID",
    "ReferencedStanza",
    "StanzaID",
    "author_of",
    "compare",
]
