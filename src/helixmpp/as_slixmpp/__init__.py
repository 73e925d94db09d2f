"""A program written for slixmpp runs on helixmpp, unchanged.

Either the program's first lines say so::

    import helixmpp
    helixmpp.install_as_slixmpp()

    from slixmpp import ClientXMPP          # helixmpp.ClientXMPP

or nobody edits it at all::

    python -m helixmpp.as_slixmpp bot.py --config bot.ini
    python -m helixmpp.as_slixmpp -m bot --config bot.ini

What is answered is the interface of slixmpp 1.17.0. Every name is helixmpp's own object, the same one however it is
reached. What differs on purpose, and why, is in ``docs/migrating.md``; :func:`missing_plugins` names the plugins that
are not there yet.
"""

from helixmpp.as_slixmpp.installing import install_as_slixmpp, uninstall_as_slixmpp
from helixmpp.as_slixmpp.plugin_paths import missing_plugins
from helixmpp.as_slixmpp.table import API_VERSION

__all__ = ["API_VERSION", "install_as_slixmpp", "missing_plugins", "uninstall_as_slixmpp"]
