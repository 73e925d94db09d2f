"""One contact: its state, the presence of its resources, and the presences that are exchanged with it."""

from collections.abc import Awaitable
from typing import Any, Protocol

from helixmpp.core.roster.host import RosterHost
from helixmpp.core.roster.own import OwnPresence
from helixmpp.core.roster.presences import copy_of, resource_state
from helixmpp.core.roster.state import ItemState
from helixmpp.core.roster.transitions import received
from helixmpp.core.roster.types import Backend, ResourceDict, RosterState
from helixmpp.jid import JID
from helixmpp.stanza import Presence

__all__ = ["ItemNode", "RosterItem"]


class ItemNode(Protocol):
    """What an item asks of the roster that it is in."""

    bare: str
    db: Backend | None
    sent: OwnPresence

    @property
    def xmpp(self) -> RosterHost:
        """The client or component."""
        ...

    @property
    def max_resources(self) -> int:
        """How many resources of one contact are kept."""
        ...

    def item(self, bare: str) -> "RosterItem":
        """The item of a bare address."""
        ...

    def keep(self, item: "RosterItem") -> None:
        """Make it an item of the roster."""
        ...

    def drop(self, item: "RosterItem") -> None:
        """Take it off the roster."""
        ...

    def note(self, item: "RosterItem") -> None:
        """It has changed: tell the storage, where there is no backend."""
        ...

    def update(
        self, jid: JID | str, name: str | None = None, subscription: str | None = None, groups: Any = None
    ) -> Awaitable[Any]:
        """Change the item's name and groups, at the server where there is one."""
        ...


class RosterItem(ItemState):
    """What we know of one contact, and what we do about it.

    A client's server keeps the subscription; its state changes here when the server tells (a roster push). A
    component keeps it itself, and every method that sends something about it changes the state, too.
    """

    __slots__ = ("_db_state", "node", "resources")

    def __init__(self, node: ItemNode, bare: str) -> None:
        super().__init__(bare)
        #: The roster that it belongs to.
        self.node = node
        #: Who is online: ``{"desk": {"show": "away", "status": "", "priority": 0}}``, by resource.
        self.resources: dict[str, ResourceDict] = {}
        self._db_state: dict[str, Any] | None = None

    @property
    def xmpp(self) -> RosterHost:
        """The client or component."""
        return self.node.xmpp

    @property
    def _address(self) -> JID:
        """Whom it is about; an address that was received may have code points that none of ours may have."""
        return JID.parse(self.bare, lenient=True)

    @property
    def owner(self) -> JID:
        """Whose roster it is in: a bare address."""
        return JID.parse(self.node.bare)

    def keep(self) -> None:
        """Make it an item of the roster, if it is not yet."""
        if not self.kept:
            self.node.keep(self)

    # -- persistence -----------------------------------------------------------------------------------

    def save(self, remove: bool = False) -> None:
        """Give the state to the backend, or the storage; with ``remove``, forget the item there and here."""
        if remove:
            self.clear()
        db = self.node.db
        if db is None:
            self.node.note(self)
        else:
            state = self.state()
            if remove:
                state["removed"] = True
            db.save(self.node.bare, self.bare, state, self._state_of_db())
        if remove:
            self.node.drop(self)

    def load(self) -> RosterState | None:
        """Take over what the backend has about it; that, or None."""
        db = self.node.db
        state = db.load(self.node.bare, self.bare, self._state_of_db()) if db is not None else None
        if state is not None:
            self.restore(state)
        return state

    def _state_of_db(self) -> dict[str, Any]:
        if self._db_state is None:
            self._db_state = {}
        return self._db_state

    def forget_db_state(self) -> None:
        """Begin with another backend."""
        self._db_state = None

    # -- what we send ------------------------------------------------------------------------------------

    def subscribe(self) -> None:
        """Ask to see the contact's presence (RFC 6121 section 3.1)."""
        if self.xmpp.is_component and not self.to:
            self.pending_out = True
            self.save()
        self._send("subscribe")

    def unsubscribe(self) -> None:
        """No longer see the contact's presence (RFC 6121 section 3.3)."""
        if self.xmpp.is_component:
            self.to = self.pending_out = False
            self._save_or_forget()
        self._send("unsubscribe")

    def authorize(self) -> None:
        """Let the contact see our presence, and show it (RFC 6121 section 3.1.4)."""
        self.pending_in = False
        if self.xmpp.is_component:
            self.from_ = True
            self.save()
        self.subscribed()
        self.send_last_presence()

    def unauthorize(self) -> None:
        """No longer let the contact see our presence, or refuse its request (RFC 6121 section 3.2)."""
        had_it = self.from_
        self.pending_in = False
        if self.xmpp.is_component:
            self.from_ = False
            self._save_or_forget()
        self.unsubscribed()
        if had_it and self.xmpp.is_component:
            # Section 3.2.2: the server of who cancels tells that he is gone.
            self._send_gone()

    def subscribed(self) -> None:
        """Send that the contact may see our presence; :meth:`authorize` does what goes with it."""
        self._send("subscribed")

    def unsubscribed(self) -> None:
        """Send that the contact may not see our presence; :meth:`unauthorize` does what goes with it."""
        self._send("unsubscribed")

    def remove(self) -> None:
        """Unsubscribe, and end that requests of the contact are granted whatever the settings say.

        The item stays in the roster; :meth:`RosterNode.remove` takes it off.
        """
        self.whitelisted = False
        if self.to or self.pending_out:
            self.unsubscribe()
        else:
            self.save()

    def update(self, name: str | None = None, groups: Any = None) -> Awaitable[Any]:
        """Change name and groups, at the server where there is one; see :meth:`RosterNode.update`."""
        return self.node.update(self.bare, name=name, groups=groups)

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
        """Send our presence to this contact alone."""
        if self.xmpp.is_component and not pfrom:
            pfrom = self.node.bare
        self.xmpp.send_presence(pshow, pstatus, ppriority, pto or self._address, ptype, pfrom, pnick)

    def send_last_presence(self) -> None:
        """Send the contact what our presence was last; with none sent before, that we are available."""
        sent = self.node.sent
        last = sent.directed(self.bare) or sent.last
        if last is None:
            self.send_presence()
            return
        presence = self.xmpp.Presence(xml=copy_of(last).xml)
        presence["to"] = self._address
        if self.xmpp.is_component and not presence.xml.get("from"):
            presence["from"] = self.node.bare
        self.xmpp.send(presence)

    @property
    def last_status(self) -> Presence | None:
        """The presence that was sent to this contact alone, after the last one to everybody."""
        return self.node.sent.directed(self.bare)

    @last_status.setter
    def last_status(self, presence: Presence | None) -> None:
        self.node.sent.set_directed(self.bare, presence)

    def _send(self, type_: str) -> None:
        # RFC 6121 section 3.1.1: what is said about a subscription goes from bare address to bare address.
        presence = self.xmpp.Presence()
        presence["type"] = type_
        presence["to"] = self._address
        if self.xmpp.is_component:
            presence["from"] = self.node.bare
        self.xmpp.send(presence)

    def _send_gone(self) -> None:
        self._send("unavailable")
        # It is not what the contact gets when it is subscribed again.
        self.last_status = None

    def _save_or_forget(self) -> None:
        # Strangers come and go: who left nothing behind takes no place.
        self.save(remove=self.is_blank)

    # -- what we receive -----------------------------------------------------------------------------------

    def handle_available(self, presence: Presence) -> None:
        """A resource is there, or its presence changed: events ``got_online`` and ``changed_status``."""
        resource = presence["from"].resource
        was_offline = not self.resources
        old = self.resources.pop(resource, None)
        self.resources[resource] = new = resource_state(presence)
        if len(self.resources) > self.node.max_resources:
            del self.resources[next(iter(self.resources))]
        if was_offline:
            self.xmpp.event("got_online", presence)
        if old is None or old["show"] != new["show"] or old["status"] != new["status"]:
            self.xmpp.event("changed_status", presence)

    def handle_unavailable(self, presence: Presence) -> None:
        """A resource is gone: events ``changed_status``, and ``got_offline`` for the last one."""
        if not self.resources:
            return
        sender = presence["from"]
        if sender.is_bare and sender.resource not in self.resources:
            # RFC 6121 section 4.3.2: without a resource it says that none is there.
            self.resources.clear()
        else:
            self.resources.pop(sender.resource, None)
        self.xmpp.event("changed_status", presence)
        if not self.resources:
            self.xmpp.event("got_offline", presence)

    def handle_subscribe(self, presence: Presence) -> None:
        """The contact asks to see our presence: event ``roster_subscription_request``."""
        if self.xmpp.is_component:
            self._received(presence, "subscribe")
        else:
            self.pending_in = True
            self.xmpp.event("roster_subscription_request", presence)

    def handle_subscribed(self, presence: Presence) -> None:
        """The contact lets us see its presence: event ``roster_subscription_authorized``."""
        if self.xmpp.is_component:
            self._received(presence, "subscribed")
        else:
            self.xmpp.event("roster_subscription_authorized", presence)

    def handle_unsubscribe(self, presence: Presence) -> None:
        """The contact no longer wants to see our presence: event ``roster_subscription_remove``."""
        if self.xmpp.is_component:
            self._received(presence, "unsubscribe")
        else:
            self.pending_in = False
            self.xmpp.event("roster_subscription_remove", presence)

    def handle_unsubscribed(self, presence: Presence) -> None:
        """The contact does not let us see its presence any more: event ``roster_subscription_removed``."""
        if self.xmpp.is_component:
            self._received(presence, "unsubscribed")
        else:
            self.xmpp.event("roster_subscription_removed", presence)

    def handle_probe(self, presence: Presence) -> None:
        """The contact's server asks for our presence, and gets the last one if the contact may see it.

        Only a component answers: for a client its server does (RFC 6121 section 4.3.2).
        """
        if not self.xmpp.is_component:
            return
        if self.from_:
            self.send_last_presence()
        else:
            self.unsubscribed()
        if self.pending_out:
            # The contact is there: our request may have been lost while it was not (section 3.1.2).
            self._send("subscribe")

    def _received(self, presence: Presence, kind: str) -> None:
        before = self.state()
        outcome = received(self, kind)
        if self.state() != before:
            self._save_or_forget()
        if outcome.reply == "unavailable":
            self._send_gone()
        elif outcome.reply:
            self._send(outcome.reply)
        if outcome.event:
            self.xmpp.event(outcome.event, presence)

    def reset(self) -> None:
        """Forget who is online: there is no session any more."""
        self.resources.clear()
