"""XEP-0012, Last Activity: how long ago somebody was last there, or for how long a service has been running.

Of an account it is the time since it went offline, of a connected client the time since its user last did
something, of a server or service its uptime.

Use::

    xmpp.register_plugin("xep_0012")
    await xmpp.plugin["xep_0012"].begin_idle(status="at lunch")  # from now on the seconds are counted
    answer = await xmpp.plugin["xep_0012"].get_last_activity("juliet@example.org")

Then ``answer["last_activity"]["seconds"]`` has the seconds, and ``answer[LastActivity].seconds`` typed.

Events: none.

Operations: ``get_last_activity``, ``set_last_activity`` and ``del_last_activity``, typed by
:class:`LastActivityStore`. The default ones keep the moment of the last activity on the engine of
``storage=``, so that after a restart the seconds are right. A peer is answered only if the roster lets it see
the presence of whom it asks about (subscription ``from`` or ``both``); the uptime of a component's domain is
for everybody.

Limits: the last activity of ``max_entries`` addresses is kept, the least recently used going first. A status
has ``max_status`` characters. With the setting ``answer`` off, nobody is told anything (section 5).

Version: XEP-0012 2.0.
"""

from helixmpp.plugins.xep_0012.last_activity import XEP_0012
from helixmpp.plugins.xep_0012.stanza import LastActivity
from helixmpp.plugins.xep_0012.store import ActivityArgs, LastActivityStore

__all__ = ["XEP_0012", "ActivityArgs", "LastActivity", "LastActivityStore"]
