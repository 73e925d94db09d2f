"""The base of every plugin: it wires what the class declares, and undoes all of it.

A plugin's class says what it is (``name``, ``description``, ``xep_version``), what it needs (``dependencies``),
which payloads it adds to which stanzas (``extends``), which features it announces (``features``) and, by
decorators on its methods, what it handles, listens to and stores. It holds no teardown: each wiring leaves its
undoing behind, and what ``plugin_init`` registers on the client is undone the same way.
"""

import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary, WeakSet

from helixmpp.core.api import PluginAPI
from helixmpp.core.basexmpp import BaseXMPP
from helixmpp.core.declare import Declared, Setting, declared_by
from helixmpp.core.engines import KeyValue
from helixmpp.core.handlers import Callback
from helixmpp.core.xmlstream import Undo
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, register_stanza_plugin

__all__ = ["BasePlugin"]

log = logging.getLogger(__name__)


class BasePlugin:
    """What each plugin derives from.

    :cvar name: how programs ask for it, such as ``xep_0231``.
    :cvar description: one line for people.
    :cvar xep_version: the version of the XEP that is followed.
    :cvar dependencies: names of the plugins that are enabled with it.
    :cvar extends: pairs of a stanza class and the payload class it is given.
    :cvar features: namespaces for service discovery (XEP-0030).
    :cvar operations: names of operations that have no default handler of the plugin's own.
    """

    name: ClassVar[str] = ""
    description: ClassVar[str] = ""
    xep_version: ClassVar[str] = ""
    dependencies: ClassVar[set[str]] = set()
    extends: ClassVar[tuple[tuple[type[ElementBase], type[ElementBase]], ...]] = ()
    features: ClassVar[tuple[str, ...]] = ()
    operations: ClassVar[tuple[str, ...]] = ()
    # Third-party plugins give their settings so; ours declare each with Setting.
    default_config: ClassVar[dict[str, Any]] = {}

    # A plugin narrows this to PluginAPI[ItsStore].
    api: PluginAPI[Any]

    def __init__(self, xmpp: BaseXMPP, config: Mapping[str, Any] | None = None) -> None:
        self.xmpp = xmpp
        self.config: dict[str, Any] = dict(self.default_config)
        if config:
            self.take_config(config)
        self.api = PluginAPI(xmpp.api, self.name)
        self._collections: dict[str, KeyValue] | None = None
        self._undo: list[Undo] = []

    if not TYPE_CHECKING:  # a checker is to find misspelt attributes

        def __getattr__(self, name: str) -> Any:
            # What a third-party plugin finds in default_config is an attribute of it.
            config = self.__dict__.get("config", {})
            if name in config:
                return config[name]
            if name == "stanza":
                module = _stanzas_beside(type(self))
                if module is not None:
                    return module
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    # -- what a plugin may override -----------------------------------------------------------------

    def plugin_init(self) -> None:
        """Called once the declared wiring stands; what it registers on the client is undone for it."""

    def plugin_end(self) -> None:
        """Called before the wiring is undone, for what the base cannot know of."""

    def session_bind(self, jid: JID) -> None:
        """Called when a resource is bound, and at once when the plugin is enabled on a bound stream."""

    def post_init(self) -> None:
        """Called after ``plugin_init`` of all plugins that are enabled together."""

    # -- state --------------------------------------------------------------------------------------

    def collection(self, name: str, *, limit: int, value_limit: int = 1_048_576) -> KeyValue:
        """The collection of this plugin on the engine chosen by ``storage=``.

        :param limit: how many values it holds; a full one drops the least recently used.
        :param value_limit: the largest value, in bytes.
        """
        if self._collections is None:
            self._collections = {}
        found = self._collections.get(name)
        if found is None:
            found = self._collections[name] = self.xmpp.collection(
                f"{self.name}.{name}", limit=limit, value_limit=value_limit
            )
        return found

    # -- settings -----------------------------------------------------------------------------------

    def take_config(self, config: Mapping[str, Any]) -> None:
        """Take over settings; the plugin manager calls it with what :meth:`register_plugin` was given.

        A name that is no setting of this plugin is kept, and the log says so.

        :raises TypeError: a value of the wrong type; then none of them is taken.
        """
        for key, value in config.items():
            declared = getattr(type(self), key, None)
            if isinstance(declared, Setting):
                declared.check(value)
            elif key not in self.default_config:
                self._warn_of_unknown(key)
        self.config.update(config)

    def _warn_of_unknown(self, key: str) -> None:
        known = sorted(name for name in dir(type(self)) if isinstance(getattr(type(self), name), Setting))
        if not known:
            return  # a plugin of a third party that reads its config by itself
        from difflib import get_close_matches  # noqa: PLC0415 - only for this message

        known += self.default_config
        close = get_close_matches(key, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known)}"
        log.warning("plugin %s has no setting %r: %s", self.name, key, hint)

    # -- wiring: called by the plugin manager --------------------------------------------------------

    def wire(self) -> None:
        """Wire everything the class declares; on any failure undo what was done and raise."""
        with self.xmpp.recording(self._undo):
            try:
                self._wire()
                self.plugin_init()
            except BaseException:
                self._unwire()
                raise

    def unwire(self) -> None:
        """Undo everything, the latest first."""
        try:
            self.plugin_end()
        finally:
            self._unwire()

    def _wire(self) -> None:
        cls = type(self)
        if cls not in _extended:
            # Once for all clients of the process, which share the classes. A payload stays known to its stanza:
            # taking it away with one client's plugin would take it from the others.
            for stanza, payload in self.extends:
                register_stanza_plugin(stanza, payload)
            _extended.add(cls)
        for op in self.operations:
            self.xmpp.api.operation(self.name, op)
        for attribute, mark, name in _declared(cls):
            self._wire_method(getattr(self, attribute), mark, name)

    def _wire_method(self, method: Callable[..., Any], mark: Declared, name: str) -> None:
        if mark.kind == "operation":
            self.api.register(method, mark.name, default=True, blocking=mark.blocking)
        elif mark.kind == "event":
            self.xmpp.add_event_handler(mark.name, method)
        elif mark.matcher is not None:
            self.xmpp.register_handler(Callback(name, mark.matcher, method))

    def _unwire(self) -> None:
        undo, self._undo[:] = list(self._undo), []
        for function, args in reversed(undo):
            function(*args)
        self.xmpp.api.drop_defaults(self.name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} of {self.xmpp.boundjid}>"


def _stanzas_beside(cls: type) -> ModuleType | None:
    """The module ``stanza`` beside a plugin's own: programs take its classes from ``plugin.stanza``."""
    name = f"{cls.__module__.rpartition('.')[0]}.stanza"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None


# What all clients share: the classes whose payloads are registered, and what each class declares, with the name of
# each handler.
_extended: WeakSet[type] = WeakSet()
_wiring: WeakKeyDictionary[type, list[tuple[str, Declared, str]]] = WeakKeyDictionary()


def _declared(cls: type[BasePlugin]) -> list[tuple[str, Declared, str]]:
    found = _wiring.get(cls)
    if found is None:
        found = _wiring[cls] = [
            (attribute, mark, f"{cls.name}.{attribute}") for attribute, mark in declared_by(cls)
        ]
    return found
