"""Plugins that stand in for those that helixmpp does not have yet, with as many handlers and payload classes.

They do nothing with what they are given: what a real plugin does beside being there is not measured.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, ClassVar

from bench.worker.library import check
from bench.worker.standins_table import TABLE, Row
from helixmpp.core import BasePlugin, on, register_plugin
from helixmpp.stanza import (
    Attr,
    ElementBase,
    Iq,
    MatcherBase,
    MatchXMLMask,
    Message,
    Presence,
    StanzaBase,
    StanzaPath,
    StreamFeatures,
    register_stanza_plugin,
)

__all__ = ["StandIn", "StandIns"]

_STANZAS: dict[str, type[ElementBase]] = {
    "features": StreamFeatures,
    "iq": Iq,
    "message": Message,
    "presence": Presence,
}

Pairs = list[tuple[type[ElementBase], type[ElementBase]]]


class StandIn(BasePlugin):
    """One stand-in; a subclass says of which plugin."""

    filters: ClassVar[int] = 0

    def plugin_init(self) -> None:
        """Register as many filters as the real one; the handlers are declared, as those of real ones are."""
        #: How many stanzas its handlers were given.
        self.handled = 0
        for _ in range(self.filters):
            self.xmpp.add_filter("out", self._pass)

    def _pass(self, stanza: StanzaBase) -> StanzaBase:
        return stanza


class StandIns:
    """The stand-ins that are needed beside the plugins that exist.

    :param table: what can be stood in for.
    """

    def __init__(self, table: dict[str, Row] = TABLE) -> None:
        self._rows = {name: row for name, row in table.items() if not _exists(name)}
        self._classes: dict[str, type[StandIn]] = {}

    @property
    def names(self) -> frozenset[str]:
        """Which plugins do not exist."""
        return frozenset(self._rows)

    def notes(self) -> list[str]:
        """One line for the reader of the numbers."""
        if not self._rows:
            return ["all plugins are real ones"]
        handlers = sum(len(row.handlers) for row in self._rows.values())
        payloads = sum(len(row.payloads) for row in self._rows.values())
        return [
            f"{len(self._rows)} plugins are stand-ins, which have {handlers} handlers and {payloads} payload classes, "
            f"as many as slixmpp's, and do nothing else: {', '.join(sorted(self._rows))}"
        ]

    def install(self) -> None:
        """Make the stand-ins known to all clients of the process."""
        if not self._classes:
            self._classes = {name: _plugin(name, row) for name, row in self._rows.items()}
            for cls in self._classes.values():
                register_plugin(cls)

    def check(self, client: Any) -> None:
        """Raise CheckFailed unless the stand-ins of a client are what they should be."""
        for name, cls in self._classes.items():
            if name in client.plugin:
                plugin = client.plugin[name]
                check(type(plugin) is cls, f"{name} is a {type(plugin).__name__} instead of a stand-in")


def _exists(name: str) -> bool:
    return find_spec(f"helixmpp.plugins.{name}") is not None


def _plugin(plugin: str, row: Row) -> type[StandIn]:
    pairs, own = _payloads(row)
    for parent, payload in own:
        register_stanza_plugin(parent, payload)

    class Made(StandIn):
        name = plugin
        description = "a stand-in"
        dependencies: ClassVar[set[str]] = set(row.needs)
        extends = tuple(pairs)
        filters = row.filters

    for number, path in enumerate(row.handlers):
        name = f"handle_{number}"
        setattr(Made, name, on(_matcher(path))(_handler(name)))
    return Made


def _handler(called: str) -> Callable[[StandIn, StanzaBase], None]:
    def handle(self: StandIn, stanza: StanzaBase) -> None:
        self.handled += 1

    handle.__name__ = called
    return handle


def _matcher(path: str) -> MatcherBase:
    return MatchXMLMask(path) if path.startswith("<") else StanzaPath(path)


def _payloads(row: Row) -> tuple[Pairs, Pairs]:
    """The payloads of stanzas, and those of other payloads, which are registered once and not for each client."""
    classes: dict[str, type[ElementBase]] = {}
    pairs: Pairs = []
    inner: Pairs = []
    for text in row.payloads:
        parent, _, rest = text.partition("/")
        element, _, key = rest.partition("=")
        key = key or element
        payload = classes.setdefault(key, _payload(element, row.namespace, key))
        if parent in _STANZAS:
            pairs.append((_STANZAS[parent], payload))
        else:
            inner.append((classes[parent], payload))
    return pairs, inner


def _payload(element: str, uri: str, key: str) -> type[ElementBase]:
    class Payload(ElementBase):
        name = element
        namespace = uri
        plugin_attrib = key

        id = Attr(str, "id", default="")

    return Payload
