"""Functions that see each stanza on its way in or out, and may change, replace or drop it."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from helixmpp.stanza import StanzaBase

__all__ = ["Filters"]

Filter = Callable[[Any], Any]

# Those of what is sent, in the order in which they run; the last one is for encryption (XEP-0420).
_OUTGOING = ("out", "out_sync", "out_sce")
KINDS = ("in", *_OUTGOING)
_PLAIN = ("in", "out_sync")  # no coroutine functions


class Filters:
    """The filters of one stream: ``in``; and for what is sent ``out``, ``out_sync`` and ``out_sce``, in this order.

    Those of ``out`` and ``out_sce`` may be coroutine functions.
    """

    def __init__(self) -> None:
        self._filters: dict[str, list[Filter]] = {kind: [] for kind in KINDS}
        #: The filters of kind ``in``; each stanza that is received looks whether there are any.
        self.incoming = self._filters["in"]
        #: Whether there is any filter for what is sent.
        self.any_outgoing = False
        self._outgoing: tuple[Filter, ...] = ()

    def add(self, kind: str, handler: Filter, order: int | None = None) -> None:
        """Add a filter at the end, or at the place ``order``.

        :raises ValueError: the kind is none of ``in``, ``out``, ``out_sync``, ``out_sce``.
        :raises TypeError: a filter of kind ``in`` or ``out_sync`` is a coroutine function.
        """
        self._check(kind)
        if kind in _PLAIN and inspect.iscoroutinefunction(handler):
            raise TypeError(f"a filter of kind {kind!r} cannot be a coroutine function")
        filters = self._filters[kind]
        filters.insert(len(filters) if order is None else order, handler)
        self._note()

    def remove(self, kind: str, handler: Filter) -> None:
        """Take a filter off.

        :raises ValueError: the kind is unknown, or the filter is not there.
        """
        self._check(kind)
        self._filters[kind].remove(handler)
        self._note()

    def discard(self, kind: str, handler: Filter) -> None:
        """Take a filter off, if it is there."""
        if handler in self._filters[kind]:
            self.remove(kind, handler)

    def _check(self, kind: str) -> None:
        if kind not in self._filters:
            raise ValueError(f"filters are of kind 'in', 'out', 'out_sync' or 'out_sce', not {kind!r}")

    def _note(self) -> None:
        self._outgoing = tuple(handler for kind in _OUTGOING for handler in self._filters[kind])
        self.any_outgoing = bool(self._outgoing)

    def run_in(self, stanza: StanzaBase) -> StanzaBase | None:
        """Pass a stanza through the filters of kind ``in``; None when one dropped it."""
        for handler in tuple(self.incoming):
            result = handler(stanza)
            if result is None:
                return None
            stanza = result
        return stanza

    async def finish(
        self, waiting: Awaitable[StanzaBase | None], rest: tuple[Filter, ...]
    ) -> StanzaBase | None:
        """Await the answer of one filter and pass it through those behind it."""
        stanza = await waiting
        for handler in rest:
            if stanza is None:
                return None
            result = handler(stanza)
            stanza = await result if inspect.isawaitable(result) else result
        return stanza

    def run_out(self, stanza: StanzaBase) -> StanzaBase | Awaitable[StanzaBase | None] | None:
        """Pass a stanza through those of what is sent; an awaitable where one of them has to be waited for."""
        filters = self._outgoing
        for index, handler in enumerate(filters):
            result = handler(stanza)
            if result is stanza:
                continue
            if inspect.isawaitable(result):
                return self.finish(result, filters[index + 1 :])
            if result is None:
                return None
            stanza = result
        return stanza
