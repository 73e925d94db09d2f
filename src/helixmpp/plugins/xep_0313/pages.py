"""The pages of an archive, one after the other (section 4.3, XEP-0059)."""

from collections.abc import Callable

from helixmpp.plugins.xep_0059.iterator import ResultIterator
from helixmpp.plugins.xep_0313.collecting import OpenQueries, OpenQuery
from helixmpp.plugins.xep_0313.stanza import MAM, Fin
from helixmpp.stanza import Iq

__all__ = ["ArchiveIterator", "keep_results"]


class ArchiveIterator(ResultIterator):
    """An asynchronous iterator over the pages of a query, each an iq with ``iq["mam"]["results"]``.

    :param query: the request; it is copied, and sent once for each page.
    :param queries: where results are gathered.
    :param make: gives what gathers those of one page.
    """

    def __init__(
        self,
        query: Iq,
        queries: OpenQueries,
        make: Callable[[], OpenQuery],
        *,
        amount: int,
        start: str | None,
        reverse: bool,
        timeout: float | None,
        max_pages: int,
        max_items: int,
    ) -> None:
        super().__init__(
            query,
            MAM.plugin_attrib,
            "results",
            amount,
            start,
            reverse,
            Fin.plugin_attrib,
            timeout=timeout,
            max_pages=max_pages,
            max_items=max_items,
        )
        self._queries = queries
        self._make = make

    async def __anext__(self) -> Iq:
        """The next page; see :meth:`ResultIterator.__anext__`."""
        answer = await super().__anext__()
        if answer[Fin].complete:
            self._stop = True
        return answer

    async def _ask(self) -> Iq:
        # Each page has an id of its own, so that a late result of one is none of the next.
        queryid = self.new_request()
        self.query[MAM].queryid = queryid
        with self._queries.collecting(queryid, self._make()) as gathered:
            answer = await self._ask_again()
        gathered.check()
        keep_results(answer, gathered)
        return answer


def keep_results(answer: Iq, gathered: OpenQuery) -> None:
    """Give what was gathered with the answer that ended it."""
    answer[MAM].results = gathered.results
    answer[Fin].keep(gathered.results)
