"""XEP-0115, Entity Capabilities: what everybody can do, without asking everybody.

Each presence says by a hash what its sender can do. Whoever uses the same software sends the same hash, so one
question (XEP-0030) is enough for all of them, and what was learnt is kept. This program puts the hash of its own
features on its presences.

Use::

    xmpp.register_plugin("xep_0115", {"caps_node": "https://example.org/my-bot"})
    info = await xmpp.plugin["xep_0115"].get_caps("juliet@example.org/balcony")
    can_call = await xmpp.plugin["xep_0030"].supports("juliet@example.org/balcony", feature="urn:xmpp:jingle:1")

After features were added in the middle of a session, ``await xmpp.plugin["xep_0115"].update_caps()`` tells
everybody.

Events: ``entity_caps``, with each presence that has capabilities; ``entity_caps_legacy``, with one in the form of
before version 1.4, which cannot be verified and is ignored.

Operations: ``cache_caps``, ``get_caps``, ``assign_verstring``, ``get_verstring``, ``supports``, ``has_identity``,
typed by :class:`CapsStore`. The last two take the place of those of XEP-0030, too. The default ones keep what was
learnt on the engine of ``storage=``, or in the object that the setting ``cache`` names.

Limits: an answer is kept only if its hash is the one that was asked for; one with ``<`` in a value, with
doubles, or of a hash that is not known here is not. Even so the hash does not tell features from forms
(section 9.3): an answer whose forms might be hidden features is not believed either. ``max_queries``
questions are on their way at a time, ``max_waiting`` hashes wait for theirs, and of those who sent a hash
``max_tries`` are asked until one tells the truth. ``max_caps`` hashes are remembered, and of ``max_jids``
addresses who sent which, for ``jid_age`` seconds. Each is a setting.

Version: XEP-0115 1.6.0.
"""

from helixmpp.plugins.xep_0115.caps import XEP_0115
from helixmpp.plugins.xep_0115.keeping import CapsCache
from helixmpp.plugins.xep_0115.stanza import Capabilities
from helixmpp.plugins.xep_0115.store import CapsStore
from helixmpp.plugins.xep_0115.verstring import HASHES, IllFormedInfo, make_verstring

__all__ = [
    "HASHES",
    "XEP_0115",
    "Capabilities",
    "CapsCache",
    "CapsStore",
    "IllFormedInfo",
    "make_verstring",
]
