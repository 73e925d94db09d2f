"""All rosters of a client or component: one for a client's account, one for each address of a component."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from helixmpp.core.engines import Log
from helixmpp.core.roster.presences import bare_of
from helixmpp.core.roster.recent import Recent
from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import Presence

if TYPE_CHECKING:
    # For the first contact that something is known of.
    from helixmpp.core.roster.host import RosterHost
    from helixmpp.core.roster.item import RosterItem
    from helixmpp.core.roster.keeper import Keeper
    from helixmpp.core.roster.node import RosterNode
    from helixmpp.core.roster.types import Backend

__all__ = ["Roster"]

_MAX_ITEMS: Final = 100_000
_MAX_STRANGERS: Final = 1_000
_MAX_RESOURCES: Final = 100


class Roster:
    """The rosters, as ``xmpp.roster``: a mapping of our own bare addresses to :class:`RosterNode`.

    What strangers send never makes it grow beyond its limits, which are settings:

    * ``max_strangers``: of how many addresses that are in no roster something is remembered (presence, a
      request for a subscription); the least recently heard of is forgotten first.
    * ``max_resources``: of how many resources of one address the presence is remembered, in a roster or not.
    * ``max_items``: with that many items in all rosters no further request is granted by ``auto_authorize``.
      What the server says, or the program sets, is taken over all the same.

    With a lasting ``storage=`` the items are kept there, and of a client the version that the server gave to its
    roster: after a restart :meth:`ClientXMPP.get_roster` is told what has changed, and no more.

    :param db: a :class:`Backend` that keeps the items.
    """

    def __init__(self, xmpp: RosterHost, db: Backend | None = None) -> None:
        self.xmpp = xmpp
        self.db: Backend | None = None
        #: What keeps the items in the storage, where ``storage=`` names a lasting one.
        self.keeper: Keeper | None = None
        self.max_items = _MAX_ITEMS
        self.max_strangers = _MAX_STRANGERS
        self.max_resources = _MAX_RESOURCES
        self._auto_authorize: bool | None = True
        self._auto_subscribe = True
        self._nodes: dict[str, RosterNode] = {}
        self._passing: Recent[str, RosterNode] = Recent(lambda: self.max_strangers)
        self._strangers: Recent[tuple[str, str], RosterItem] = Recent(self._room_for_strangers, _forgotten)
        self._count = 0
        self._awaited = 0
        self._presence_told = False
        if db is not None:
            self.set_backend(db)

    # -- settings -------------------------------------------------------------------------------------

    @property
    def auto_authorize(self) -> bool | None:
        """Whether requests for a subscription are granted: True, False (refused), None (left to the program).

        Setting it is for all rosters, also for those that had a setting of their own.
        """
        return self._auto_authorize

    @auto_authorize.setter
    def auto_authorize(self, value: bool | None) -> None:
        self._auto_authorize = value
        for node in self._nodes.values():
            node.inherit_authorize()

    @property
    def auto_subscribe(self) -> bool:
        """Whether a request that is granted is answered with one for the other direction.

        Setting it is for all rosters, also for those that had a setting of their own.
        """
        return self._auto_subscribe

    @auto_subscribe.setter
    def auto_subscribe(self, value: bool) -> None:
        self._auto_subscribe = value
        for node in self._nodes.values():
            node.inherit_subscribe()

    # -- the mapping ----------------------------------------------------------------------------------

    def __getitem__(self, jid: JID | str | None) -> RosterNode:
        """The roster of one of our addresses; of our own for None or the empty address.

        :raises InvalidJID: a string that is no address.
        """
        own = self.xmpp.boundjid.bare
        bare = own if jid is None else bare_of(jid) or own
        node = self._nodes.get(bare)
        if node is not None:
            return node
        node = self._passing.get(bare)
        if node is None:
            from helixmpp.core.roster.node import RosterNode  # noqa: PLC0415 - a client has one, once it asks for it

            node = RosterNode(self, bare)
            node.db = self.db
            self._passing.put(bare, node)
        if bare == own:
            self.keep_node(node)
        return node

    def __contains__(self, jid: object) -> bool:
        try:
            return isinstance(jid, JID | str) and bare_of(jid) in self._nodes
        except InvalidJID:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._nodes)

    def __bool__(self) -> bool:
        return True

    def keys(self) -> list[str]:
        """Our own bare addresses that have a roster."""
        return list(self._nodes)

    def values(self) -> list[RosterNode]:
        """The rosters."""
        return list(self._nodes.values())

    def items(self) -> list[tuple[str, RosterNode]]:
        """Our own bare addresses with their rosters."""
        return list(self._nodes.items())

    def add(self, jid: JID | str) -> RosterNode:
        """Have a roster for one of our addresses; it stays."""
        node = self[jid]
        self.keep_node(node)
        return node

    def remove(self, jid: JID | str) -> None:
        """Forget the roster of one of our addresses; nobody is told. The backend keeps what it has."""
        node = self._nodes.pop(bare_of(jid), None)
        if node is not None:
            node.kept = False
            self._count -= len(node)

    # -- limits ---------------------------------------------------------------------------------------

    @property
    def is_full(self) -> bool:
        """Whether there are as many items in all rosters as strangers may make there be."""
        return self._count >= self.max_items

    @property
    def strangers_known(self) -> int:
        """Of how many addresses that are in no roster something is remembered."""
        return len(self._strangers)

    @property
    def passing_nodes(self) -> int:
        """How many of our addresses are remembered only because somebody wrote to them."""
        return len(self._passing)

    def _room_for_strangers(self) -> int:
        # Contacts whose presence overtakes the roster's result look like strangers until that has been read.
        return max(self.max_items, self.max_strangers) if self._awaited else self.max_strangers

    def result_awaited(self) -> None:
        """A result of the server is on its way: until it has been read, any stranger may be a contact."""
        self._awaited += 1

    def result_read(self) -> None:
        """The result has been read, or does not come: who is still a stranger is one."""
        self._awaited -= 1
        self._strangers.trim()

    # -- what nodes call ------------------------------------------------------------------------------

    def keep_node(self, node: RosterNode) -> None:
        """Make it a lasting one, unless there is another of the same address."""
        if not node.kept and node.bare not in self._nodes:
            node.kept = True
            self._passing.pop(node.bare)
            self._nodes[node.bare] = node
            self._count += len(node)

    def keep_item(self, node: RosterNode, item: RosterItem) -> None:
        """An item of the node is one of the roster now."""
        if node.kept:
            self._count += 1
        self._strangers.pop((node.bare, item.bare))

    def drop_item(self, node: RosterNode, item: RosterItem) -> None:
        """An item of the node is none any more; while somebody is online there, it is a stranger."""
        if node.kept:
            self._count -= 1
        if item.resources or item.pending_in:
            self._strangers.put((node.bare, item.bare), item)

    def stranger(self, node: RosterNode, bare: str) -> RosterItem:
        """What is known of somebody who is not in the node's roster."""
        key = (node.bare, bare)
        item = self._strangers.get(key)
        if item is None:
            from helixmpp.core.roster.item import RosterItem  # noqa: PLC0415 - as above

            item = RosterItem(node, bare)
            self._strangers.put(key, item)
            item.load()
        return item

    def known_stranger(self, node: RosterNode, bare: str) -> RosterItem | None:
        """The same, if anything is known."""
        return self._strangers.peek((node.bare, bare))

    def strangers(self) -> list[RosterItem]:
        """What is known of those who are in no roster."""
        return [item for _, item in self._strangers.items()]

    def known_node(self, bare: str) -> RosterNode | None:
        """The roster of one of our addresses, if there is one."""
        return self._nodes.get(bare) or self._passing.peek(bare)

    # -- storage --------------------------------------------------------------------------------------

    def keep_in(self, open_log: Callable[[], Log]) -> None:
        """Keep the items in a log, except where a backend is set; see :meth:`load`."""
        # Only where a lasting place is named.
        from helixmpp.core.roster.keeper import Keeper  # noqa: PLC0415
        from helixmpp.core.roster.kept import Kept  # noqa: PLC0415

        self.keeper = Keeper(
            Kept(self), open_log, self.xmpp.watch_task, lambda: self.max_items + self.max_strangers
        )

    async def load(self) -> bool:
        """Take over what an earlier process left in the storage, once, and its version of a client's roster.

        What the program has set before is not overwritten. Without a lasting storage, or with a backend, nothing
        is done.

        :returns: False where the storage cannot be read; the log says why.
        """
        return self.keeper is None or await self.keeper.load()

    @property
    def is_loaded(self) -> bool:
        """Whether everything is here that there is: :meth:`load` was called, or there is nothing to load."""
        return self.keeper is None or self.keeper.loaded or self.db is not None

    def note(self, node: RosterNode, item: RosterItem) -> None:
        """An item of the node has changed, and no backend is told."""
        if self.keeper is not None:
            self.keeper.note(node.bare, item.bare)

    def version_changed(self) -> None:
        """The version of a node's roster may be another."""
        if self.keeper is not None:
            self.keeper.wake()

    def result_taken(self) -> None:
        """The server has told the whole roster."""
        if self.keeper is not None:
            self.keeper.supersede()

    def replace_kept(self) -> None:
        """What was kept in the storage is old: a backend had it meanwhile."""
        if self.keeper is not None:
            self.keeper.replace()

    # -- backend --------------------------------------------------------------------------------------

    def set_backend(self, db: Backend | None, save: bool = True) -> None:
        """Keep the items of all rosters in ``db``, and take over what is in it already.

        It stands in for the storage; with None they are kept there again, if ``storage=`` names a lasting one.

        :param save: whether the items that are here are written to it; else what it has of them is read.
        """
        self.db = db
        for _, node in self._passing.items():
            node.db = db
        for _, item in self._strangers.items():
            item.forget_db_state()
            if save and item.pending_in:
                item.save()
        if db is not None:
            # Both arguments: a backend in slixmpp's style need not have defaults for them.
            for bare in db.entries(None, {}):
                self.add(bare)
        for node in self.values():
            node.set_backend(db, save)

    # -- presence -------------------------------------------------------------------------------------

    def send_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: JID | str | None = None,
        ptype: str | None = None,
        pfrom: JID | str | None = None,
        pnick: str | None = None,
    ) -> None:
        """Send the presence of one of our addresses, by default of our own: see the node's method."""
        self[pfrom].send_presence(pshow, pstatus, ppriority, pto, ptype, pfrom, pnick)

    def presence_sent(self, presence: Presence) -> None:
        """Note a presence on its way out: it is what probes are answered with, and new subscribers get.

        The first of a session to everybody is the event ``sent_presence``.
        """
        xml = presence.xml
        if xml.get("type") not in (None, "unavailable"):
            return
        to = xml.get("to")
        try:
            node = self[xml.get("from") if self.xmpp.is_component else None]
            if to:
                if node.kept or len(self._nodes) < self.max_items:
                    self.keep_node(node)
                    node.sent.set_directed(bare_of(to), presence)
                return
        except InvalidJID:
            return  # the peer's server will say so
        self.presence_spread(node, presence)

    def presence_spread(self, node: RosterNode, presence: Presence) -> None:
        """A presence is sent to everybody who is subscribed to the node's address."""
        node.last_status = presence
        if not self._presence_told:
            self._presence_told = True
            self.xmpp.event("sent_presence", presence)

    def reset(self) -> None:
        """Forget who is online and what we sent: there is no session any more. The items stay."""
        self._presence_told = False
        for node in self._nodes.values():
            node.reset()
        for key, item in self._strangers.items():
            item.reset()
            if item.is_blank:
                self._strangers.pop(key)

    def __repr__(self) -> str:
        return f"<Roster {self._count} items of {len(self)} addresses>"


def _forgotten(item: RosterItem) -> None:
    """A stranger is forgotten; a request that was kept by a backend is so there, too."""
    if item.pending_in:
        item.pending_in = False
        item.save(remove=True)
