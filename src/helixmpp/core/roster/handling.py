"""What is done about presences that arrive: events, and default reactions, which a program can take off."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from helixmpp.core.engines import AsyncStore, Engine
from helixmpp.core.handlers import Callback
from helixmpp.core.payload_matcher import PayloadMatcher
from helixmpp.core.roster.manager import Roster
from helixmpp.core.roster.presences import SUBSCRIPTION_TYPES, address_of, kind_of
from helixmpp.core.roster.types import SHOWS
from helixmpp.stanza import Presence

if TYPE_CHECKING:
    from helixmpp.core.roster.item import RosterItem
    from helixmpp.core.roster.node import RosterNode
    from helixmpp.core.roster.waiting import Waiting

__all__ = ["SubscriptionHandling"]

log = logging.getLogger(__name__)

# The same one for all clients: a gateway has thousands.
_PRESENCES = PayloadMatcher(Presence, None, None)


class SubscriptionHandling:
    """The part of a client or component that is about presence (RFC 6121 sections 3 and 4).

    Each presence is the event ``presence``, then one that is named after its kind: ``presence_available``, or
    ``presence_away``, ``presence_chat``, ``presence_dnd``, ``presence_xa`` for one with that ``<show/>``;
    ``presence_unavailable``, ``presence_error``, ``presence_probe``, ``presence_subscribe``,
    ``presence_subscribed``, ``presence_unsubscribe``, ``presence_unsubscribed``. The last four are
    ``changed_subscription``, too.

    The methods here are the first handlers of those events. A program overrides them, or takes them off::

        xmpp.del_event_handler("presence_subscribe", xmpp._handle_subscribe)
    """

    roster: Roster
    # Where plugins and the roster keep their state: a URL, an engine, or None for memory.
    _storage_: str | Engine | AsyncStore | None
    _waiting_: Waiting | None = None

    @property
    def has_lasting_storage(self) -> bool:
        """Whether ``storage=`` names a place that outlives the process; an engine of the program's counts as one."""
        return self._storage_ is not None and not str(self._storage_).startswith("memory:")

    def _install_subscriptions_(self) -> None:
        """Register the handler for presences, and the default reactions as event handlers."""
        xmpp = self.roster.xmpp
        # In memory the roster is anyway.
        if self.has_lasting_storage:
            from helixmpp.core.roster.keeper import MAX_RECORDS  # noqa: PLC0415 - only where something is kept
            from helixmpp.core.roster.records import VALUE_LIMIT  # noqa: PLC0415
            from helixmpp.core.roster.waiting import Waiting  # noqa: PLC0415

            self.roster.keep_in(lambda: xmpp.open_log("roster", limit=MAX_RECORDS, value_limit=VALUE_LIMIT))
            xmpp.add_event_handler("connected", self._load_roster_)
            if xmpp.is_component:
                self._waiting_ = Waiting(self.roster, self._presence_received_)
        xmpp.register_handler(Callback("Presence", _PRESENCES, self._handle_presence))
        available = self._handle_available
        for kind in ("available", *sorted(SHOWS)):
            xmpp.add_event_handler(f"presence_{kind}", available)
        xmpp.add_event_handler("presence_unavailable", self._handle_unavailable)
        xmpp.add_event_handler("presence_subscribe", self._handle_subscribe)
        xmpp.add_event_handler("presence_subscribed", self._handle_subscribed)
        xmpp.add_event_handler("presence_unsubscribe", self._handle_unsubscribe)
        xmpp.add_event_handler("presence_unsubscribed", self._handle_unsubscribed)
        xmpp.add_event_handler("presence_probe", self._handle_probe)
        xmpp.add_event_handler("roster_subscription_request", self._handle_new_subscription)

    async def _load_roster_(self, _: object) -> None:
        await self.roster.load()

    def _handle_presence(self, pres: Presence) -> None:
        """Raise the events of a presence; a component's wait until its rosters are read from the storage."""
        if self._waiting_ is None or not self._waiting_.takes(pres):
            self._presence_received_(pres)

    def _presence_received_(self, pres: Presence) -> None:
        """Raise the events of a presence; one that makes no sense goes to the log and nowhere else."""
        xmpp = self.roster.xmpp
        kind = kind_of(pres)
        if kind is None:
            log.error("a presence was dropped: RFC 6121 does not have its type")
            return
        sender = address_of(pres, "from")
        # RFC 6120 section 8.1.2.1: to a client, no address is its own account; a component is told always.
        if sender is None or address_of(pres, "to") is None or (xmpp.is_component and not sender):
            log.error("a presence was dropped: it is from or to an address that is none")
            return
        if kind in SUBSCRIPTION_TYPES and (not sender or sender.bare == xmpp.boundjid.bare):
            log.info("a %s from our own account was dropped: nobody subscribes to himself", kind)
            return
        xmpp.event("presence", pres)
        xmpp.event(f"presence_{kind}", pres)
        if kind in SUBSCRIPTION_TYPES:
            xmpp.event("changed_subscription", pres)

    def _node_of_(self, pres: Presence) -> RosterNode:
        # Whatever is sent to a client is for its one account.
        return self.roster[address_of(pres, "to") if self.roster.xmpp.is_component else None]

    def _item_of_(self, pres: Presence) -> RosterItem:
        sender = address_of(pres, "from")
        return self._node_of_(pres)[sender or self.roster.xmpp.boundjid]

    def _handle_available(self, pres: Presence) -> None:
        self._item_of_(pres).handle_available(pres)

    def _handle_unavailable(self, pres: Presence) -> None:
        self._item_of_(pres).handle_unavailable(pres)

    def _handle_subscribe(self, pres: Presence) -> None:
        self._item_of_(pres).handle_subscribe(pres)

    def _handle_subscribed(self, pres: Presence) -> None:
        self._item_of_(pres).handle_subscribed(pres)

    def _handle_unsubscribe(self, pres: Presence) -> None:
        self._item_of_(pres).handle_unsubscribe(pres)

    def _handle_unsubscribed(self, pres: Presence) -> None:
        self._item_of_(pres).handle_unsubscribed(pres)

    def _handle_probe(self, pres: Presence) -> None:
        self._item_of_(pres).handle_probe(pres)

    def _handle_new_subscription(self, pres: Presence) -> None:
        """Grant or refuse a request, as ``whitelisted`` and ``auto_authorize`` say, and return it.

        With ``auto_authorize`` None, or with ``roster.max_items`` items, it is left to the program.
        """
        node = self._node_of_(pres)
        item = self._item_of_(pres)
        if item.whitelisted or node.auto_authorize:
            if not item.kept and self.roster.is_full:
                log.warning("a request for a subscription was not granted: the roster is full (max_items)")
                return
            item.authorize()
            if node.auto_subscribe and not item.to and not item.pending_out:
                item.subscribe()
        elif node.auto_authorize is False:
            item.unauthorize()
