"""Functions that see each stanza on its way in or out, and may change, replace or drop it."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from helixmpp.stanza import StanzaBase

__all__ = ["Filters"]

Filter = Callable[[Any], Any]

KINDS = ("in", "out", "out_sync")


class Filters:
    """The filters of one stream: ``in``, ``out`` (may be coroutine functions) and ``out_sync``."""

    def __init__(self) -> None:
        self._filters: dict[str, list[Filter]] = {kind: [] for kind in KINDS}
        #: The filters of kind ``in``; each stanza that is received looks whether there are any.
        self.incoming = self._filters["in"]
        #: Whether there is any filter for what is sent.
        self.any_outgoing = False

    def add(self, kind: str, handler: Filter, order: int | None = None) -> None:
        """Add a filter at the end, or at the place ``order``.

        :raises ValueError: the kind is none of ``in``, ``out``, ``out_sync``.
        :raises TypeError: a filter of kind ``in`` or ``out_sync`` is a coroutine function.
        """
        if kind not in self._filters:
            raise ValueError(f"filters are of kind 'in', 'out' or 'out_sync', not {kind!r}")
        if kind != "out" and inspect.iscoroutinefunction(handler):
            raise TypeError(f"a filter of kind {kind!r} cannot be a coroutine function")
        filters = self._filters[kind]
        filters.insert(len(filters) if order is None else order, handler)
        self._note()

    def remove(self, kind: str, handler: Filter) -> None:
        """Take a filter off.

        :raises ValueError: the kind is unknown, or the filter is not there.
        """
        if kind not in self._filters:
            raise ValueError(f"filters are of kind 'in', 'out' or 'out_sync', not {kind!r}")
        self._filters[kind].remove(handler)
        self._note()

    def discard(self, kind: str, handler: Filter) -> None:
        """Take a filter off, if it is there."""
        if handler in self._filters[kind]:
            self.remove(kind, handler)

    def _note(self) -> None:
        self.any_outgoing = bool(self._filters["out"] or self._filters["out_sync"])

    def run(self, kind: str, stanza: StanzaBase) -> StanzaBase | None:
        """Pass a stanza through the filters of a kind that are plain functions; None when one dropped it."""
        for handler in tuple(self._filters[kind]):
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
        """Pass a stanza through the ``out`` filters; an awaitable where one of them has to be waited for."""
        filters = tuple(self._filters["out"])
        for index, handler in enumerate(filters):
            result = handler(stanza)
            if inspect.isawaitable(result):
                return self.finish(result, filters[index + 1 :])
            if result is None:
                return None
            stanza = result
        return stanza
