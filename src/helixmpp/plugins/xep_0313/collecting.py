"""Results that come for queries: which are believed, and where they are gathered.

They are messages of their own, and anybody can send such ones (section 9.2): a result counts while its query is open,
with the id of that query, from the archive that was asked.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from helixmpp.errors import BadStanza
from helixmpp.plugins._weights import weight_of
from helixmpp.plugins.xep_0059.iterator import EndlessResults
from helixmpp.plugins.xep_0297.stanza import Forwarded
from helixmpp.plugins.xep_0313.stanza import Result
from helixmpp.stanza import Message

__all__ = ["OpenQueries", "OpenQuery"]

log = logging.getLogger(__name__)

_LONGEST_ID: Final = 1024


class OpenQuery:
    """A query that was sent, and what came for it so far.

    :param senders: the addresses that may answer; ``""`` is a message without a sender, from our own account.
    :param ids: the only ids that were asked for; none for any.
    :param limit: how many results are gathered.
    :param most_bytes: how much memory they take, about.
    """

    def __init__(self, senders: frozenset[str], ids: frozenset[str], limit: int, most_bytes: int) -> None:
        self.results: list[Message] = []
        self._senders = senders
        self._ids = ids
        self._limit = limit
        self._room = most_bytes
        self._seen: set[str] = set()
        self._too_many = False

    def take(self, message: Message, result: Result) -> bool:
        """Gather a result, if it may be one of this query; whether it is."""
        id_ = result.id
        if message.xml.get("type") == "error" or message["from"].full not in self._senders:
            return False
        if not 0 < len(id_) <= _LONGEST_ID or id_ in self._seen or (self._ids and id_ not in self._ids):
            return False
        forwarded = result.get(Forwarded)
        if forwarded is None:
            return False
        inner = forwarded.message
        # What was removed from an archive may come without its message (section 3.2).
        if inner is None and len(forwarded.xml.findall("*")) > len(
            forwarded.xml.findall("{urn:xmpp:delay}delay")
        ):
            return False
        if inner is not None and not self._may_hold(inner):
            return False
        self._room -= weight_of(message.xml)
        if len(self.results) >= self._limit or self._room < 0:
            self._too_many = True
            return True
        self._seen.add(id_)
        self.results.append(message)
        return True

    def _may_hold(self, inner: Message) -> bool:
        """Whether the archive may have that message: a room has only what was said in it (section 8.1.2)."""
        if inner["type"] != "groupchat" or "" in self._senders:
            return True
        return inner["from"].bare in {sender.partition("/")[0] for sender in self._senders}

    def check(self) -> None:
        """Raise :class:`EndlessResults` where more came than are gathered."""
        if self._too_many:
            raise EndlessResults(
                f"an archive gave more than {self._limit} results at once (max_results), or too large ones"
                " (max_page_size)"
            )


class OpenQueries:
    """The queries that wait for their end, by their id."""

    def __init__(self) -> None:
        self._open: dict[str, OpenQuery] = {}

    @contextmanager
    def collecting(self, queryid: str, query: OpenQuery) -> Generator[OpenQuery, None, None]:
        """Gather what comes for a query during a ``with`` block."""
        self._open[queryid] = query
        try:
            yield query
        finally:
            # A program's own new_id() may give the same id to the next one.
            if self._open.get(queryid) is query:
                del self._open[queryid]

    def came(self, message: Message) -> None:
        """Take a message with a result, if a query waits for it."""
        results = message.children_of(Result)
        try:
            query = self._open.get(results[0].queryid) if len(results) == 1 else None
            taken = query is not None and query.take(message, results[0])
        except BadStanza:
            taken = False
        if not taken:
            log.warning("a result of no query of ours is dropped, from %.200s", message.xml.get("from"))
