"""What of stream management outlives a connection (XEP-0198): the session's id, and the counters of both ways."""

from typing import Final

from helixmpp.jid import JID
from helixmpp.stream.ledger import Ledger

__all__ = ["Management"]

_MODULUS: Final = 2**32


class Management:
    """A session that may be resumed, or, with an empty ``id``, none.

    :param jid: the address that the session is bound to.
    :param id: what the server calls the session (SM-ID), opaque to us and worth as much as a password.
    :param seconds: how long the server keeps it without a stream; None when it does not say.
    :param location: where the server would have us reconnect; empty for nowhere in particular.
    :param handled: how many stanzas of the server we have handled.
    :param ledger: what we send.
    """

    # By hand: each client has one, and dataclasses takes its time when it is imported.
    __slots__ = ("handled", "id", "jid", "ledger", "location", "seconds")

    def __init__(
        self,
        ledger: Ledger | None = None,
        jid: JID | None = None,
        id: str = "",
        seconds: int | None = None,
        location: str = "",
        handled: int = 0,
    ) -> None:
        self.ledger = Ledger() if ledger is None else ledger
        self.jid = jid
        self.id = id
        self.seconds = seconds
        self.location = location
        self.handled = handled

    def __repr__(self) -> str:
        # The id is worth as much as a password.
        return f"<Management of {self.jid}: {self.handled} handled, {len(self.ledger)} in the ledger>"

    @property
    def resumable(self) -> bool:
        """Whether there is a session to resume."""
        return bool(self.id) and self.jid is not None

    def count_handled(self) -> None:
        """One more stanza of the server is handled (section 4)."""
        self.handled = (self.handled + 1) % _MODULUS

    def forget(self) -> None:
        """There is no session to resume any more; the ledger is left as it is."""
        self.jid = None
        self.id = ""
        self.seconds = None
        self.location = ""
        self.handled = 0
