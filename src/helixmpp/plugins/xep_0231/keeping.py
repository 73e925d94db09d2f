"""The default store of XEP-0231: own blobs, those of others, and those that no hash vouches for, apart."""

from collections.abc import Awaitable, Callable

from helixmpp.core.done import then
from helixmpp.core.engines import KeyValue
from helixmpp.jid import JID
from helixmpp.plugins._kept import Decoded, to_bytes
from helixmpp.plugins.xep_0231.stanza import BitsOfBinary

__all__ = ["Keeping"]


class Keeping:
    """Blobs in three collections, so that strangers can neither push out nor take the place of our own.

    :param collection: gives the collection of a name.
    """

    def __init__(self, collection: Callable[[str], KeyValue]) -> None:
        self._open = collection
        self._opened: dict[str, tuple[KeyValue, Decoded[BitsOfBinary]]] = {}

    async def put_own(self, bob: BitsOfBinary) -> None:
        """Keep a blob of this program."""
        # 0 is for those who receive it; of our own blob nothing would be left to give them.
        await self._put("blobs", bob.cid, bob, bob.max_age or None)

    async def put_received(self, bob: BitsOfBinary, max_age: float) -> None:
        """Keep a blob that its cid vouches for."""
        await self._put("received", bob.cid, bob, max_age)

    async def put_unchecked(self, sender: JID, bob: BitsOfBinary, max_age: float) -> None:
        """Keep a blob that only its sender vouches for."""
        await self._put("unchecked", _by_sender(sender, bob.cid), bob, max_age)

    def own(self, cid: str) -> Awaitable[BitsOfBinary | None]:
        """A blob of this program."""
        return self._get("blobs", cid)

    def received(self, cid: str) -> Awaitable[BitsOfBinary | None]:
        """A blob that a peer sent."""
        return self._get("received", cid)

    def unchecked(self, sender: JID, cid: str) -> Awaitable[BitsOfBinary | None]:
        """A blob that exactly this peer sent."""
        return self._get("unchecked", _by_sender(sender, cid))

    async def delete(self, cid: str) -> None:
        """Forget a blob, wherever it came from."""
        await self._collection("blobs").delete(cid)
        await self._collection("received").delete(cid)
        unchecked = self._collection("unchecked")
        for key in await unchecked.keys():
            if key.endswith(f"\n{cid}"):
                await unchecked.delete(key)

    async def _put(self, name: str, key: str, bob: BitsOfBinary, max_age: float | None) -> None:
        await self._collection(name).put(key, to_bytes(bob), max_age)

    def _get(self, name: str, key: str) -> Awaitable[BitsOfBinary | None]:
        values, decoded = self._opened.get(name) or self._first(name)
        # Where the value is there at once, as in memory, this costs no task.
        return then(values.get(key), lambda value: decoded.get(key, value))

    def _collection(self, name: str) -> KeyValue:
        return (self._opened.get(name) or self._first(name))[0]

    def _first(self, name: str) -> tuple[KeyValue, Decoded[BitsOfBinary]]:
        opened = self._opened[name] = (self._open(name), Decoded(BitsOfBinary))
        return opened


def _by_sender(sender: JID, cid: str) -> str:
    # No address holds a line end (RFC 6122: Resourceprep forbids control characters).
    return f"{sender.full}\n{cid}"
