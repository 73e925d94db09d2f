"""XEP-0184, Message Delivery Receipts: a message has reached a client of the other.

Use::

    xmpp.register_plugin("xep_0184", {"auto_request": True})
    xmpp.send_message("juliet@example.org", "hello")
    xmpp.add_event_handler("receipt_received", lambda message: print(message["receipt"], "was delivered"))

A single message asks by ``message["request_receipt"] = True``.

Events: ``receipt_received``, with the message that has a receipt: ``message["receipt"]`` is the id of the one that
was delivered. ``plugin.is_expected(message)`` tells whether that one was sent to whom the receipt comes from.

Operations: none.

Limits: a receipt is given for messages of the types ``ack_types`` (``normal``, ``chat`` and ``headline``) and never
for those of type ``error`` and ``groupchat``, for ones without id, and for receipts. It shows that we are online, so
that only those who may see our presence (the roster says so) are given any by themselves (section 8); the setting
``ack_strangers`` gives them to everybody, and ``plugin.ack(message)`` to whom the program likes. Of our own requests
the last ``max_requests`` are remembered.

Version: XEP-0184 1.4.0.
"""

from helixmpp.plugins.xep_0184.receipt import XEP_0184
from helixmpp.plugins.xep_0184.stanza import Received, Request

__all__ = ["XEP_0184", "Received", "Request"]
