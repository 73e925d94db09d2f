"""What a program says of one node, and the same in the storage: for other workers, and for after a restart."""

import asyncio
import json
import logging
from collections.abc import Awaitable
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from helixmpp.core.done import Done
from helixmpp.core.engines import KeyValue
from helixmpp.core.roster.unbroken import start_unbroken, write_all
from helixmpp.errors import HelixError, StorageError
from helixmpp.plugins.xep_0030.stanza import DiscoInfo, DiscoItems
from helixmpp.xml import parse_one, serialize

__all__ = ["KeptNodes", "Key", "Node", "NodeStorage"]

log = logging.getLogger(__name__)

#: An address of ours, empty for a client's account, and the name of a node of it.
Key = tuple[str, str]


# What the plugins of one client announce, those of the next do, too. Nobody changes an element of a feature: it is put
# in and taken out, and what leaves this place is a copy.
_FEATURES: dict[str, Element] = {}
_MAX_FEATURES = 1_000


class Node:
    """What is known of one node of one address."""

    __slots__ = ("info", "items")

    def __init__(self, node: str) -> None:
        self.info = DiscoInfo()
        self.items = DiscoItems()
        if node:
            self.info.node = self.items.node = node

    def add_feature(self, feature: str) -> None:
        """Add a feature; its element is the same one in the nodes of all clients.

        :raises FieldValueError: it holds what XML forbids.
        """
        xml = self.info.xml
        shared = _FEATURES.get(feature)
        if shared is not None:
            if feature not in [child.get("var") for child in xml]:
                xml.append(shared)
        elif self.info.add_feature(feature) and len(_FEATURES) < _MAX_FEATURES:
            _FEATURES[feature] = xml[-1]


class NodeStorage(Protocol):
    """What is asked of the plugin."""

    def node_collection(self) -> KeyValue | None:
        """Where nodes are kept besides memory; None where nothing lasts."""
        ...

    def is_main(self, key: Key) -> bool:
        """Whether it is the program itself, which says at each start what it is and can do."""
        ...

    def start(self, awaitable: Awaitable[Any], what: str) -> "asyncio.Future[Any]":
        """Start a task of the client."""
        ...


class KeptNodes:
    """The nodes in the storage.

    :param nodes: those in memory, which go before.
    """

    def __init__(self, nodes: dict[Key, Node], storage: NodeStorage) -> None:
        self._nodes = nodes
        self._storage = storage
        self._changed: dict[Key, None] = {}
        # What of those in memory stands in the storage, unless another worker has changed it since.
        self._written: dict[Key, bytes] = {}
        self._writing: Key | None = None
        self._worker: asyncio.Future[Any] | None = None

    def changed(self, key: Key) -> Awaitable[Any]:
        """Write what a node is now, or that it is gone; done when that has happened."""
        if self._storage.is_main(key) or self._storage.node_collection() is None:
            return Done(None)
        self._changed[key] = None
        return self.write()

    def write(self) -> Awaitable[Any]:
        """Write what has changed, as soon as there is an event loop."""
        if self._worker is None:
            if not self._changed or not _has_loop():
                return Done(None)
            self._worker = start_unbroken(self._storage.start, self._work(), "nodes of service discovery")
        # Whoever waits for it and gives up leaves it going on.
        return asyncio.shield(self._worker)

    async def _work(self) -> None:
        try:
            await write_all(self._write)
        finally:
            self._worker = None

    async def _write(self) -> None:
        values = self._storage.node_collection()
        while values is not None and self._changed:
            self._writing = key = next(iter(self._changed))
            # Taken out first: what changes while it is being written is written again.
            del self._changed[key]
            node = self._nodes.get(key)
            try:
                if node is None:
                    self._written.pop(key, None)
                    await values.delete(_name(key))
                else:
                    value = _to_bytes(node)
                    await values.put(_name(key), value)
                    self._written[key] = value
            except StorageError as error:
                log.error("a node of service discovery is not kept: %s", error)
            except BaseException:
                self._changed[key] = None
                raise
            finally:
                self._writing = None

    def may_have(self, key: Key) -> bool:
        """Whether a node may be in the storage, and newer there than in memory."""
        return (
            key not in self._changed
            and key != self._writing
            and not self._storage.is_main(key)
            and self._storage.node_collection() is not None
            and _has_loop()
        )

    async def get(self, key: Key) -> Node | None:
        """What is known of a node, also what another worker or an earlier process has said of it."""
        values = self._storage.node_collection()
        value = await values.get(_name(key)) if values is not None else None
        mine = self._nodes.get(key)
        if value is None or key in self._changed or key == self._writing:
            return mine
        if mine is not None and self._written.get(key) in (None, value):
            return mine  # nobody else has changed it, or it could not be written
        found = _from_bytes(value)
        if mine is None or found is None:
            return found or mine
        # What this process changes from now on, it changes of this.
        self._nodes[key], self._written[key] = found, value
        return found


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _name(key: Key) -> str:
    return json.dumps(key, ensure_ascii=False)


def _to_bytes(node: Node) -> bytes:
    return json.dumps([serialize(node.info.xml), serialize(node.items.xml)], ensure_ascii=False).encode()


def _from_bytes(value: bytes) -> Node | None:
    try:
        info, items = (parse_one(text) for text in json.loads(value))
        if (info.tag, items.tag) != (DiscoInfo.tag_name(), DiscoItems.tag_name()):
            raise ValueError("it is no node")
    except (HelixError, ValueError, TypeError) as error:
        log.warning("a node that was kept cannot be read back and is left out: %s", error)
        return None
    node = Node("")
    node.info, node.items = DiscoInfo(xml=info), DiscoItems(xml=items)
    return node
