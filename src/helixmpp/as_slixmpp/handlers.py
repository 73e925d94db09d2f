"""Handlers that are given the element instead of the stanza object; ``stanza.xml`` is the same element."""

import inspect

from helixmpp.core import Callback, Waiter
from helixmpp.errors import StateError
from helixmpp.stanza import StanzaBase

__all__ = ["XMLCallback", "XMLWaiter"]


class XMLCallback(Callback):
    """Calls ``pointer(element)``; see :class:`helixmpp.core.Callback`."""

    def run(self, payload: StanzaBase) -> None:
        """Call the function with the element of the stanza."""
        if self._once:
            if self._destroy:
                return
            self._destroy = True
        result = self.pointer(payload.xml)
        if result is not None and inspect.isawaitable(result):
            if self.stream is None:
                raise StateError(f"handler {self.name!r} is a coroutine and belongs to no stream")
            self.stream.run_stanza_task(result, payload, self.name)


class XMLWaiter(Waiter):
    """Takes one stanza; what :meth:`wait` gives has the element as ``xml``."""
