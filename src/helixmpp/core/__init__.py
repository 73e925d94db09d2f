"""What programs hold: clients, components, plugins' base, handlers, and the internal API."""

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
