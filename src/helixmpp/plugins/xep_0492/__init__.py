"""XEP-0492, Chat notification settings: about which messages of a room a person is notified, on all devices.

Never, always, or only when mentioned. The setting is kept with the bookmark of the room (``xep_0402``); applications
of one kind may have another one than the rest.

Use::

    xmpp.register_plugin("xep_0492")
    notify = xmpp.plugin["xep_0492"]
    await notify.configure("coven@chat.shakespeare.lit", "on-mention")
    await notify.configure("coven@chat.shakespeare.lit", "never", client_type="pc")
    for room, when in (await notify.settings(client_type="phone")).items():
        print(room, when)

Events: none of its own; those of ``xep_0402`` tell of a bookmark that was changed:
``item["conference"]["extensions"]["notify"].get_config()``.

Operations: none; it is the account's server that keeps bookmarks.

Limits: those of ``xep_0402``. What other programs keep with a setting stays there when it is changed. Clients that
know XEP-0492 as it was before version 0.2.0 see none of this; with the setting ``namespace_version`` of 0 it is all
theirs, and newer ones see none.

Version: XEP-0492 0.2.0.
"""

from helixmpp.plugins.xep_0492.notify import XEP_0492
from helixmpp.plugins.xep_0492.stanza import Advanced, Always, Never, Notify, OnMention, WhenLiteral

__all__ = ["XEP_0492", "Advanced", "Always", "Never", "Notify", "OnMention", "WhenLiteral"]
