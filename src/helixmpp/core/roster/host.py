"""What the roster asks of the client or component that it belongs to."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from helixmpp import stanza
from helixmpp.core.engines import Log
from helixmpp.core.handlers import BaseHandler
from helixmpp.jid import JID

__all__ = ["RosterHost"]


class RosterHost(Protocol):
    """A client or component, as far as the roster knows it."""

    @property
    def boundjid(self) -> JID:
        """Our own address."""
        ...

    @property
    def requested_jid(self) -> JID:
        """The address that the program gave."""
        ...

    @property
    def is_component(self) -> bool:
        """Whether we keep subscriptions ourselves, as a component, or our server does that for us."""
        ...

    def event(self, name: str, data: Any = None, direct: bool = False) -> None:
        """Raise an event."""
        ...

    def exception(self, exception: BaseException) -> None:
        """Told of what a program's function raised."""
        ...

    def add_event_handler(self, name: str, pointer: Callable[[Any], Any], disposable: bool = False) -> None:
        """Call ``pointer`` at each event of that name."""
        ...

    def register_handler(self, handler: BaseHandler, before: object = None, after: object = None) -> None:
        """Call a handler for each stanza that it matches."""
        ...

    def open_log(self, name: str, *, limit: int, value_limit: int) -> Log:
        """An ordered log of this account on the engine that ``storage=`` chose."""
        ...

    def watch_task(self, awaitable: Awaitable[Any], what: str) -> "asyncio.Future[Any]":
        """Start an awaitable whose outcome is the caller's to await."""
        ...

    def Iq(self, *args: Any, **kwargs: Any) -> stanza.Iq:
        """An iq of this stream, with an id."""
        ...

    def Presence(self, *args: Any, **kwargs: Any) -> stanza.Presence:
        """A presence of this stream."""
        ...

    def send(self, data: stanza.ElementBase | Element, use_filters: bool = True) -> Awaitable[object]:
        """Send a stanza."""
        ...

    def send_iq(
        self,
        iq: stanza.Iq,
        *,
        timeout: float | None = None,
        callback: Callable[[Any], Any] | None = None,
        timeout_callback: Callable[[Any], Any] | None = None,
    ) -> Awaitable[stanza.Iq]:
        """Send a request; its answer."""
        ...

    def make_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: JID | str | None = None,
        ptype: str | None = None,
        pfrom: JID | str | None = None,
        pnick: str | None = None,
    ) -> stanza.Presence:
        """Make a presence."""
        ...

    def send_presence(
        self,
        pshow: str | None = None,
        pstatus: str | None = None,
        ppriority: int | None = None,
        pto: JID | str | None = None,
        ptype: str | None = None,
        pfrom: JID | str | None = None,
        pnick: str | None = None,
    ) -> stanza.Presence:
        """Make a presence and send it."""
        ...
