"""XEP-0100, Gateway Interaction: a component between the users of XMPP and another messaging service.

Users register with the gateway (XEP-0077), are logged in with the legacy service while they are available, and have
its contacts in their roster. What happens on the other side is the program's: it is told by events and operations.

Use::

    xmpp.register_plugin("xep_0100", {"component_name": "IRC gateway", "type": "irc"})  # a component
    xmpp.add_event_handler("legacy_login", on_login)  # with a stanza of the user: stanza["from"]
    xmpp.add_event_handler("legacy_message", on_message)  # message["from"] writes to message["to"]
    xmpp.plugin["xep_0100"].api.register(add, "legacy_contact_add")

    # A client finds the address of a contact:
    jid = await xmpp.plugin["xep_0100"].get_legacy_jid("irc.example.org", "#python")

Events: ``legacy_login``, with a presence, or the iq of a registration, when a user is to be logged in; when its
handlers have ended the user is told that the gateway is available, unless one of them called ``login_failed``; who
has just registered, when he asks for it.
``legacy_logout``, with a presence or the iq that ends a registration. ``legacy_presence_unavailable``, with a
presence that says so to a legacy contact. ``legacy_message`` and ``gateway_message``, with a message to a contact or
to the gateway itself. Those of one user come in the order of the stanzas.

Operations: ``legacy_contact_add`` and ``legacy_contact_remove``, typed by :class:`GatewayStore`; ``ifrom`` is the
user, ``args`` the contact. There are no default ones: contacts are added as the user wants. One that raises
:exc:`LegacyError` refuses the user's request (``unsubscribed``). Whether a user is registered is asked of ``user_get``
of ``xep_0077``, with ``ifrom`` None and the user's stanza.

Limits: ``max_logins`` users are known to be logged in. Unless ``needs_registration`` is off, nothing is raised for
users who are not registered; their messages are refused (``registration-required``), their requests for a
subscription, too. Subscriptions are in ``xmpp.roster``, a roster for each contact, within its limits.

Agent information (XEP-0094), which is deprecated, is not answered; lists of contacts that a gateway proposes
(XEP-0144) are not part of this plugin.

Version: XEP-0100 1.0.
"""

from helixmpp.plugins.xep_0100.gateway import XEP_0100
from helixmpp.plugins.xep_0100.stanza import GatewayQuery
from helixmpp.plugins.xep_0100.store import GatewayStore, LegacyError

__all__ = ["XEP_0100", "GatewayQuery", "GatewayStore", "LegacyError"]
