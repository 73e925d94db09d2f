"""The pages of a result, one after the other."""

import hashlib
from collections.abc import AsyncIterator, Callable
from copy import copy
from typing import Any

from helixmpp.errors import BadStanza, HelixError, StateError
from helixmpp.plugins.xep_0059.stanza import Set
from helixmpp.stanza import ElementBase, Iq

__all__ = ["EndlessResults", "ResultIterator"]


class EndlessResults(HelixError):
    """The peer gives a page again, or more pages or items than the settings allow."""


class ResultIterator(AsyncIterator[Iq]):
    """An asynchronous iterator over the answers to one request, each with a page of the result.

    The parameters are those of :meth:`XEP_0059.iterate`.
    """

    def __init__(
        self,
        query: Iq,
        interface: str,
        results: str = "substanzas",
        amount: int = 10,
        start: str | None = None,
        reverse: bool = False,
        recv_interface: str | None = None,
        pre_cb: Callable[[Iq], Any] | None = None,
        post_cb: Callable[[Iq], Any] | None = None,
        *,
        timeout: float | None = None,
        max_pages: int = 1_000,
        max_items: int = 100_000,
    ) -> None:
        if amount < 1:
            raise ValueError("a page has at least one item; count() asks for the number alone")
        self.query = copy(query)
        self.interface = interface
        self.results = results
        self.amount = amount
        #: The UID behind which (or before which, with ``reverse``) the next page begins.
        self.start = start
        self.reverse = reverse
        self.recv_interface = recv_interface or interface
        self.pre_cb = pre_cb
        self.post_cb = post_cb
        self.timeout = timeout
        self.max_pages = max_pages
        self.max_items = max_items
        self._pages = 0
        self._items = 0
        self._stop = False
        # Digests, because a peer decides how long a UID is.
        self._seen = {_digest(start)} if start else set[bytes]()

    def __aiter__(self) -> "ResultIterator":
        return self

    async def __anext__(self) -> Iq:
        """The answer with the next page.

        :raises IqError: the peer refused, or the page is not to be found any more (section 2.4).
        :raises IqTimeout: no answer came in time.
        :raises EndlessResults: the peer does not come to an end.
        """
        if self._stop:
            raise StopAsyncIteration
        # Whatever goes wrong from here on, to go on behind it would repeat or leave out a page.
        self._stop = True
        if self._pages >= self.max_pages:
            raise EndlessResults(f"more than {self.max_pages} pages (max_pages)")
        answer = await self._ask()
        self._pages += 1
        payload = answer[self.recv_interface]
        rsm = _set_in(payload)
        if rsm is None:
            # The peer does not know of pages: what it gave is all there is (section 4).
            self._count(payload)
            return answer
        last = rsm.first if self.reverse else rsm.last
        if not last:
            # An empty page (section 2.2); or one of a peer that only limits how many it gives.
            if self._count(payload):
                return answer
            raise StopAsyncIteration
        digest = _digest(last)
        if digest in self._seen:
            raise EndlessResults("the peer gives a page for the second time")
        self._seen.add(digest)
        self.start = last
        self._stop = self._is_end(rsm, self._count(payload))
        return answer

    def _is_end(self, rsm: Set, found: int) -> bool:
        """Whether a page says of itself that none is behind it (section 2.6).

        The number of results may be approximate; then the place of this page's first one is, too.
        """
        try:
            index, count = rsm.first_index, rsm.count
        except BadStanza:
            return False  # the numbers are for people; without them it is the UIDs that count
        if self.reverse:
            return index == 0
        return index is not None and found > 0 and index + found == count

    async def next(self) -> Iq:
        """The same as ``anext(iterator)``."""
        return await self.__anext__()

    def new_request(self) -> str:
        """Give the request its next id.

        :raises StateError: it belongs to no client or component.
        """
        stream = self.query.stream
        if stream is None:
            raise StateError("the request belongs to no client or component")
        id_ = stream.new_id()
        self.query["id"] = id_
        return id_

    async def _ask(self) -> Iq:
        self.new_request()
        return await self._ask_again()

    async def _ask_again(self) -> Iq:
        """Send the request, with the id that it has, for the next page."""
        query = self.query
        rsm = _payload(query, self.interface)[Set]
        rsm.max = self.amount
        if self.reverse:
            rsm.before = self.start or True
        else:
            rsm.after = self.start
        if self.pre_cb is not None:
            self.pre_cb(query)
        answer = await query.send(timeout=self.timeout)
        if self.post_cb is not None:
            self.post_cb(answer)
        return answer

    def _count(self, payload: Any) -> int:
        """How many results are in a page; not every protocol has them in the answer."""
        results = payload[self.results] if isinstance(payload, ElementBase) else ()
        found = sum(1 for one in results if not isinstance(one, Set))
        self._items += found
        if self._items > self.max_items:
            raise EndlessResults(f"more than {self.max_items} results (max_items)")
        return found


def _payload(query: Iq, interface: str) -> ElementBase:
    found = query[interface]
    if not isinstance(found, ElementBase):
        raise ValueError(f"an iq has no payload {interface!r}; is its plugin registered?")
    return found


def _set_in(payload: Any) -> Set | None:
    return payload.get(Set) if isinstance(payload, ElementBase) else None


def _digest(uid: str) -> bytes:
    return hashlib.blake2b(uid.encode("utf-8", "surrogatepass"), digest_size=16).digest()
