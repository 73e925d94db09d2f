"""XEP-0020, Feature Negotiation: two agree on options, by a form with choices and its filled-in copy.

Use::

    xmpp.register_plugin("xep_0020")
    negotiation = xmpp.plugin["xep_0020"]
    chosen = await negotiation.offer(
        "juliet@capulet.com/balcony", "romantic_meetings", {"places": ["Grotto", "Park"], "times": ["22:00", "22:30"]}
    )
    print(chosen["places"])

and who is asked::

    negotiation.accept("romantic_meetings", lambda iq, offered: {"places": "Park", "times": offered["times"][0]})

where the function (it may be a coroutine function) takes the request and for each option what it may be, and gives a
value for each. It raises ``XMPPError("not-acceptable", "times")`` where nothing suits, or
``XMPPError("feature-not-implemented", "times")`` for an option that it does not know.

Events: none.

Operations: none.

Limits: there may be functions for ``max_kinds`` kinds of negotiation. Only contacts are answered, and our own
account, unless ``from_strangers`` is set: an answer shows that we are there. The XEP is deprecated.

Version: XEP-0020 1.6.
"""

from helixmpp.plugins.xep_0020.feature_negotiation import XEP_0020
from helixmpp.plugins.xep_0020.stanza import FeatureNegotiation

__all__ = ["XEP_0020", "FeatureNegotiation"]
