"""XEP-0033, Extended Stanza Addressing: one message or presence to several, with headers as in an e-mail.

A service of the server sends it on to each of them; without one it is sent to each from here.

Use::

    xmpp.register_plugin("xep_0033")
    addressing = xmpp.plugin["xep_0033"]
    message = xmpp.make_message("", mbody="Hello, world!")
    message["addresses"].add_address("to", "hildjj@jabber.org/Work", desc="Joe Hildebrand")
    message["addresses"]["bcc"] = [{"jid": "temas@jabber.org"}]
    await addressing.send(message)

What comes is read in the same way: ``message["addresses"]["cc"]``, and answered as its headers ask for::

    for answer in addressing.make_replies(message, "Thanks!"):
        await addressing.send(answer)

A component is such a service for the users of some domains with ``{"serves": {"example.org"}}``; its server has to let
it send in the name of those users (Prosody: ``validate_from_addresses = false``, ejabberd: ``check_from: false``), or
it ends the stream.

Events: none.

Operations: none.

Limits: the headers say what their sender wrote. ``addressing.reply_to(message).elsewhere`` tells that he wants the
answer to go to somebody else, which a user is to be told (section 9). A service takes ``max_addresses`` addresses of a
stanza, knows no addresses but those of XMPP, and remembers ``max_told`` receivers of presences; it sends to each from
here, and does not look for services of other servers.

Version: XEP-0033 1.2.1.
"""

from helixmpp.plugins.xep_0033.addresses import XEP_0033
from helixmpp.plugins.xep_0033.replies import ReplyTo
from helixmpp.plugins.xep_0033.stanza import Address, Addresses

__all__ = ["XEP_0033", "Address", "Addresses", "ReplyTo"]
