"""XEP-0382, Spoiler Messages: a text that is hidden until somebody wants to see it.

Use::

    xmpp.register_plugin("xep_0382")
    spoilers = xmpp.plugin["xep_0382"]
    spoilers.send_spoiler("romeo@montague.lit", "And at the end both of them die!", "Love story end")
    if spoilers.is_spoiler(received):
        show_hidden(received["body"], spoilers.hint(received))

Events: none.

Operations: none.

Limits: the text goes as it is: who does not know the protocol shows it at once.

Version: XEP-0382 0.2.0.
"""

from helixmpp.plugins.xep_0382.spoiler import XEP_0382
from helixmpp.plugins.xep_0382.stanza import NAMESPACE, Spoiler

__all__ = ["NAMESPACE", "XEP_0382", "Spoiler"]
