"""The classes of all plugins by name, for annotations of programs; ``xmpp.plugin[XEP_0030]`` is typed, too."""

from typing import Any, TypedDict

from helixmpp.as_slixmpp.plugin_paths import shared_plugins
from helixmpp.core.plugin_loader import find_plugin

__all__ = ["PluginsDict"]

# Which plugins there are is found out; a checker would want them written down.
_make: Any = TypedDict
PluginsDict: Any = _make("PluginsDict", {name: find_plugin(name) for name in shared_plugins()})
