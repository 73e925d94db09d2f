"""What a client does with its roster: get it, change it, and believe only its own server about it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from helixmpp.core.futures import mute
from helixmpp.core.handlers import Callback
from helixmpp.core.roster.handling import SubscriptionHandling
from helixmpp.core.roster.presences import is_bare_of
from helixmpp.errors import NotConnectedError
from helixmpp.jid import JID
from helixmpp.stanza import Iq, StanzaPath

if TYPE_CHECKING:
    from helixmpp.core.roster.requests import OptCallback

__all__ = ["ClientRoster"]

log = logging.getLogger(__name__)

# The same one for all clients: a gateway has thousands.
_PUSHES = StanzaPath("iq@type=set/roster")


class ClientRoster(SubscriptionHandling):
    """The part of :class:`ClientXMPP` that is about its roster; the roster itself is ``client_roster``."""

    #: Whether the server keeps versions of the roster (RFC 6121 section 2.6.1).
    roster_versioning: bool

    def _install_subscriptions_(self) -> None:
        super()._install_subscriptions_()
        self.roster.xmpp.register_handler(Callback("Roster Update", _PUSHES, self._handle_roster))

    def get_roster(
        self,
        callback: OptCallback = None,
        timeout: float | None = None,
        timeout_callback: OptCallback = None,
    ) -> asyncio.Future[Iq]:
        """Ask the server for the roster (RFC 6121 section 2.2), and to push its changes from then on.

        When the answer has been taken over, it is the event ``roster_update``, ``callback`` is called with it
        and it is what awaiting gives. Where the server keeps versions, an answer without ``<query/>`` says
        that nothing changed since.

        :param callback: called with the answer, a plain or a coroutine function.
        :param timeout: seconds until IqTimeout; None for ``response_timeout``.
        :param timeout_callback: called with the request when no answer came.
        :raises IqError: (awaited) the server refuses.
        :raises IqTimeout: (awaited) no answer came.
        """
        if self.roster.is_loaded:
            return self._request_roster_(callback, timeout, timeout_callback)
        future = self.roster.xmpp.watch_task(
            self._request_after_loading_(callback, timeout, timeout_callback), "roster request"
        )
        if callback is not None or timeout_callback is not None:
            mute(future)
        return future

    async def _request_after_loading_(
        self, callback: OptCallback, timeout: float | None, timeout_callback: OptCallback
    ) -> Iq:
        # The version is asked for that was kept; where nothing can be read, all of the roster is.
        await self.roster.load()
        try:
            return await self._request_roster_(callback, timeout, timeout_callback)
        except NotConnectedError:
            # The event "disconnected" tells everybody; who did not await need not be told again.
            this = asyncio.current_task()
            if this is not None:
                mute(this)
            raise

    def _request_roster_(
        self, callback: OptCallback, timeout: float | None, timeout_callback: OptCallback
    ) -> asyncio.Future[Iq]:
        # For who asks for the roster.
        from helixmpp.core.roster.query import QUERY  # noqa: PLC0415
        from helixmpp.core.roster.requests import request  # noqa: PLC0415
        from helixmpp.core.roster.results import take_result  # noqa: PLC0415

        roster = self.roster
        xmpp = roster.xmpp
        iq = xmpp.Iq()
        iq["type"] = "get"
        query = Element(QUERY)
        if self.roster_versioning or "rosterver" in vars(self).get("features", ()):
            # Section 2.6.2: empty for "I keep versions, too, and have no roster yet".
            query.set("ver", roster[None].version)
        iq.xml.append(query)

        async def taken(answer: Iq) -> None:
            result = answer.xml.find(QUERY)
            if result is not None:
                await take_result(roster[None], result)
            xmpp.event("roster_update", answer)

        future = request(xmpp, iq, taken, timeout, callback, timeout_callback, ended=roster.result_read)
        roster.result_awaited()
        return future

    def update_roster(
        self,
        jid: JID | str,
        name: str | None = None,
        subscription: str | None = None,
        groups: Iterable[str] | None = None,
        timeout: float | None = None,
        callback: OptCallback = None,
        timeout_callback: OptCallback = None,
    ) -> Awaitable[Iq | None]:
        """Add an address to the roster, or change its name and groups; see :meth:`RosterNode.update`."""
        return self.roster[None].update(jid, name, subscription, groups, timeout, callback, timeout_callback)

    def del_roster_item(self, jid: JID | str) -> Awaitable[Iq | None]:
        """Take an address off the roster, which ends the subscriptions in both directions."""
        return self.roster[None].remove(jid)

    def _handle_roster(self, iq: Iq) -> None:
        """A roster push (RFC 6121 section 2.1.6): from our own account, or it is not looked at.

        A push from anybody else is not answered either, as that section allows: an answer would tell a
        stranger that we are online.
        """
        xmpp = self.roster.xmpp
        sender = iq.xml.get("from", "")
        if sender and not is_bare_of(sender, xmpp.boundjid):
            log.warning("a roster push that is not from our own account was ignored")
            return
        from helixmpp.core.roster.query import QUERY  # noqa: PLC0415 - for who has asked for the roster
        from helixmpp.core.roster.results import take_push  # noqa: PLC0415 - as above

        query = iq.xml.find(QUERY)
        if query is None:
            return
        take_push(self.roster[None], query)
        xmpp.send(iq.reply())
        xmpp.event("roster_update", iq)
