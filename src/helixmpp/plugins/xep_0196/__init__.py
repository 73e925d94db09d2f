"""XEP-0196, User Gaming: what somebody plays, and where.

Use::

    xmpp.register_plugin("xep_0196")
    games = xmpp.plugin["xep_0196"]
    await games.publish_gaming(name="Nethack", level="7", character_name="Rodney")
    xmpp.add_event_handler("user_gaming_publish", on_game)
    await games.stop()

where ``on_game(message)`` asks ``games.published(message)``, or reads
``message["pubsub_event"]["items"]["item"]["gaming"]["name"]``; who plays, ``message["from"]`` says.

Events: ``user_gaming_publish``, with the message by which a contact's (or our own) account tells it; without a name
nothing is played any more.

Operations: none.

Limits: nothing is kept. Where there is a ``uri``, a profile or a server, whoever wrote it chose the address.

Version: XEP-0196 0.3.
"""

from helixmpp.plugins.xep_0196.stanza import UserGaming
from helixmpp.plugins.xep_0196.user_gaming import XEP_0196

__all__ = ["XEP_0196", "UserGaming"]
