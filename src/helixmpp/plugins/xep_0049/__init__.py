"""XEP-0049, Private XML Storage: elements that the server keeps for the account alone, as older clients use it.

Newer ones keep such things at a private node of the account: see ``xep_0223``.

Use::

    xmpp.register_plugin("xep_0049")
    private = xmpp.plugin["xep_0049"]
    private.register(Settings)  # a stanza class with a namespace of its own
    await private.store(settings)
    settings = await private.fetch(Settings)

``iq = await private.retrieve("settings")`` gives the whole answer, where ``"settings"`` is the ``plugin_attrib`` of the
class and ``iq["private"]["settings"]`` the element.

Events: none.

Operations: none; it is the account's server that keeps the elements.

Limits: those of the server. It need not take namespaces that begin with ``jabber:`` or ``http://jabber.org/``. Two
clients that change an element at the same time undo each other's changes.

Version: XEP-0049 1.2.
"""

from helixmpp.plugins.xep_0049.private_storage import XEP_0049
from helixmpp.plugins.xep_0049.stanza import PrivateXML

__all__ = ["XEP_0049", "PrivateXML"]
