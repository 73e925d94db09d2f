"""What the operations of XEP-0313 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helixmpp.jid import JID

__all__ = ["ArchiveStore", "Position"]


@dataclass(frozen=True, slots=True)
class Position:
    """How far an archive was read.

    :param id: the id of the last message that was; ``""`` where there was none yet.
    :param stamp: when the archive got it, for the case that it has forgotten the id; None where that is not known.
    """

    id: str
    stamp: datetime | None = None


class ArchiveStore(Protocol):
    """The operations of the plugin ``xep_0313``; each may be a plain function or a coroutine function.

    ``jid`` is the bare address of the archive: our own account, or a room. ``node`` is empty.
    """

    def get_position(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[Position | None] | Position | None:
        """Give how far the archive was read; None where it never was."""
        ...

    def set_position(self, jid: JID, node: str, ifrom: JID | None, args: Position) -> Awaitable[None] | None:
        """Keep how far it was read."""
        ...

    def del_position(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Forget it; it need not be there."""
        ...
