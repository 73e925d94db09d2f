"""What the operations of XEP-0153 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol

from helixmpp.jid import JID

__all__ = ["AvatarStore"]


class AvatarStore(Protocol):
    """The operations of the plugin ``xep_0153``; each may be a plain function or a coroutine function.

    A hash is the SHA-1 of a picture in hexadecimal digits, ``""`` for no picture, None for not known.
    ``get_hash`` is asked for each presence that says we are available: it should be quick.
    """

    def set_hash(self, jid: JID, node: str, ifrom: JID | None, args: str | None) -> Awaitable[None] | None:
        """Keep the hash of the picture of ``jid``, ourselves or somebody else."""
        ...

    def get_hash(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[str | None] | str | None:
        """Give the hash of the picture of ``jid``."""
        ...

    def reset_hash(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Find out the hash of ``jid`` anew from the vCard, and announce it where ``jid`` is an address of ours.

        :param ifrom: the address to ask from, for components.
        """
        ...
