"""XEP-0202, Entity Time: what somebody's clock says, and in which zone.

Use::

    xmpp.register_plugin("xep_0202")
    iq = await xmpp.plugin["xep_0202"].get_entity_time("juliet@capulet.example/balcony")
    print(iq["entity_time"]["time"])  # a datetime in her zone

Events: none.

Operations: none.

Limits: with the setting ``answer`` off, nobody is told anything. Our zone is UTC unless ``tz_offset`` or
``local_time`` says another: it would tell where we are.

Version: XEP-0202 2.0.
"""

from helixmpp.plugins.xep_0202.stanza import EntityTime
from helixmpp.plugins.xep_0202.time import XEP_0202

__all__ = ["XEP_0202", "EntityTime"]
