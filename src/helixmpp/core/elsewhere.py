"""What another thread than the event loop's hands over to it, and may wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from typing import Any, Generic, TypeVar
from xml.etree.ElementTree import Element

from helixmpp.errors import NotConnectedError
from helixmpp.stanza import ElementBase
from helixmpp.xml import copy_element, serialize

__all__ = ["FromElsewhere", "hand_over", "runs_elsewhere", "written_copy"]

T = TypeVar("T")
DataT = TypeVar("DataT", bound=ElementBase | Element)


def runs_elsewhere(loop: asyncio.AbstractEventLoop | None) -> bool:
    """Whether an event loop runs, and this is another thread than its own."""
    try:
        if asyncio.get_running_loop() is loop:
            return False
    except RuntimeError:
        pass
    return loop is not None and loop.is_running()


def written_copy(data: DataT, namespace: str) -> DataT:
    """A copy of what is to be sent, which its maker cannot change any more.

    :param namespace: that of the stream.
    :raises ValueError: it cannot be written; who is to blame for that is told.
    """
    xml = data if isinstance(data, Element) else data.xml
    serialize(xml, stream_ns=namespace)
    taken: Any = copy_element(data) if isinstance(data, Element) else data.__copy__()
    copied: DataT = taken
    return copied


def hand_over(loop: asyncio.AbstractEventLoop, function: Callable[[], object]) -> None:
    """Have the thread of an event loop call a function.

    :raises NotConnectedError: the loop has ended in this moment.
    """
    try:
        loop.call_soon_threadsafe(function)
    except RuntimeError as error:
        raise NotConnectedError("the event loop of this client has ended") from error


class FromElsewhere(Awaitable[T], Generic[T]):
    """What becomes of something on an event loop that runs in another thread: awaited on any loop, or not at all.

    :param begin: called by the thread of that loop.
    :raises NotConnectedError: the loop has ended in this moment.
    """

    __slots__ = ("_begin", "_loop", "_outcome")

    def __init__(self, loop: asyncio.AbstractEventLoop, begin: Callable[[], asyncio.Future[T]]) -> None:
        self._loop = loop
        self._begin = begin
        self._outcome: Future[T] = Future()
        hand_over(loop, self._start)

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.wrap_future(self._outcome).__await__()

    def _start(self) -> None:
        try:
            future = self._begin()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to who waits
            if self._outcome.set_running_or_notify_cancel():
                self._outcome.set_exception(error)
            return
        future.add_done_callback(self._ended)
        self._outcome.add_done_callback(lambda outcome: self._given_up(outcome, future))

    def _ended(self, future: asyncio.Future[T]) -> None:
        if future.cancelled():
            self._outcome.cancel()
        elif self._outcome.set_running_or_notify_cancel():
            error = future.exception()
            if error is None:
                self._outcome.set_result(future.result())
            else:
                self._outcome.set_exception(error)
        else:
            future.exception()

    def _given_up(self, outcome: Future[T], future: asyncio.Future[T]) -> None:
        if outcome.cancelled() and not future.done() and not self._loop.is_closed():
            hand_over(self._loop, future.cancel)
