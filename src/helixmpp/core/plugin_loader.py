"""Finding a plugin's class by its name: registered classes, our own modules, other packages' entry points."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from helixmpp.errors import PluginImportError, PluginNotFound
from helixmpp.jid import JID

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

__all__ = ["PLUGINS", "Plugin", "check_class", "find_plugin", "known_plugins", "register_plugin"]

PACKAGE = "helixmpp.plugins"
ENTRY_POINTS = "helixmpp.plugins"

# The stream's own features have no module of plugins: see helixmpp.core.feature_plugins.
_FEATURES = "helixmpp.core.feature_plugins"

#: What ``register_plugins()`` enables for a client without a ``plugin_whitelist``: nothing, until
#: ``install_as_slixmpp()`` fills it, or a program does.
PLUGINS: list[str] = []


class Plugin(Protocol):
    """What the plugin manager asks of a plugin; ``BasePlugin`` has all of it."""

    @property
    def name(self) -> str:
        """How programs ask for it."""
        ...

    @property
    def dependencies(self) -> Iterable[str]:
        """The names of the plugins it needs."""
        ...

    def take_config(self, config: Mapping[str, Any]) -> None:
        """Take over settings while it is enabled; TypeError, and none of them taken, for a wrong one."""
        ...

    def plugin_init(self) -> None:
        """Begin; :meth:`wire` calls it."""
        ...

    def plugin_end(self) -> None:
        """End; :meth:`unwire` calls it."""
        ...

    def wire(self) -> None:
        """Wire everything."""
        ...

    def unwire(self) -> None:
        """Undo everything."""
        ...

    def post_init(self) -> None:
        """All plugins that were enabled together are there."""
        ...

    def session_bind(self, jid: JID) -> None:
        """A resource is bound."""
        ...


# A class whose objects are plugins. Which one it is decides the type that programs get back.
PluginClass = type[Any]

# Classes that programs registered themselves; these come before ours, so that a program can take one's place.
_registered: dict[str, PluginClass] = {}
# Our own that were found before: each client asks for its thirty by name.
_ours: dict[str, PluginClass] = {}


def register_plugin(cls: PluginClass, name: str | None = None) -> None:
    """Make a plugin class known by its name to all clients of the process; it replaces a standard one.

    :raises TypeError: ``cls`` is no plugin class.
    """
    check_class(cls)
    _registered[name or cls.name] = cls


def check_class(cls: object) -> None:
    """Raise TypeError for what is no plugin class, or has no name."""
    if not isinstance(cls, type) or not hasattr(cls, "plugin_init"):
        what = f"the class {cls.__name__}" if isinstance(cls, type) else f"{cls!r:.100}"
        raise TypeError(
            f"a plugin is a name such as 'xep_0030' or a class derived from BasePlugin, not {what}"
        )
    own = getattr(cls, "name", "")
    if not own or not isinstance(own, str):
        raise TypeError(f"the plugin class {cls.__name__} says no name: set name = '...' in it")


def find_plugin(name: str, module: str | ModuleType | None = None) -> PluginClass:
    """The class of the plugin ``name``.

    :param module: the module, or its name, that holds it, where it is neither ours nor registered.
    :raises PluginNotFound: there is none; the message names what is close.
    :raises PluginImportError: there is one, and its module fails to import.
    """
    if module is not None:
        loaded = module if isinstance(module, ModuleType) else _import(name, module)
        found = _class_in(loaded, name)
        registered = _registered.get(name)
        # A program that finishes a class of a library has both in its module, and has registered its own.
        if registered is not None and (found is None or issubclass(registered, found)):
            found = registered
        if found is None:
            # A package that holds one module for each plugin, as programs lay theirs out.
            inner = f"{loaded.__name__}.{name}"
            if _exists(inner):
                found = _class_in(_import(name, inner), name) or _registered.get(name)
        if found is not None:
            return found
        raise PluginNotFound(name, f"module {loaded.__name__!r} has no plugin {name!r}")
    if name in _registered:
        return _registered[name]
    if name in _ours:
        return _ours[name]
    if name.isidentifier() and _exists(f"{PACKAGE}.{name}"):
        found = _class_in(_import(name, f"{PACKAGE}.{name}"), name) or _registered.get(name)
        if found is not None:
            _ours[name] = found
            return found
    if name.startswith("feature_"):
        found = _class_in(_import(name, _FEATURES), name)
        if found is not None:
            _ours[name] = found
            return found
    for point in _entry_points().select(name=name):
        try:
            loaded_class: PluginClass = point.load()
        except Exception as error:
            raise PluginImportError(f"plugin {name!r} of {point.value!r} fails to import: {error}") from error
        return loaded_class
    raise PluginNotFound(name, _not_found(name))


def known_plugins() -> list[str]:
    """The names of all plugins that can be found, sorted."""
    import pkgutil  # noqa: PLC0415 - few ask for all

    names = set(_registered)
    package = importlib.import_module(PACKAGE)
    names.update(
        info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_")
    )
    names.update(point.name for point in _entry_points())
    return sorted(names)


def _entry_points() -> EntryPoints:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to load, and needed for other packages only

    return entry_points(group=ENTRY_POINTS)


def _not_found(name: str) -> str:
    known = known_plugins()
    import difflib  # noqa: PLC0415 - only for this message

    close = difflib.get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"known are: {', '.join(known)}"
    return f"there is no plugin {name!r}; {hint}"


def _exists(module: str) -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - only for plugins that are looked for by name

    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _import(name: str, module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == module:
            raise PluginNotFound(name, f"there is no module {module!r} for plugin {name!r}") from error
        raise PluginImportError(
            f"plugin {name!r} fails to import: {type(error).__name__}: {error}"
        ) from error


def _class_in(module: ModuleType, name: str) -> PluginClass | None:
    for value in vars(module).values():
        if isinstance(value, type) and vars(value).get("name") == name and hasattr(value, "plugin_init"):
            return value
    return None
