"""XEP-0092, Software Version: which program somebody uses, in which version, and on which system.

Use::

    xmpp.register_plugin("xep_0092", {"software_name": "Echo bot", "version": "1.2"})
    answer = await xmpp.plugin["xep_0092"].get_version("example.org")
    name, version = answer["software_version"]["name"], answer["software_version"]["version"]

and typed: ``answer[Version].name_``, ``answer[Version].version``, ``answer[Version].os``.

Events: none.

Operations: none.

Limits: nothing is kept. The operating system is told only where the setting ``os`` names it (section 5).

Version: XEP-0092 1.1.
"""

from helixmpp.plugins.xep_0092.stanza import Version
from helixmpp.plugins.xep_0092.version import XEP_0092

__all__ = ["XEP_0092", "Version"]
