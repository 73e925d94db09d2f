"""What programs hold: clients, components, plugins' base, handlers, and the internal API.

The names are looked up when they are first used, so that a program pays for what it takes.
"""

from typing import TYPE_CHECKING

from helixmpp._faces import face as _face

if TYPE_CHECKING:
    from helixmpp.core.api import APIRegistry, PluginAPI
    from helixmpp.core.basexmpp import BaseXMPP
    from helixmpp.core.client import ClientXMPP
    from helixmpp.core.component import ComponentXMPP
    from helixmpp.core.declare import Setting, listens, on, op
    from helixmpp.core.done import Done
    from helixmpp.core.engines import AsyncStore, Engine, KeyValue, Log, StorageFull, engine_for
    from helixmpp.core.handlers import BaseHandler, Callback, Collector, CoroutineCallback, Waiter
    from helixmpp.core.plugin import BasePlugin
    from helixmpp.core.plugin_loader import known_plugins, register_plugin
    from helixmpp.core.plugin_manager import PluginManager
    from helixmpp.core.receipt import Outcome, Receipt
    from helixmpp.core.roster import Roster, RosterItem, RosterNode

_PLACES = {
    "helixmpp.core.api": ("APIRegistry", "PluginAPI"),
    "helixmpp.core.basexmpp": ("BaseXMPP",),
    "helixmpp.core.client": ("ClientXMPP",),
    "helixmpp.core.component": ("ComponentXMPP",),
    "helixmpp.core.declare": ("Setting", "listens", "on", "op"),
    "helixmpp.core.done": ("Done",),
    "helixmpp.core.engines": ("AsyncStore", "Engine", "KeyValue", "Log", "StorageFull", "engine_for"),
    "helixmpp.core.handlers": ("BaseHandler", "Callback", "Collector", "CoroutineCallback", "Waiter"),
    "helixmpp.core.plugin": ("BasePlugin",),
    "helixmpp.core.plugin_loader": ("known_plugins", "register_plugin"),
    "helixmpp.core.plugin_manager": ("PluginManager",),
    "helixmpp.core.receipt": ("Outcome", "Receipt"),
    "helixmpp.core.roster": ("Roster", "RosterItem", "RosterNode"),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "APIRegistry",
    "AsyncStore",
    "BaseHandler",
    "BasePlugin",
    "BaseXMPP",
    "Callback",
    "ClientXMPP",
    "Collector",
    "ComponentXMPP",
    "CoroutineCallback",
    "Done",
    "Engine",
    "KeyValue",
    "Log",
    "Outcome",
    "PluginAPI",
    "PluginManager",
    "Receipt",
    "Roster",
    "RosterItem",
    "RosterNode",
    "Setting",
    "StorageFull",
    "Waiter",
    "engine_for",
    "known_plugins",
    "listens",
    "on",
    "op",
    "register_plugin",
]

__getattr__, __dir__ = _face(globals(), _MODULE_OF)
