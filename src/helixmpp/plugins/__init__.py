"""The plugins: one file or folder for each XMPP extension, found by its name (``xep_0231``).

Nothing is listed here: :func:`helixmpp.core.plugin_loader.find_plugin` imports a plugin when it is asked for,
and its module's docstring says what it is for, its events, operations and limits.

What plugins of programs are made with is here, too: ``from helixmpp.plugins import BasePlugin``. These names are
looked up when they are first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helixmpp.core import BasePlugin, register_plugin
    from helixmpp.errors import PluginNotFound

_MODULE_OF = {
    "BasePlugin": "helixmpp.core",
    "PluginNotFound": "helixmpp.errors",
    "register_plugin": "helixmpp.core",
}

__all__ = ["BasePlugin", "PluginNotFound", "register_plugin"]


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only when a name is looked up

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
