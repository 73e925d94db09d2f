"""XEP-0070, Verifying HTTP Requests: somebody on the web is asked by XMPP whether it is really he.

A website has an address and an identifier that its visitor entered; whoever reads that account confirms, or does not.

Use::

    xmpp.register_plugin("xep_0070")
    # at the website
    if await xmpp.plugin["xep_0070"].is_confirmed(visitor, id=identifier, url=url, method="GET"):
        ...
    # at the visitor's client
    xmpp.add_event_handler("http_confirm", on_request)

where ``on_request(stanza)`` shows ``stanza["confirm"]["id"]`` and ``["url"]`` to the user, and calls
``plugin.confirm(stanza)`` or ``plugin.deny(stanza)``.

Events: ``http_confirm``, with the iq or message by which we are asked; also ``http_confirm_iq`` with an iq, and
``http_confirm_message`` with every message that has a ``<confirm/>``, answers to :meth:`XEP_0070.ask_confirm` included.

Operations: none.

Limits: ``max_waiting`` messages are waited for at a time. An answer counts only from the account that was asked, with
the whole request in it; or the words "OK" or "No" in the thread of the question, where a client knows no better. What
is said by HTTP (section 4.2) is up to the program. Anybody may ask, for any URL: it is the user who knows whether the
request is his. While nobody listens, iqs are refused.

Version: XEP-0070 1.0.2.
"""

from helixmpp.plugins.xep_0070.confirm import XEP_0070
from helixmpp.plugins.xep_0070.stanza import Confirm

__all__ = ["XEP_0070", "Confirm"]
