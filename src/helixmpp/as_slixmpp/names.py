"""Small things that slixmpp's modules have and helixmpp has no other use for."""

from collections.abc import Iterator, MutableMapping
from types import ModuleType
from typing import Any, ClassVar

from helixmpp.as_slixmpp.table import API_VERSION
from helixmpp.core.plugin_loader import find_plugin, known_plugins, register_plugin
from helixmpp.errors import PluginImportError, PluginNotFound
from helixmpp.stanza import StanzaBase, Text
from helixmpp.xml import NS_COMPONENT, NS_XML

__all__ = [
    "PLUGIN_REGISTRY",
    "RESPONSE_TIMEOUT",
    "XML_NS",
    "Handshake",
    "__version__",
    "__version_info__",
    "load_plugin",
    "unescape_node",
]

__version__ = API_VERSION
__version_info__ = tuple(int(part) for part in API_VERSION.split("."))

XML_NS = NS_XML
#: Seconds until a request without an answer raises IqTimeout; ``xmpp.response_timeout`` is the setting.
RESPONSE_TIMEOUT = 30

# XEP-0106 section 3.
_ESCAPES = {
    "\\20": " ",
    "\\22": '"',
    "\\26": "&",
    "\\27": "'",
    "\\2f": "/",
    "\\3a": ":",
    "\\3c": "<",
    "\\3e": ">",
    "\\40": "@",
    "\\5c": "\\",
}


def unescape_node(node: str) -> str:
    """Turn the escapes of a local part back into the characters that they stand for (XEP-0106 section 4.2)."""
    parts: list[str] = []
    at = 0
    while at < len(node):
        plain = _ESCAPES.get(node[at : at + 3])
        parts.append(plain if plain is not None else node[at])
        at += 1 if plain is None else 3
    return "".join(parts)


class Handshake(StanzaBase):
    """``<handshake/>`` of a component's stream (XEP-0114 section 3); ``value`` is its text."""

    name = "handshake"
    namespace = NS_COMPONENT
    plugin_attrib = "handshake"
    interfaces: ClassVar[set[str]] = {"value"}

    value = Text(str, default="")


def load_plugin(name: str, module: str | ModuleType | None = None) -> None:
    """Make the plugin of that name known to all clients; one that cannot be had is found missing later."""
    try:
        register_plugin(find_plugin(name, module), name)
    except (PluginNotFound, PluginImportError):
        # As in slixmpp: who then asks for it is told.
        return


class _Registry(MutableMapping[str, Any]):
    """The plugin classes by name, as a dictionary; setting one is :func:`register_plugin`."""

    def __getitem__(self, name: str) -> Any:
        try:
            return find_plugin(name)
        except PluginNotFound as error:
            raise KeyError(name) from error

    def __setitem__(self, name: str, cls: Any) -> None:
        register_plugin(cls, name)

    def __delitem__(self, name: str) -> None:
        raise TypeError("a plugin class cannot be forgotten again; register another one under its name")

    def __iter__(self) -> Iterator[str]:
        return iter(known_plugins())

    def __len__(self) -> int:
        return len(known_plugins())


PLUGIN_REGISTRY = _Registry()
