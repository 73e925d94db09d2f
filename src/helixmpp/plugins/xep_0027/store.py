"""What the operations of XEP-0027 take and give, for whoever replaces them."""

from collections.abc import Awaitable, Mapping
from typing import Protocol

from helixmpp.jid import JID

__all__ = ["KeyIdStore"]


class KeyIdStore(Protocol):
    """The operations of the plugin ``xep_0027``; each may be a plain function or a coroutine function.

    ``jid`` is whose key it is. A key id is a text of 16 to 40 hexadecimal digits.
    """

    def get_keyid(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[str | None] | str | None:
        """Give the id of the key of ``jid``; None when none is known."""
        ...

    def set_keyid(self, jid: JID, node: str, ifrom: JID | None, args: str) -> Awaitable[None] | None:
        """Keep the id ``args`` of the key of ``jid``."""
        ...

    def del_keyid(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Forget the key of ``jid``; it need not be there."""
        ...

    def get_keyids(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[Mapping[JID, str]] | Mapping[JID, str]:
        """Give all ids, by the address whose key it is."""
        ...
