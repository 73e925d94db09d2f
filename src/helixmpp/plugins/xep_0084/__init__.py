"""XEP-0084, User Avatar: a picture of oneself that contacts are told of, and fetch once.

The picture stands at one node of the account, what is known of it (hash, size, type) at another. Contacts get the
second when it changes, and the first only if they have not got it already.

Use::

    xmpp.register_plugin("xep_0084")
    avatars = xmpp.plugin["xep_0084"]
    await avatars.set_avatar(png, width=64, height=64)
    xmpp.add_event_handler("avatar_metadata_publish", on_avatar)

    async def on_avatar(message):
        for info in message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]:
            if not info["url"]:
                png = await avatars.fetch(message["from"], info)

Events: ``avatar_metadata_publish``, with the message, when a contact (or another client of ours) has another
avatar, or none any more; ``avatar_metadata_retract``, ``_purge``, ``_delete`` and ``_config``, as of any node.

Operations: ``get_data`` and ``set_data``, typed by :class:`AvatarDataStore`. The default ones keep pictures by
their hash on the engine of ``storage=``.

Limits: a picture has at most ``max_size`` bytes, and only one whose bytes are those of its id is given to the
program or kept; :class:`AvatarRefused` says why one is not. ``max_kept`` are kept, for ``kept_age`` seconds. What
is at an address on the web is never fetched.

Version: XEP-0084 1.1.4.
"""

from helixmpp.plugins.xep_0084.avatar import XEP_0084, AvatarRefused
from helixmpp.plugins.xep_0084.stanza import Data, Info, MetaData, Pointer
from helixmpp.plugins.xep_0084.store import AvatarDataArgs, AvatarDataStore

__all__ = [
    "XEP_0084",
    "AvatarDataArgs",
    "AvatarDataStore",
    "AvatarRefused",
    "Data",
    "Info",
    "MetaData",
    "Pointer",
]
