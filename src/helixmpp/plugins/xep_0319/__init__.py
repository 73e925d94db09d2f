"""XEP-0319, Last User Interaction in Presence: since when the person behind a presence has been idle.

While :meth:`XEP_0319.idle` holds, each presence that says we are available carries the moment since when; with
:meth:`XEP_0319.active` that ends.

Use::

    xmpp.register_plugin("xep_0319")
    await xmpp.plugin["xep_0319"].idle()  # or idle(since=...), a datetime with its zone
    xmpp.send_presence(pshow="away")
    await xmpp.plugin["xep_0319"].active()

Then a receiver reads ``presence["idle"]["since"]``, or typed ``presence[Idle].since``.

Events: ``presence_idle``, with the presence, for each one of a peer that says since when it has been idle.

Operations: ``set_idle`` and ``get_idle``, typed by :class:`IdleStore`. The default ones keep the moment on the
engine of ``storage=``, by the address.

Limits: it is kept for ``max_entries`` addresses, the least recently used going first. Nothing that peers say is
kept.

Version: XEP-0319 1.0.2.
"""

from helixmpp.plugins.xep_0319.idle import XEP_0319
from helixmpp.plugins.xep_0319.stanza import Idle
from helixmpp.plugins.xep_0319.store import IdleStore

__all__ = ["XEP_0319", "Idle", "IdleStore"]
