"""The rosters as what keeps them sees them: names of items, and their states."""

import logging
from typing import Protocol

from helixmpp.core.roster.host import RosterHost
from helixmpp.core.roster.item import RosterItem
from helixmpp.core.roster.node import RosterNode
from helixmpp.core.roster.records import State
from helixmpp.core.roster.types import Backend
from helixmpp.errors import InvalidJID

__all__ = ["Kept", "KeptRoster"]

log = logging.getLogger(__name__)


class KeptRoster(Protocol):
    """What is asked of the manager."""

    xmpp: RosterHost
    db: Backend | None

    def __getitem__(self, jid: str | None) -> RosterNode:
        """The roster of an address."""
        ...

    def known_node(self, bare: str) -> RosterNode | None:
        """The same, if there is one."""
        ...

    def known_stranger(self, node: RosterNode, bare: str) -> RosterItem | None:
        """What is known of somebody who is not in the node's roster, if anything is."""
        ...

    def values(self) -> list[RosterNode]:
        """The rosters."""
        ...

    def strangers(self) -> list[RosterItem]:
        """What is known of those who are in no roster."""
        ...


class Kept:
    """All rosters but those that a backend of the program's keeps."""

    def __init__(self, roster: KeptRoster) -> None:
        self._roster = roster

    @property
    def loading(self) -> bool:
        """Whether a result of the server is being read: what is here is then of no version."""
        roster = self._roster
        return not roster.xmpp.is_component and roster[None].loading is not None

    @property
    def version(self) -> str | None:
        """The version of a client's roster; None where there is none, at a component."""
        return None if self._roster.xmpp.is_component else self._roster[None].version

    @version.setter
    def version(self, value: str) -> None:
        self._roster[None].version = value

    @property
    def kept_elsewhere(self) -> bool:
        """Whether a backend of the program's keeps all rosters, or what is here is nobody's to come back to."""
        roster, xmpp = self._roster, self._roster.xmpp
        if xmpp.is_component:
            return roster.db is not None
        # A client has one roster: a backend of that one has it all. Where the server gave another account than was
        # asked for, as to anonymous clients, the next session has yet another.
        return roster[None].db is not None or xmpp.boundjid.bare != xmpp.requested_jid.bare

    def state_of(self, owner: str, bare: str) -> State | None:
        """What is to be kept of an item; None where there is nothing."""
        node = self._roster.known_node(owner)
        if node is None:
            return None
        item = node.known(bare) or self._roster.known_stranger(node, bare)
        if item is None or not _is_kept(item):
            return None
        return item.short_state() if item.kept else {"stranger": True, **item.short_state()}

    def take_state(self, owner: str, bare: str, state: State | None) -> None:
        """Take over what was kept of an item; None for one that is gone."""
        try:
            node = self._roster[owner]
            if node.db is not None:
                return
            if state is None:
                self._forget(node, bare)
                return
            item = node.item(bare)
            item.clear()
            item.restore(state)
            if not state.get("stranger"):
                item.keep()
        except (InvalidJID, TypeError, ValueError) as error:
            log.warning("an item of the roster cannot be read back and is left out: %s", error)

    def _forget(self, node: RosterNode, bare: str) -> None:
        item = node.known(bare) or self._roster.known_stranger(node, bare)
        if item is not None:
            item.clear()
            node.drop(item)

    def all_items(self) -> list[tuple[str, str]]:
        """Every item of a roster."""
        return [(node.bare, bare) for node in self._roster.values() if node.db is None for bare in node]

    def all_kept(self) -> list[tuple[str, str]]:
        """Every item that is to be kept."""
        return self.all_items() + [
            (item.node.bare, item.bare)
            for item in self._roster.strangers()
            if item.node.db is None and _is_kept(item)
        ]


def _is_kept(item: RosterItem) -> bool:
    # A request that waits makes nobody an item, and is kept all the same: it does not come again.
    return item.kept or item.pending_in
