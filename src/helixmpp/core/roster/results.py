"""Taking over what the server says of the roster: a change that it pushes, or all of it."""

import asyncio
import logging
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.core.roster.node import RosterNode
from helixmpp.core.roster.query import ITEM, ItemData, read_item

__all__ = ["take_push", "take_result"]

log = logging.getLogger(__name__)

# A roster may have tens of thousands of items: after this many, others get their turn (50 ms at most).
_SLICE: Final = 500


def take_push(node: RosterNode, query: Element) -> None:
    """Take over the change that a ``<query/>`` of a roster push tells of (RFC 6121 section 2.1.6)."""
    for element in query.iterfind(ITEM):
        data = _read(element)
        if data is not None:
            if node.loading is not None:
                # It is newer than what is just being read.
                node.loading.add(data.bare)
            _take(node, data)
    version = query.get("ver")
    if version is not None:
        node.version = version
    node.version_changed()


async def take_result(node: RosterNode, query: Element) -> None:
    """Take over the whole roster (RFC 6121 section 2.1.4): what is not in it is in it no longer."""
    node.loading = changed = set[str]()
    version = node.version
    try:
        complete = await _take_all(node, query, changed)
        if complete and node.version == version:
            node.version = query.get("ver", "")
    except BaseException:
        # What was pushed meanwhile has told its version, but the rest of that version is not here.
        node.version = ""
        raise
    finally:
        if node.loading is changed:
            node.loading = None
            node.version_changed()
    if complete:
        node.result_taken()


async def _take_all(node: RosterNode, query: Element, changed: set[str]) -> bool:
    """Whether all could be read before another result came, which makes this one old."""
    listed: set[str] = set()
    for count, element in enumerate(query.iterfind(ITEM), 1):
        data = _read(element)
        if data is not None and data.directions is not None:
            listed.add(data.bare)
            if data.bare not in changed:
                _take(node, data)
        if not count % _SLICE and not await _is_newest(node, changed):
            return False
    gone = [item for item in node.values() if item.bare not in listed]
    for count, item in enumerate(gone, 1):
        if item.bare not in changed:
            item.clear_put()
            # That requests of somebody are granted is our own setting, which the server does not know.
            item.save(remove=not item.whitelisted)
        if not count % _SLICE and not await _is_newest(node, changed):
            return False
    return True


async def _is_newest(node: RosterNode, changed: set[str]) -> bool:
    await asyncio.sleep(0)
    return node.loading is changed


def _read(element: Element) -> ItemData | None:
    data = read_item(element)
    if data is None:
        log.warning("an item of the roster has no valid address or subscription, and is left out")
    return data


def _take(node: RosterNode, data: ItemData) -> None:
    if data.directions is None:
        item = node.get(data.bare)
        if item is not None:
            item.save(remove=True)
        return
    item = node.item(data.bare)
    from_, to = data.directions
    changed = item.put(
        data.name, data.groups, from_=from_, to=to, pending_out=data.pending_out, approved=data.approved
    )
    if not item.kept:
        changed = True
        item.keep()
    # A backend is told in any case, as it always was; the storage of what is new to it.
    if changed or node.db is not None:
        item.save()
