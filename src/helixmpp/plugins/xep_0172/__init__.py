"""XEP-0172, User Nickname: how somebody would like to be called.

It stands in a request for a subscription and in the first message to a stranger, and contacts are told of a new one
by the account's event service (PEP).

Use::

    xmpp.register_plugin("xep_0172")
    xmpp.send_presence_subscription(pto="starbuck@example.org", pnick="Ishmael")
    await xmpp.plugin["xep_0172"].publish_nick("Ishmael")
    xmpp.add_event_handler("user_nick_publish", on_nick)

where ``on_nick(message)`` asks ``xmpp.plugin["xep_0172"].published_nick(message)``. In a message or presence the
name is ``stanza["nick"]["nick"]``, or typed ``stanza[UserNick].nick``.

Events: ``user_nick_publish``, with the message by which a contact's (or our own) account tells a new nickname, or
that there is none any more.

Operations: none.

Limits: nothing is kept. A nickname is no proof of who somebody is (section 7): show the address with it. It has
no place in presences that say we are available or not (section 4.1).

Version: XEP-0172 1.1.
"""

from helixmpp.plugins.xep_0172.stanza import UserNick
from helixmpp.plugins.xep_0172.user_nick import XEP_0172

__all__ = ["XEP_0172", "UserNick"]
