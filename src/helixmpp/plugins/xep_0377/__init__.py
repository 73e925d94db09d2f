"""XEP-0377, Blocking Command Reports: who is blocked for spam or abuse is reported to our server.

Use::

    xmpp.register_plugin("xep_0377")
    reports = xmpp.plugin["xep_0377"]
    await reports.report("romeo@example.net", reports.SPAM, "Never came trouble to my house like this.")

By hand it is a part of blocking (``xep_0191``)::

    iq = xmpp.make_iq_set()
    iq["block"]["item"]["jid"] = "romeo@example.net"
    iq["block"]["item"]["report"]["reason"] = reports.ABUSE

Events: none.

Operations: none.

Limits: a report is about one address. What the server does with it is its own business; it gives it to nobody else
unless ``report_origin`` or ``third_party`` says that it may.

Version: XEP-0377 0.4.1.
"""

from helixmpp.plugins.xep_0377.spam_reporting import XEP_0377
from helixmpp.plugins.xep_0377.stanza import Report, Text

__all__ = ["XEP_0377", "Report", "Text"]
