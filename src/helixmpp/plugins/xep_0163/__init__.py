"""XEP-0163, Personal Eventing Protocol: every account is a pubsub service, and contacts are told.

What somebody listens to, their avatar, nickname, keys or bookmarks: each is a node of their account, made when
the first item is published. Contacts get the events of those nodes in which they say, in their presence, that
they are interested.

Use::

    xmpp.register_plugin("xep_0163")
    pep = xmpp.plugin["xep_0163"]
    pep.register_pep("user_tune", UserTune)      # a stanza class; its namespace is the node
    xmpp.add_event_handler("user_tune_publish", on_tune)
    await pep.publish(tune)

where ``on_tune(message)`` finds the tune in ``message["pubsub_event"]["items"]["item"]["user_tune"]`` (the key is
the class's ``plugin_attrib``), and whose it is in ``message["from"]``.

Events: none of its own; those of a node are ``NAME_publish``, ``NAME_retract`` and so on, raised by ``xep_0060``.

Operations: none; what is published is kept by the account's server.

Limits: those of ``xep_0060``. Anybody may send an event of any node, so what it holds is to be checked; nodes
that are registered with ``private=True`` are believed only from our own account.

Version: XEP-0163 1.2.2.
"""

from helixmpp.plugins.xep_0163.pep import XEP_0163
from helixmpp.plugins.xep_0163.storing import Storing

__all__ = ["XEP_0163", "Storing"]
