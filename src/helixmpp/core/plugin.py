"""The base of every plugin: it wires what the class declares, and undoes all of it.

A plugin's class says what it is (``name``, ``description``, ``xep_version``), what it needs (``dependencies``),
which payloads it adds to which stanzas (``extends``), which features it announces (``features``) and, by
decorators on its methods, what it handles, listens to and stores. It holds no teardown: each wiring leaves its
undoing behind, and what ``plugin_init`` registers on the client is undone the same way.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from helixmpp.core.api import PluginAPI
from helixmpp.core.basexmpp import BaseXMPP
from helixmpp.core.declare import Setting
from helixmpp.core.engines import KeyValue
from helixmpp.core.handlers import Callback
from helixmpp.core.late_members import Lazy
from helixmpp.core.plugin_plan import plan_of
from helixmpp.core.xmlstream import Undo
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, register_stanza_plugin

__all__ = ["BasePlugin"]

log = logging.getLogger(__name__)


def _api_of(plugin: "BasePlugin") -> PluginAPI[Any]:
    registry = getattr(plugin.xmpp, "api", None)
    if registry is None:
        raise AttributeError("without a client (see PluginManager) there are no operations", name="api")
    return PluginAPI(registry, plugin.name)


class BasePlugin:
    """What each plugin derives from.

    :cvar name: how programs ask for it, such as ``xep_0231``.
    :cvar description: one line for people.
    :cvar xep_version: the version of the XEP that is followed.
    :cvar dependencies: names of the plugins that are enabled with it.
    :cvar optional: those of them without which it goes on when they are disabled.
    :cvar extends: pairs of a stanza class and the payload class it is given.
    :cvar features: namespaces for service discovery (XEP-0030).
    :cvar operations: names of operations that have no default handler of the plugin's own.
    """

    name: ClassVar[str] = ""
    description: ClassVar[str] = ""
    xep_version: ClassVar[str] = ""
    dependencies: ClassVar[set[str]] = set()
    optional: ClassVar[set[str]] = set()
    extends: ClassVar[tuple[tuple[type[ElementBase], type[ElementBase]], ...]] = ()
    features: ClassVar[tuple[str, ...]] = ()
    operations: ClassVar[tuple[str, ...]] = ()
    # Third-party plugins give their settings so; ours declare each with Setting.
    default_config: ClassVar[dict[str, Any]] = {}

    # What few plugins of few clients have is made when it is wanted: a gateway has thousands of clients.
    #: The settings that were given; None while there are none.
    given_config: dict[str, Any] | None = None
    _collections: dict[str, KeyValue] | None = None
    # What the wiring registered, in the order of the plan of the class.
    _handlers: tuple[Callback, ...] = ()
    _listeners: tuple[Callable[[Any], Any], ...] = ()

    # A plugin narrows this to PluginAPI[ItsStore].
    api: PluginAPI[Any]
    _undo: list[Undo]
    if not TYPE_CHECKING:
        api = Lazy(_api_of)
        _undo = Lazy(lambda plugin: [])

    def __init__(self, xmpp: BaseXMPP, config: Mapping[str, Any] | None = None) -> None:
        self.xmpp = xmpp
        if self.default_config:
            self.given_config = dict(self.default_config)
        if config:
            self.take_config(config)

    if not TYPE_CHECKING:  # a checker is to find misspelt attributes

        def __getattr__(self, name: str) -> Any:
            # What a third-party plugin finds in default_config is an attribute of it.
            config = self.given_config
            if config is not None and name in config:
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

    @property
    def config(self) -> dict[str, Any]:
        """The settings that were given, by name; those that are missing are as the class has them."""
        if self.given_config is None:
            self.given_config = {}
        return self.given_config

    @config.setter
    def config(self, config: dict[str, Any]) -> None:
        self.given_config = config

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
        known = sorted(
            name for name in dir(type(self)) if isinstance(getattr(type(self), name, None), Setting)
        )
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
        try:
            # What the class declares is undone by its plan.
            with self.xmpp.undo_recording(None):
                self._wire()
            undo = self._undo
            with self.xmpp.undo_recording(undo):
                self.plugin_init()
            if not undo:
                del self._undo
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
        plan = plan_of(cls, cls.name, self.operations, partial(getattr, self))
        if plan.operations:
            self.xmpp.api.declare(self.name, self, plan.operations)
        if plan.listeners:
            self._listeners = tuple([getattr(self, method) for _, method in plan.listeners])
            for (event, _), listener in zip(plan.listeners, self._listeners, strict=True):
                self.xmpp.add_event_handler(event, listener)
        if plan.handlers:
            self._handlers = tuple(
                [Callback(name, matcher, getattr(self, method)) for matcher, name, method in plan.handlers]
            )
            for handler in self._handlers:
                self.xmpp.register_handler(handler)

    def _unwire(self) -> None:
        undo, self._undo[:] = list(self._undo), []
        for function, args in reversed(undo):
            function(*args)
        for handler in reversed(self._handlers):
            self.xmpp.unregister_handler(handler)
        if self._listeners:
            cls = type(self)
            plan = plan_of(cls, cls.name, self.operations, partial(getattr, self))
            for (event, _), listener in zip(plan.listeners, self._listeners, strict=True):
                self.xmpp.del_event_handler(event, listener)
        self._handlers, self._listeners = (), ()
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


# What all clients share: the classes whose payloads are registered.
_extended: WeakSet[type] = WeakSet()
