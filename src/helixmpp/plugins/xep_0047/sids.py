"""Bytestreams that were agreed on before they are opened; SOCKS5 bytestreams (XEP-0065) keep theirs so, too."""

from collections.abc import Callable

from helixmpp.jid import JID

__all__ = ["SidTable"]


class SidTable:
    """Who may open a bytestream of a sid to whom, once.

    :param limit: gives how many are kept; beyond it the oldest is forgotten, and asked about when it comes.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._sids: dict[tuple[str, str, str], None] = {}

    def __len__(self) -> int:
        return len(self._sids)

    def add(self, receiver: JID, sid: str, peer: JID | None) -> None:
        """Let ``peer`` open the bytestream of that sid to ``receiver``."""
        key = _key(receiver, sid, peer)
        self._sids.pop(key, None)
        self._sids[key] = None
        while len(self._sids) > max(0, self._limit()):
            del self._sids[next(iter(self._sids))]

    def take(self, receiver: JID, sid: str, peer: JID | None) -> bool:
        """Whether it may; the permission is used up."""
        key = _key(receiver, sid, peer)
        if key not in self._sids:
            return False
        del self._sids[key]
        return True


def _key(receiver: JID, sid: str, peer: JID | None) -> tuple[str, str, str]:
    return (str(receiver), sid, str(peer or ""))
