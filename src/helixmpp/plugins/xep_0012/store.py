"""What the operations of XEP-0012 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol, TypedDict

from helixmpp.jid import JID
from helixmpp.stanza import Iq

__all__ = ["ActivityArgs", "LastActivityStore"]


class ActivityArgs(TypedDict):
    """What is set: how many seconds ago the last activity was (None: now), and a status."""

    seconds: int | None
    status: str | None


class LastActivityStore(Protocol):
    """The operations of the plugin ``xep_0012``; each may be a plain function or a coroutine function."""

    def get_last_activity(
        self, jid: JID, node: str, ifrom: JID | None, args: Iq | None
    ) -> Awaitable[Iq | None] | Iq | None:
        """Give the last activity of ``jid``: an iq with ``iq["last_activity"]``; None when it is unknown.

        :param ifrom: who asks; None when it is this program itself.
        :param args: the request, or None when it is this program that asks. ``args.reply()`` makes the answer.
        :raises XMPPError: ``service-unavailable`` when nothing is known, ``forbidden`` when the one who asks
            may not see the presence of ``jid``.
        """
        ...

    def set_last_activity(
        self, jid: JID, node: str, ifrom: JID | None, args: ActivityArgs
    ) -> Awaitable[None] | None:
        """Keep when the last activity of ``jid`` was."""
        ...

    def del_last_activity(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Forget it; it need not be there."""
        ...
