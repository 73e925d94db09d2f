"""``helixmpp api``: the operations of plugins, as their classes and the types of their stores say them."""

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from helixmpp.core import BasePlugin, PluginAPI, known_plugins
from helixmpp.core.declare import declared_by
from helixmpp.core.plugin_loader import find_plugin
from helixmpp.errors import HelixError, PluginImportError

__all__ = ["listing", "operations_of"]


def listing(name: str = "") -> str:
    """The operations of one plugin, or of every one that has any, as a text.

    :raises PluginNotFound: no plugin has that name.
    :raises HelixError: the plugin has no operations.
    """
    if name:
        cls = find_plugin(name)
        text = _of_plugin(cls)
        if not text:
            raise HelixError(
                f"the plugin {cls.name} has no operations: it keeps nothing that could be replaced"
            )
        return text
    parts: list[str] = []
    for one in sorted(known_plugins()):
        try:
            parts.append(_of_plugin(find_plugin(one)))
        except PluginImportError as error:
            parts.append(f"{one}: cannot be imported: {error}")
    return "\n\n".join(part for part in parts if part)


def operations_of(cls: type[BasePlugin]) -> dict[str, Callable[..., Any] | None]:
    """The names of a plugin's operations, each with the method that types it in the plugin's store, sorted."""
    store = _store_of(cls)
    names = {mark.name for _, mark in declared_by(cls) if mark.kind == "operation"} | set(cls.operations)
    if store is not None:
        # A plugin may also register its default handlers itself; its store names them all.
        names |= {name for name, value in vars(store).items() if callable(value) and not name.startswith("_")}
    return {name: getattr(store, name, None) for name in sorted(names)}


def _store_of(cls: type[BasePlugin]) -> type[Any] | None:
    """The ``Protocol`` in ``api: PluginAPI[…]`` of the class."""
    for base in cls.__mro__:
        module = importlib.import_module(base.__module__)
        hints = get_type_hints(base, vars(module)) if "api" in inspect.get_annotations(base) else {}
        arguments = get_args(hints.get("api", PluginAPI))
        if arguments and isinstance(arguments[0], type):
            found: type[Any] = arguments[0]
            return found
    return None


def _of_plugin(cls: type[BasePlugin]) -> str:
    operations = operations_of(cls)
    if not operations:
        return ""
    store = _store_of(cls)
    where = f"; store: {store.__module__}.{store.__name__}" if store is not None else ""
    lines = [f"{cls.name}: {cls.description}{where}"]
    for name, method in operations.items():
        lines.append(f"  {name}{_signature(method) if method is not None else '(jid, node, ifrom, args)'}")
        summary = (inspect.getdoc(method) or "").partition("\n")[0] if method is not None else ""
        if summary:
            lines.append(f"      {summary}")
    return "\n".join(lines)


def _signature(method: Callable[..., Any]) -> str:
    signature = inspect.signature(method)
    own = [one for one in signature.parameters.values() if one.name != "self"]
    text = str(signature.replace(parameters=own))
    # The names of types without the modules that define them, as they stand in the source.
    return re.sub(r"(?:\b[A-Za-z_]\w*\.)+([A-Za-z_]\w*)", r"\1", text)
