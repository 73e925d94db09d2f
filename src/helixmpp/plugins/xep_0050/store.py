"""What the operations of XEP-0050 take and give, for whoever replaces them."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from helixmpp.jid import JID

__all__ = ["CommandStore", "CommandType", "Session"]

#: What is known of one run of a command; handlers keep their own things in it, too.
Session = dict[str, Any]


class CommandType(NamedTuple):
    """A command: its name for people, its first handler, and what happens when nobody goes on with it.

    ``handler(iq, session)`` gives the session; ``timeout_handler(session)`` is called after ``timeout`` seconds
    without a further step (None: those of the setting ``session_timeout``).
    """

    name: str
    handler: Callable[..., Any]
    timeout_handler: Callable[..., Any] | None = None
    timeout: float | None = None


class CommandStore(Protocol):
    """The operations of the plugin ``xep_0050``; each may be a plain function or a coroutine function."""

    def set_command(
        self, jid: JID, node: str, ifrom: JID | None, args: CommandType
    ) -> Awaitable[None] | None:
        """Have the command ``node`` at our address ``jid``.

        :param args: the command, or a tuple of the same four values.
        """
        ...

    def get_command(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[CommandType | None] | CommandType | None:
        """Give the command ``node`` of our address ``jid``; None when there is none: ``item-not-found``.

        :param ifrom: who wants to run it.
        :raises XMPPError: what the one who asks gets as an answer, such as ``forbidden``.
        """
        ...
