"""XEP-0153, vCard-Based Avatars: the picture in a person's vCard, announced in presences by its hash.

Each presence that says we are available tells the SHA-1 of our picture, so that contacts fetch the vCard only
when it has changed.

Use::

    xmpp.register_plugin("xep_0153")
    await xmpp.plugin["xep_0153"].set_avatar(avatar=data, mtype="image/png")
    xmpp.add_event_handler("vcard_avatar_update", on_update)

where ``on_update(presence)`` finds the hash, or nothing for no picture, in
``presence["vcard_temp_update"]["photo"]``, and fetches the picture with
``await xmpp.plugin["xep_0054"].get_vcard(presence["from"].bare)``.

Events: ``vcard_avatar_update``, with the presence of somebody else that tells the hash of a picture, or that there
is none. Occupants of rooms are left out: they share the address of the room.

Operations: ``set_hash``, ``get_hash`` and ``reset_hash``, typed by :class:`AvatarStore`. The default ones keep
hashes on the engine of ``storage=``. A client announces none before it has seen its vCard in this session, and
fetches it again when another client of the same account announces another picture; never twice for the same hash
that turned out to be wrong, so that two clients cannot keep each other busy.

Limits: the hashes of ``max_own`` addresses of our own and of ``max_others`` of others, those for ``hash_age``
seconds, are kept, the least recently used going first. At most ``max_conflicts`` hashes of other clients are
followed in a session. A picture has at most ``max_photo`` bytes, a setting of ``xep_0054``.

Version: XEP-0153 1.1.1.
"""

from helixmpp.plugins.xep_0153.avatars import XEP_0153
from helixmpp.plugins.xep_0153.stanza import VCardTempUpdate
from helixmpp.plugins.xep_0153.store import AvatarStore

__all__ = ["XEP_0153", "AvatarStore", "VCardTempUpdate"]
