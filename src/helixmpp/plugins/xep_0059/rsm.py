"""The plugin ``xep_0059``; see the package's docstring."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, ClassVar, TypeVar

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.plugins.xep_0030.stanza import DiscoItems
from helixmpp.plugins.xep_0059.iterator import ResultIterator
from helixmpp.plugins.xep_0059.stanza import NAMESPACE, Set
from helixmpp.stanza import Iq

__all__ = ["XEP_0059"]

T = TypeVar("T")


class XEP_0059(BasePlugin):  # noqa: N801 - the name that programs import
    """Result set management: goes through pages, and gives them."""

    name = "xep_0059"
    description = "Result set management: long results a page at a time"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((DiscoItems, Set),)
    features = (NAMESPACE,)

    max_pages = Setting(1_000, "how many pages one iteration gives at most")
    max_items = Setting(100_000, "how many results these have at most, all together")
    largest_page = Setting(1_000, "how many items a page has at most that we give")

    def iterate(
        self,
        stanza: Iq,
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
    ) -> ResultIterator:
        """Go through the pages of a result: ``async for page in plugin.iterate(iq, "disco_items")``.

        :param stanza: the request; it is copied, and sent once for each page.
        :param interface: the key of its payload, in which the ``<set/>`` goes.
        :param results: the key of the results in the answer's payload; they are counted.
        :param amount: how many to ask for at a time.
        :param start: the UID of the item behind which to begin; with ``reverse``, before which.
        :param reverse: go backwards, from the last page.
        :param recv_interface: the key of the answer's payload, where it is another.
        :param pre_cb: called with each request before it is sent.
        :param post_cb: called with each answer.
        :param timeout: seconds to wait for each answer; by default the client's ``response_timeout``.
        """
        return ResultIterator(
            stanza,
            interface,
            results,
            amount,
            start,
            reverse,
            recv_interface,
            pre_cb,
            post_cb,
            timeout=timeout,
            max_pages=self.max_pages,
            max_items=self.max_items,
        )

    async def count(
        self, stanza: Iq, interface: str, recv_interface: str | None = None, *, timeout: float | None = None
    ) -> int | None:
        """How many results there are, without any of them (section 2.7); None where the peer does not say.

        :raises IqError: the peer refused.
        :raises IqTimeout: no answer came in time.
        :raises BadStanza: what it said is no number.
        """
        query = copy(stanza)
        query["id"] = self.xmpp.new_id()
        query[interface][Set].max = 0
        answer = await query.send(timeout=timeout)
        found: Set | None = answer[recv_interface or interface].get(Set)
        return None if found is None else found.count

    def page_of(self, items: Sequence[T], request: Set, uid: Callable[[T], str]) -> tuple[list[T], Set]:
        """The items of the page that a peer asks for, and the ``<set/>`` of the answer.

        :param items: all of them, in their order.
        :param request: what was asked, such as ``iq["disco_items"]["rsm"]``.
        :param uid: gives the UID of an item, which no other item has.
        :raises XMPPError: ``item-not-found`` for a UID that is unknown (section 2.4).
        :raises BadStanza: the request has what is no number, or several places to begin at.
        """
        before, after, index = request.before, request.after, request.index
        if sum((before != "", after != "", index is not None)) > 1:
            raise XMPPError("bad-request", "a page begins at one place")
        size = self.largest_page if request.max is None else min(request.max, self.largest_page)
        if isinstance(before, str) and before:
            end = _place(items, before, uid)
            begin = max(0, end - size)
        elif before is True:
            end, begin = len(items), max(0, len(items) - size)
        else:
            begin = _place(items, after, uid) + 1 if after else index or 0
            end = begin + size
        page = list(items[begin:end])
        answer = Set()
        answer.count = len(items)
        if page:
            answer.first, answer.last = uid(page[0]), uid(page[-1])
            answer.first_index = begin
        return page, answer


def _place(items: Sequence[T], wanted: str, uid: Callable[[T], str]) -> int:
    for place, item in enumerate(items):
        if uid(item) == wanted:
            return place
    raise XMPPError("item-not-found")
