"""The plugins of one client: ``xmpp.plugin["xep_0231"]``, or by class and typed, ``xmpp.plugin[XEP_0231]``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, TypeVar, overload

from helixmpp.core.plugin_loader import Plugin, PluginClass, check_class, find_plugin, known_plugins
from helixmpp.core.settings import check_type
from helixmpp.errors import PluginNotFound
from helixmpp.jid import JID

__all__ = ["MORE_DEPENDENCIES", "OTHER_DEFAULTS", "PluginManager"]

P = TypeVar("P")

Watcher = Callable[[Any], None]

# Settings that plugins have where nobody says otherwise; install_as_slixmpp() fills it, and nobody else.
OTHER_DEFAULTS: dict[str, dict[str, Any]] = {}
# What our own plugins bring along besides, by their names; filled in the same way.
MORE_DEPENDENCIES: dict[str, Collection[str]] = {}

_OURS = "helixmpp.plugins."
_NOBODY: frozenset[str] = frozenset()


class PluginManager:
    """Registers, enables and disables the plugins of one client or component.

    :param xmpp: the client or component; with None the plugins are made, ordered and ended, and wired to nothing.
    :param config: their settings, by the name of the plugin.
    """

    def __init__(self, xmpp: Any, config: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._xmpp = xmpp
        self._config: dict[str, Mapping[str, Any]] = dict(config or {})
        self._enabled: dict[str, Plugin] = {}
        self._enabling: list[str] = []
        self._disabling: list[str] = []
        self._watchers: list[tuple[Watcher, Watcher]] = []

    # -- looking up ----------------------------------------------------------------------------------

    @overload
    def __getitem__(self, key: str) -> Any: ...
    @overload
    def __getitem__(self, key: type[P]) -> P: ...
    def __getitem__(self, key: str | type[P]) -> Any:
        """The enabled plugin of that name or class; PluginNotFound when it is not registered."""
        name = key if isinstance(key, str) else getattr(key, "name", key.__name__)
        plugin = self._enabled.get(name)
        if plugin is None and name.startswith("feature_") and self.registered(name):
            # Every stream has these; their objects are made for who asks.
            plugin = self.register(name)
        if plugin is None:
            raise PluginNotFound(
                name, f"plugin {name!r} is not registered here; call register_plugin({name!r}) first"
            )
        if not isinstance(key, str) and not isinstance(plugin, key):
            raise PluginNotFound(name, f"plugin {name!r} is a {type(plugin).__name__}, not a {key.__name__}")
        return plugin

    @overload
    def get(self, key: str, default: Any = None) -> Any: ...
    @overload
    def get(self, key: type[P], default: None = None) -> P | None: ...
    def get(self, key: str | type[P], default: Any = None) -> Any:
        """The enabled plugin of that name or class, or ``default``."""
        try:
            return self[key]
        except PluginNotFound:
            return default

    def __contains__(self, key: object) -> bool:
        name = key if isinstance(key, str) else getattr(key, "name", None)
        return name in self._enabled

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._enabled))

    def __len__(self) -> int:
        return len(self._enabled)

    def keys(self) -> list[str]:
        """The names of the enabled plugins, in the order of enabling."""
        return list(self._enabled)

    def values(self) -> list[Any]:
        """The enabled plugins, in the order of enabling."""
        return list(self._enabled.values())

    def items(self) -> list[tuple[str, Any]]:
        """Names and plugins, in the order of enabling."""
        return list(self._enabled.items())

    def enabled(self, name: str) -> bool:
        """Whether the plugin of that name is enabled."""
        return name in self._enabled

    def registered(self, name: str) -> bool:
        """Whether there is a plugin of that name that could be enabled, here or in another package."""
        if name in self._enabled or name in known_plugins():
            return True
        if not name.startswith("feature_"):
            return False
        try:
            find_plugin(name)
        except PluginNotFound:
            return False
        return True

    @property
    def config(self) -> dict[str, Mapping[str, Any]]:
        """The settings by the name of the plugin; what stands here is given to it when it is enabled."""
        return self._config

    @property
    def xmpp(self) -> Any:
        """The client or component that these plugins belong to."""
        return self._xmpp

    # -- changing ------------------------------------------------------------------------------------

    def configure(self, name: str, config: Mapping[str, Any]) -> None:
        """Set what the plugin of that name is given when it is enabled; one that is takes it over now.

        :raises TypeError: an enabled plugin has no use for a value; then nothing is changed.
        """
        check_type("the config of a plugin", config, Mapping)
        plugin = self._enabled.get(name)
        if plugin is not None:
            plugin.take_config(config)
        self._config[name] = config

    def enable(self, name: str, pconfig: Mapping[str, Any] | None = None) -> Any:
        """Enable the plugin of that name: the same as :meth:`register`."""
        return self.register(name, pconfig)

    def enable_all(
        self, names: Iterable[str] | None = None, config: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """Enable the plugins of these names, by default all that there are, each with its part of ``config``."""
        given = config or {}
        for name in known_plugins() if names is None else names:
            self.register(name, given.get(name))

    @overload
    def register(
        self, plugin: type[P], config: Mapping[str, Any] | None = None, module: str | ModuleType | None = None
    ) -> P: ...
    @overload
    def register(
        self, plugin: str, config: Mapping[str, Any] | None = None, module: str | ModuleType | None = None
    ) -> Any: ...
    def register(
        self,
        plugin: str | PluginClass,
        config: Mapping[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> Any:
        """Enable a plugin and what it depends on, and give it back.

        One that is enabled already stays as it is, except that it takes over the settings that are given.

        :raises TypeError: ``plugin`` is neither a name nor a plugin class, or a setting has a value of the
            wrong type.
        :raises PluginNotFound: there is no plugin of that name.
        :raises PluginImportError: its module, or one it depends on, fails to import.
        """
        cls = find_plugin(plugin, module) if isinstance(plugin, str) else plugin
        check_class(cls)
        name = cls.name
        before = self._config.get(name)
        if config is not None:
            self.configure(name, config)
        fresh: list[Plugin] = []
        try:
            enabled = self._enable(name, cls, fresh)
        except BaseException:
            for one in reversed(fresh):
                self._disable(one)
            if before is None:
                self._config.pop(name, None)
            else:
                self._config[name] = before
            raise
        for one in fresh:
            one.post_init()
        bound = self._bound()
        if bound is not None:
            for one in fresh:
                one.session_bind(bound)
        return enabled

    def _enable(self, name: str, cls: PluginClass | None, fresh: list[Plugin]) -> Plugin:
        known = self._enabled.get(name)
        if known is not None:
            return known
        if cls is None:
            cls = find_plugin(name)
        config = self._config.get(name)
        if name in OTHER_DEFAULTS:
            config = OTHER_DEFAULTS[name] | dict(config or {})
        plugin: Plugin = cls(self._xmpp, config)
        self._enabling.append(name)
        try:
            more = MORE_DEPENDENCIES.get(name, _NOBODY) if cls.__module__.startswith(_OURS) else _NOBODY
            for dependency in sorted({*plugin.dependencies, *more}):
                # Two plugins that need each other: the second finds the first on its way already.
                if dependency not in self._enabling:
                    self._enable(dependency, None, fresh)
            if self._xmpp is None:
                plugin.plugin_init()
            else:
                plugin.wire()
        finally:
            self._enabling.remove(name)
        self._enabled[name] = plugin
        fresh.append(plugin)
        for added, _ in tuple(self._watchers):
            added(plugin)
        return plugin

    def disable(self, name: str) -> None:
        """Disable a plugin: everything it registered is taken back. One that is not enabled stays so.

        Those that depend on it cannot do without: they are disabled before it.
        """
        plugin = self._enabled.get(name)
        if plugin is None or name in self._disabling:
            return
        self._disabling.append(name)
        try:
            for other in reversed(tuple(self._enabled.values())):
                if name in other.dependencies and name not in getattr(other, "optional", _NOBODY):
                    self.disable(other.name)
            self._disable(plugin)
        finally:
            self._disabling.remove(name)

    def _disable(self, plugin: Plugin) -> None:
        self._enabled.pop(plugin.name, None)
        for _, removed in tuple(self._watchers):
            removed(plugin)
        if self._xmpp is None:
            plugin.plugin_end()
        else:
            plugin.unwire()

    def session_bind(self, jid: JID) -> None:
        """Tell every plugin that a resource is bound."""
        for plugin in tuple(self._enabled.values()):
            try:
                plugin.session_bind(jid)
            except Exception as error:  # noqa: BLE001 - one plugin must not keep the others from their session
                error.add_note(f"in session_bind of plugin {plugin.name}")
                self._xmpp.exception(error)

    def watch(self, added: Watcher, removed: Watcher) -> Callable[[], None]:
        """Be told of each plugin that is enabled or disabled, at once of those that are; gives the undoing."""
        entry = (added, removed)
        self._watchers.append(entry)
        for plugin in tuple(self._enabled.values()):
            added(plugin)
        return lambda: self._watchers.remove(entry)

    def _bound(self) -> JID | None:
        if self._xmpp is None or not self._xmpp.session_bind_event.is_set():
            return None
        jid: JID = self._xmpp.boundjid
        return jid
