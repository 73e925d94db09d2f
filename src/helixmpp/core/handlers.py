"""What is called when a stanza matches: plain functions, coroutine functions, and somebody who waits."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, Protocol

from helixmpp.errors import StateError
from helixmpp.stanza import MatcherBase, StanzaBase

__all__ = ["BaseHandler", "Callback", "Collector", "CoroutineCallback", "Waiter"]


class HandlerHost(Protocol):
    """What a handler asks of the stream that it is registered with."""

    def run_stanza_task(self, coroutine: Any, stanza: StanzaBase, what: str) -> object:
        """Start a handler's coroutine so that its failure is logged, and answers an iq request."""
        ...

    def remove_handler(self, name: str) -> bool:
        """Take the handler of that name off."""
        ...


class BaseHandler:
    """A name, a matcher, and what to do with a stanza that matches."""

    __slots__ = ("_destroy", "matcher", "name", "stream")

    def __init__(self, name: str, matcher: MatcherBase, stream: HandlerHost | None = None) -> None:
        self.name = name
        self.matcher = matcher
        self.stream = stream
        self._destroy = False

    def match(self, xml: StanzaBase) -> bool:
        """Whether this stanza is for this handler."""
        return self.matcher.match(xml)

    def run(self, payload: StanzaBase) -> None:
        """Do what has to be done with a stanza that matches."""
        raise NotImplementedError

    def check_delete(self) -> bool:
        """Whether the handler has done its work and is to be taken off."""
        return self._destroy


class Callback(BaseHandler):
    """Calls ``pointer(stanza)``; a coroutine function is started as a task.

    :param once: take the handler off after its first stanza.
    """

    __slots__ = ("_once", "instream", "pointer")

    def __init__(
        self,
        name: str,
        matcher: MatcherBase,
        pointer: Callable[[Any], Any],
        once: bool = False,
        instream: bool = False,
        stream: HandlerHost | None = None,
    ) -> None:
        super().__init__(name, matcher, stream)
        self.pointer = pointer
        self._once = once
        self.instream = instream

    def run(self, payload: StanzaBase) -> None:
        """Call the function; what it raises goes to the stream, which logs it and answers a request."""
        if self._once:
            if self._destroy:
                return
            self._destroy = True
        result = self.pointer(payload)
        if result is not None:
            self.returned(result, payload)

    @property
    def is_plain(self) -> bool:
        """Whether ``pointer`` and :meth:`returned` are all that :meth:`run` comes to: then it may be left out."""
        return not self._once and type(self) in (Callback, CoroutineCallback)

    def returned(self, result: object, payload: StanzaBase) -> None:
        """Start what the function returned, if it is a coroutine function's."""
        if inspect.isawaitable(result):
            host = self.stream
            if host is None:
                raise StateError(f"handler {self.name!r} is a coroutine and belongs to no stream")
            host.run_stanza_task(result, payload, self.name)


class CoroutineCallback(Callback):
    """Starts ``pointer(stanza)`` as a task; tasks are started in the order of the stanzas.

    :raises ValueError: ``pointer`` is no coroutine function.
    """

    def __init__(
        self,
        name: str,
        matcher: MatcherBase,
        pointer: Callable[[Any], Any],
        once: bool = False,
        instream: bool = False,
        stream: HandlerHost | None = None,
    ) -> None:
        if not inspect.iscoroutinefunction(pointer):
            raise ValueError(f"{pointer!r} is no coroutine function; use Callback for it")
        super().__init__(name, matcher, pointer, once, instream, stream)


class Waiter(BaseHandler):
    """Takes one stanza for somebody who awaits :meth:`wait`."""

    def __init__(self, name: str, matcher: MatcherBase, stream: HandlerHost | None = None) -> None:
        super().__init__(name, matcher, stream)
        self._future: asyncio.Future[StanzaBase] | None = None
        self._early: StanzaBase | None = None

    def run(self, payload: StanzaBase) -> None:
        """Hand the stanza to whoever waits, now or later."""
        if self._future is None:
            self._early = self._early or payload
        elif not self._future.done():
            self._future.set_result(payload)

    async def wait(self, timeout: float | None = None) -> StanzaBase | None:
        """The stanza, or None when ``timeout`` seconds went by; the handler is taken off either way."""
        self._future = asyncio.get_running_loop().create_future()
        if self._early is not None:
            self._future.set_result(self._early)
        try:
            async with asyncio.timeout(timeout):
                return await self._future
        except TimeoutError:
            return None
        finally:
            self._destroy = True
            if self.stream is not None:
                self.stream.remove_handler(self.name)


class Collector(BaseHandler):
    """Keeps the stanzas that match until :meth:`stop` gives them back.

    :param limit: how many are kept; later ones are dropped.
    """

    def __init__(
        self, name: str, matcher: MatcherBase, stream: HandlerHost | None = None, limit: int = 10_000
    ) -> None:
        super().__init__(name, matcher, stream)
        self._limit = limit
        self._payloads: list[StanzaBase] = []

    def run(self, payload: StanzaBase) -> None:
        """Keep the stanza."""
        if len(self._payloads) < self._limit:
            self._payloads.append(payload)

    def stop(self) -> list[StanzaBase]:
        """Take the handler off and give back what it collected."""
        self._destroy = True
        if self.stream is not None:
            self.stream.remove_handler(self.name)
        return self._payloads
