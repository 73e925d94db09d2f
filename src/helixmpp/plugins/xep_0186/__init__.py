"""XEP-0186, Invisible Command: online without being seen.

While invisible one gets and sends messages, and is seen only by those to whom a presence is sent on purpose.

Use::

    xmpp.register_plugin("xep_0186")
    hiding = xmpp.plugin["xep_0186"]
    if await hiding.is_supported():
        await hiding.set_invisible()
    ...
    await hiding.set_visible()
    xmpp.send_presence()  # contacts see us from now on

Events: none.

Operations: none.

Limits: it holds for one session; ``is_invisible`` says whether it does. It has to be asked for before the first
presence, or contacts have seen us. Who is answered, or asked anything, can tell that somebody is there.

Version: XEP-0186 0.14.0.
"""

from helixmpp.plugins.xep_0186.invisible_command import XEP_0186
from helixmpp.plugins.xep_0186.stanza import Invisible, Visible

__all__ = ["XEP_0186", "Invisible", "Visible"]
