"""What a plugin adds to stanzas is there as soon as one of its modules is imported, as programs expect.

In helixmpp that happens when the plugin is first registered with a client. Programs that only build or read stanzas,
and many tests, import ``slixmpp.plugins.xep_0060.stanza`` and no more.
"""

import sys
from functools import cache
from importlib import import_module

from helixmpp.core import BasePlugin
from helixmpp.core.plugin_loader import find_plugin
from helixmpp.errors import PluginImportError, PluginNotFound
from helixmpp.stanza import register_stanza_plugin, unregister_stanza_plugin

__all__ = ["forget_payloads", "payloads_are_there", "register_payloads"]

# Modules with payloads in the form that slixmpp has them in, where ours have a newer one; EXTENDS says in what.
_OLDER = {"xep_0492": "helixmpp.plugins.xep_0492.version_0"}


@cache
def register_payloads(plugin: str) -> None:
    """Make the payloads of a plugin known to their stanzas; twice is as once."""
    try:
        cls = find_plugin(plugin)
    except (PluginNotFound, PluginImportError):
        return  # who imports it is told
    for stanza, payload in cls.extends if issubclass(cls, BasePlugin) else ():
        register_stanza_plugin(stanza, payload)
    if plugin in _OLDER:
        for stanza, payload in import_module(_OLDER[plugin]).EXTENDS:
            register_stanza_plugin(stanza, payload)


def forget_payloads() -> None:
    """Take back what stands in the place of our own, whoever registered it, for tests."""
    register_payloads.cache_clear()
    for module in _OLDER.values():
        for stanza, payload in sys.modules[module].EXTENDS if module in sys.modules else ():
            while unregister_stanza_plugin(stanza, payload):
                pass


def payloads_are_there() -> None:
    """Do nothing: that the module was imported has done it. Programs call it ``stanza.register_plugins()``."""
