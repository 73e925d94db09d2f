"""``<query/>`` of XEP-0012 section 2: the seconds since the last activity, and a status."""

from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import Attr, ElementBase, Text

__all__ = ["NAMESPACE", "LastActivity"]

NAMESPACE = "jabber:iq:last"


class LastActivity(ElementBase):
    """How many seconds ago the last activity was, and what was said with it.

    ``seconds`` is None in a request. The keys are ``seconds`` and ``status``.
    """

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "last_activity"

    seconds = Attr(UNSIGNED)
    status = Text()
