"""The roster of one address: its contacts, and how they are asked, told and changed."""

from collections.abc import Awaitable, Iterable, Iterator
from typing import Literal, Protocol, overload

from helixmpp.core.done import Done
from helixmpp.core.roster.host import RosterHost
from helixmpp.core.roster.item import RosterItem
from helixmpp.core.roster.own import OwnPresence
from helixmpp.core.roster.presences import bare_of, copy_of
from helixmpp.core.roster.requests import OptCallback, set_item
from helixmpp.core.roster.types import Backend, ResourceDict
from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import Iq, Presence

__all__ = ["NodeRoster", "RosterNode", "bare_of"]


class NodeRoster(Protocol):
    """What a node asks of the manager that it is in."""

    xmpp: RosterHost
    max_resources: int
    max_strangers: int

    @property
    def auto_authorize(self) -> bool | None:
        """The setting of nodes that have none of their own."""
        ...

    @property
    def auto_subscribe(self) -> bool:
        """The setting of nodes that have none of their own."""
        ...

    def keep_node(self, node: "RosterNode") -> None:
        """Make it a lasting one."""
        ...

    def keep_item(self, node: "RosterNode", item: RosterItem) -> None:
        """An item of the node is one of the roster now."""
        ...

    def drop_item(self, node: "RosterNode", item: RosterItem) -> None:
        """An item of the node is none any more."""
        ...

    def stranger(self, node: "RosterNode", bare: str) -> RosterItem:
        """What is known of somebody who is not in the node's roster."""
        ...

    def known_stranger(self, node: "RosterNode", bare: str) -> RosterItem | None:
        """The same, if anything is known."""
        ...

    def presence_spread(self, node: "RosterNode", presence: Presence) -> None:
        """A presence is sent to everybody who is subscribed to the node's address."""
        ...

    def note(self, node: "RosterNode", item: RosterItem) -> None:
        """An item of the node has changed, and no backend is told."""
        ...

    def version_changed(self) -> None:
        """The version of a node's roster may be another."""
        ...

    def result_taken(self) -> None:
        """The server has told the whole roster."""
        ...

    def replace_kept(self) -> None:
        """What was kept in the storage is old: a backend had it meanwhile."""
        ...


class RosterNode:
    """The roster of one bare address, such as ``xmpp.client_roster``: a mapping of bare addresses to items.

    ``node["juliet@example.org"]`` gives an item for anybody: of a stranger it is empty and forgotten again,
    until a name, a group or a subscription is set. Iteration, ``len`` and ``in`` are about the roster proper.
    """

    __slots__ = (
        "__weakref__",
        "_auto_authorize",
        "_auto_subscribe",
        "_items",
        "bare",
        "db",
        "kept",
        "loading",
        "roster",
        "sent",
        "version",
    )

    def __init__(self, roster: NodeRoster, bare: str) -> None:
        #: The manager of all rosters of this client or component.
        self.roster = roster
        #: Whose roster it is: a bare address, as a string.
        self.bare = bare
        #: Whether it stays; else it was made for a stanza to an address that we never used.
        self.kept = False
        #: Where the items are kept, besides memory.
        self.db: Backend | None = None
        #: The version that the server gave to the roster as it is here (RFC 6121 section 2.6), or nothing.
        self.version = ""
        #: The addresses that changed while a large result of the server is being read; else None.
        self.loading: set[str] | None = None
        self._items: dict[str, RosterItem] = {}
        #: The presence that we sent last from this address.
        self.sent = OwnPresence(lambda: roster.max_strangers)
        self._auto_authorize: bool | Literal["inherit"] | None = "inherit"
        self._auto_subscribe: bool | Literal["inherit"] = "inherit"

    @property
    def xmpp(self) -> RosterHost:
        """The client or component."""
        return self.roster.xmpp

    @property
    def jid(self) -> JID:
        """Whose roster it is: a bare address."""
        return JID.parse(self.bare)

    @property
    def max_resources(self) -> int:
        """How many resources of one contact are kept."""
        return self.roster.max_resources

    # -- settings --------------------------------------------------------------------------------------

    @property
    def auto_authorize(self) -> bool | None:
        """Whether requests for a subscription are granted: True, False (refused), None (neither)."""
        return self.roster.auto_authorize if self._auto_authorize == "inherit" else self._auto_authorize

    @auto_authorize.setter
    def auto_authorize(self, value: bool | None) -> None:
        self._auto_authorize = value
        self.roster.keep_node(self)

    @property
    def auto_subscribe(self) -> bool:
        """Whether a request that is granted is answered with one for the other direction."""
        return self.roster.auto_subscribe if self._auto_subscribe == "inherit" else self._auto_subscribe

    @auto_subscribe.setter
    def auto_subscribe(self, value: bool) -> None:
        self._auto_subscribe = value
        self.roster.keep_node(self)

    def inherit_authorize(self) -> None:
        """Follow the manager's ``auto_authorize`` again."""
        self._auto_authorize = "inherit"

    def inherit_subscribe(self) -> None:
        """Follow the manager's ``auto_subscribe`` again."""
        self._auto_subscribe = "inherit"

    # -- the mapping -----------------------------------------------------------------------------------

    def __getitem__(self, jid: JID | str | None) -> RosterItem:
        """The item of that address, made if need be; InvalidJID for a string that is no address."""
        return self.item(bare_of(jid or ""))

    def item(self, bare: str) -> RosterItem:
        """The same for a bare address that was prepared already."""
        return self._items.get(bare) or self.roster.stranger(self, bare)

    def __delitem__(self, jid: JID | str) -> None:
        """Forget an item, here only; see :meth:`remove`. KeyError when it is not there."""
        self._items[bare_of(jid)].save(remove=True)

    def __contains__(self, jid: object) -> bool:
        if not isinstance(jid, JID | str):
            return False
        try:
            return bare_of(jid) in self._items
        except InvalidJID:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        # An empty roster is a roster all the same.
        return True

    def keys(self) -> list[str]:
        """The bare addresses of all items, as they are now."""
        return list(self._items)

    def values(self) -> list[RosterItem]:
        """All items, as they are now."""
        return list(self._items.values())

    def items(self) -> list[tuple[str, RosterItem]]:
        """All bare addresses with their items, as they are now."""
        return list(self._items.items())

    def get(self, jid: JID | str) -> RosterItem | None:
        """The item of that address, if it is in the roster."""
        try:
            return self._items.get(bare_of(jid))
        except InvalidJID:
            return None

    def peek(self, jid: JID | str) -> RosterItem | None:
        """What is known of an address, in the roster or not; None for nothing, and nothing is made."""
        bare = bare_of(jid)
        return self._items.get(bare) or self.roster.known_stranger(self, bare)

    def has_jid(self, jid: JID | str) -> bool:
        """Whether that address is in the roster."""
        return jid in self

    def groups(self) -> dict[str, list[str]]:
        """The bare addresses in each group."""
        found: dict[str, list[str]] = {}
        for bare, item in self._items.items():
            for group in item.groups:
                found.setdefault(group, []).append(bare)
        return found

    def keep(self, item: RosterItem) -> None:
        """Make an item of this node one of the roster, unless there is another of the same address."""
        if item.bare not in self._items:
            self.roster.keep_node(self)
            self._items[item.bare] = item
            item.kept = True
            self.roster.keep_item(self, item)

    def known(self, bare: str) -> RosterItem | None:
        """The item of a bare address that was prepared already, if it is in the roster."""
        return self._items.get(bare)

    def note(self, item: RosterItem) -> None:
        """An item has changed, and no backend is told: the storage is."""
        self.roster.note(self, item)

    def version_changed(self) -> None:
        """The version may be another, and no result of the server is being read."""
        self.roster.version_changed()

    def result_taken(self) -> None:
        """The server has told the whole roster."""
        self.roster.result_taken()

    def drop(self, item: RosterItem) -> None:
        """Take an item off the roster; who is online of it stays known for a while."""
        if self._items.get(item.bare) is item:
            del self._items[item.bare]
            item.kept = False
            self.roster.drop_item(self, item)

    # -- changes ---------------------------------------------------------------------------------------

    def add(
        self,
        jid: JID | str,
        name: str = "",
        groups: Iterable[str] | None = None,
        afrom: bool = False,
        ato: bool = False,
        pending_in: bool = False,
        pending_out: bool = False,
        whitelisted: bool = False,
        save: bool = False,
    ) -> RosterItem:
        """Add an item, or change the one that is there; only here: :meth:`update` tells the server.

        :param name: our handle for the contact.
        :param groups: the groups that it is in.
        :param afrom: whether the contact sees our presence.
        :param ato: whether we see the contact's presence.
        :param pending_in: whether a request of the contact waits for our answer.
        :param pending_out: whether our request waits for the contact's answer.
        :param whitelisted: whether requests of the contact are granted whatever the settings say.
        :param save: whether the backend is told.
        :raises InvalidJID: the address is none.
        """
        item = self[jid]
        item.put(
            name,
            tuple(dict.fromkeys(groups or ())),
            from_=afrom,
            to=ato,
            pending_out=pending_out,
            approved=False,
        )
        item.pending_in = pending_in
        item.whitelisted = whitelisted
        self.keep(item)
        if save:
            item.save()
        return item

    def subscribe(self, jid: JID | str) -> None:
        """Ask to see the presence of an address (RFC 6121 section 3.1)."""
        self[jid].subscribe()

    def unsubscribe(self, jid: JID | str) -> None:
        """No longer see the presence of an address (RFC 6121 section 3.3)."""
        self[jid].unsubscribe()

    def update(
        self,
        jid: JID | str,
        name: str | None = None,
        subscription: str | None = None,
        groups: Iterable[str] | None = None,
        timeout: float | None = None,
        callback: OptCallback = None,
        timeout_callback: OptCallback = None,
    ) -> Awaitable[Iq | None]:
        """Set name and groups of an item (RFC 6121 section 2.3); ``subscription="remove"`` takes it off.

        Of a client it is the server that does it, and whose answer is awaited; what is in the roster here
        changes with that. Other subscriptions cannot be set: they come about by presences. A component keeps
        its rosters itself, and the answer is None.

        :param name: our handle for the contact; None leaves it as it is.
        :param groups: all the groups that it is in; None leaves them as they are.
        :param timeout: seconds until IqTimeout; None for the client's ``response_timeout``.
        :param callback: called with the answer.
        :param timeout_callback: called with the request when there was none.
        :raises InvalidJID: the address is none.
        :raises IqError: (awaited) the server refuses.
        """
        item = self[jid]
        if subscription == "remove":
            if not self.xmpp.is_component:
                return set_item(item, None, timeout, callback, timeout_callback)
            self._remove_here(item)
            return Done(None)
        wanted = (
            item.name if name is None else name,
            tuple(item.groups if groups is None else dict.fromkeys(groups)),
        )
        if not self.xmpp.is_component:
            return set_item(item, wanted, timeout, callback, timeout_callback)
        item.name, item.groups = wanted[0], list(wanted[1])
        self.keep(item)
        item.save()
        return Done(None)

    def remove(self, jid: JID | str) -> Awaitable[Iq | None]:
        """Take an item off the roster, which ends both subscriptions (RFC 6121 section 2.5)."""
        return self.update(jid, subscription="remove")

    def _remove_here(self, item: RosterItem) -> None:
        # RFC 6121 section 2.5.2: what a server does for its client, a component has to do itself.
        if item.to or item.pending_out:
            item.unsubscribe()
        if item.from_ or item.pending_in:
            item.unauthorize()
        item.save(remove=True)

    def set_backend(self, db: Backend | None, save: bool = True) -> None:
        """Keep the items in ``db``, and take over what is in it already.

        It stands in for the storage; with None they are kept there again, if ``storage=`` names a lasting one.

        :param save: whether the items that are here are written to it; else what it has of them is read.
        """
        self.db = db
        for item in self._items.values():
            item.forget_db_state()
        if db is None:
            self.roster.replace_kept()
            return
        self.roster.keep_node(self)
        for item in self.values():
            if save:
                item.save()
            else:
                item.load()
        for bare in db.entries(self.bare, {}):
            if bare not in self:
                self[bare].load()

    # -- presence --------------------------------------------------------------------------------------

    @overload
    def presence(self, jid: JID | str) -> dict[str, ResourceDict]: ...
    @overload
    def presence(self, jid: JID | str, resource: None) -> dict[str, ResourceDict]: ...
    @overload
    def presence(self, jid: JID | str, resource: str) -> ResourceDict: ...
    def presence(self, jid: JID | str, resource: str | None = None) -> dict[str, ResourceDict] | ResourceDict:
        """The presence of each resource of an address that is online, or that of one of them."""
        item = self.peek(jid)
        resources = item.resources if item is not None else {}
        if resource is None:
            return resources
        return resources.get(resource) or {"status": "", "show": "", "priority": 0}

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
        """Send our presence: to one address, or without ``pto`` to everybody who is subscribed to it.

        A client's server spreads it; a component sends it to each subscriber (RFC 6121 section 4.2.2).
        """
        xmpp = self.xmpp
        if not xmpp.is_component:
            xmpp.send_presence(pshow, pstatus, ppriority, pto, ptype, pfrom, pnick)
            return
        sender = pfrom or self.bare
        if pto:
            xmpp.send_presence(pshow, pstatus, ppriority, pto, ptype, sender, pnick)
            return
        presence = xmpp.make_presence(pshow, pstatus, ppriority, None, ptype, sender, pnick)
        self.roster.presence_spread(self, presence)
        self.send_last_presence()

    def send_last_presence(self) -> None:
        """Send our last presence again, to everybody; with none sent before, that we are available."""
        last = self.sent.last
        if last is None:
            self.send_presence()
        elif not self.xmpp.is_component:
            self.xmpp.send(self.xmpp.Presence(xml=copy_of(last).xml))
        else:
            # Whatever was sent to some of them alone holds no longer, and this is none to anybody alone.
            self.sent.last = last
            self.sent.paused = True
            try:
                for item in self.values():
                    if item.from_:
                        item.send_last_presence()
            finally:
                self.sent.paused = False

    @property
    def last_status(self) -> Presence | None:
        """The presence that we sent to everybody last, None before the first of a session."""
        return self.sent.last

    @last_status.setter
    def last_status(self, presence: Presence | None) -> None:
        self.sent.last = presence
        self.roster.keep_node(self)

    def reset(self) -> None:
        """Forget who is online and what we sent: there is no session any more."""
        self.sent.reset()
        for item in self._items.values():
            item.reset()

    def __repr__(self) -> str:
        return f"<RosterNode {self.bare}: {len(self)} items>"
