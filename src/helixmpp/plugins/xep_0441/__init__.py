"""XEP-0441, Message Archive Management Preferences: which messages the archive of our account keeps.

Use::

    xmpp.register_plugin("xep_0441")
    await xmpp.plugin["xep_0441"].set_preferences("roster", never=["tybalt@capulet.example"])
    print((await xmpp.plugin["xep_0441"].get_preferences())["mam_prefs"]["default"])

Events: none.

Operations: none; it is the server that keeps them.

Limits: those of the server; it need not do what it is asked to, and says what it does.

Version: XEP-0441 0.2.0.
"""

from helixmpp.plugins.xep_0441.mam_prefs import XEP_0441
from helixmpp.plugins.xep_0441.stanza import Preferences

__all__ = ["XEP_0441", "Preferences"]
