"""What a plugin adds to stanzas is there as soon as one of its modules is imported, as programs expect.

In helixmpp that happens when the plugin is first registered with a client. Programs that only build or read stanzas,
and many tests, import ``slixmpp.plugins.xep_0060.stanza`` and no more.
"""

from functools import cache

from helixmpp.core import BasePlugin
from helixmpp.core.plugin_loader import find_plugin
from helixmpp.errors import PluginImportError, PluginNotFound
from helixmpp.stanza import register_stanza_plugin

__all__ = ["payloads_are_there", "register_payloads"]


@cache
def register_payloads(plugin: str) -> None:
    """Make the payloads of a plugin known to their stanzas; twice is as once."""
    try:
        cls = find_plugin(plugin)
    except (PluginNotFound, PluginImportError):
        return  # who imports it is told
    for stanza, payload in cls.extends if issubclass(cls, BasePlugin) else ():
        register_stanza_plugin(stanza, payload)


def payloads_are_there() -> None:
    """Do nothing: that the module was imported has done it. Programs call it ``stanza.register_plugins()``."""
