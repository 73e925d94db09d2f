"""Handlers, events, filters, timers and sending: all that a program does with a stream, whoever connects it.

The parts live in files of their own (router, events, filters, outgoing, iqs, dispatch); here they are put together
and given the names that programs know.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from helixmpp.core.busy import Busy
from helixmpp.core.connection import Connection
from helixmpp.core.dispatch import ANY_FAILURE, Dispatcher
from helixmpp.core.done import Done
from helixmpp.core.durable import Durable
from helixmpp.core.events import Events
from helixmpp.core.factory import StanzaFactory
from helixmpp.core.filter_queue import FilterQueue
from helixmpp.core.filters import Filters
from helixmpp.core.flow import FlowControl
from helixmpp.core.futures import mute
from helixmpp.core.handlers import BaseHandler
from helixmpp.core.iqs import PendingIqs
from helixmpp.core.loops import event_loop
from helixmpp.core.message_queue import MessageQueue
from helixmpp.core.outbox import Outbox
from helixmpp.core.rawtext import split_stanzas, stanza_tags
from helixmpp.core.receipt import Outcome, Receipt
from helixmpp.core.router import Router
from helixmpp.core.settings import ConnectionSettings
from helixmpp.core.tasks import Tasks
from helixmpp.core.timers import Timers
from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Iq, Presence, Sender, StanzaBase
from helixmpp.xml import serialize

__all__ = ["Undo", "XMLStream"]

log = logging.getLogger(__name__)

# What a handler may give back without meaning that it is waited for: a lambda that ends with send().
_NOT_WAITED_FOR: tuple[type, ...] = (Done, Receipt)

# How something is undone: a function and its arguments. A gateway keeps a hundred of these for each of its sessions.
Undo = tuple[Callable[..., object], tuple[object, ...]]


class XMLStream(ConnectionSettings, StanzaFactory):
    """What a program does with a stream of stanzas.

    :param jid: our own address.
    :param default_ns: the namespace of the stanzas.
    """

    is_component = False

    def __init__(self, jid: JID | str, default_ns: str) -> None:
        self.requested_jid = JID(jid)
        self.boundjid = self.requested_jid
        self.default_ns = default_ns
        self._stanza_tags = stanza_tags(default_ns)
        self.default_lang = "en"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks = Tasks(lambda: self.loop)
        self._timers = Timers(lambda: self.loop, self._call_safely)
        self._events = Events(self._start_event_task, self._event_failed)
        self._router = Router()
        self._filters = Filters()
        self._iqs = PendingIqs(lambda: self.loop, lambda: self.boundjid, self._call_safely)
        self._dispatcher = Dispatcher(self, self._filters, self._iqs, self._router)
        self._outbox = Outbox(self)
        self._filter_queue = FilterQueue(
            self._filters, self._deliver, self._tasks.start, self._outbox.promised, self._outbox.refused
        )
        # The text that _deliver() hands to send_raw(), which programs override: one stanza, surely.
        self._one_stanza = ""
        # Requests that were not written to any stream yet, by id.
        self._unwritten: dict[str, Receipt] = {}
        # Requests to our own server, whose answers may be large.
        self._owed: set[str] = set()
        self._session: Connection | None = None
        self._flow = FlowControl()
        self._busy = Busy(self._flow, lambda: self.max_handler_tasks)
        self._queues: list[MessageQueue] = []
        self._recorders: list[list[Undo]] = []

    # -- loop, tasks, timers --------------------------------------------------------------------------

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that everything of this client runs on."""
        loop = self._loop
        if loop is None or loop.is_closed():
            loop = self._loop = event_loop()
        elif not loop.is_running():
            self._check_loop(loop)
        return loop

    @loop.setter
    def loop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def _check_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Find out early that what was started will never run: ``connect()`` before ``asyncio.run(main())``."""
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            return
        if running is not loop and self._has_begun():
            raise StateError(
                "this client was started on an event loop that does not run; call connect() inside the coroutine "
                "that asyncio.run() is given"
            )

    def _has_begun(self) -> bool:
        return len(self._tasks) > 0

    def watch_task(self, awaitable: Awaitable[Any], what: str) -> "asyncio.Future[Any]":
        """Start an awaitable whose outcome is the caller's to await; ``what`` is the name of its task."""
        future = self._tasks.start(awaitable)
        if isinstance(future, asyncio.Task):
            future.set_name(what)
        return future

    def run_stanza_task(self, coroutine: Any, stanza: StanzaBase, what: str) -> object:
        """Start a handler's coroutine; a request whose handler fails gets an error answer."""
        if isinstance(coroutine, _NOT_WAITED_FOR):
            return None
        task = self._tasks.start(
            coroutine,
            lambda error: self._dispatcher.failed(error, stanza, what),
            lambda: self._handler_cancelled(stanza),
        )
        self._busy.add(task)
        return task

    def _handler_cancelled(self, stanza: StanzaBase) -> None:
        # At the end of a client its own tasks are cancelled, and there is nobody left to answer to.
        if self.is_connected():
            self._dispatcher.cancelled(stanza)

    def is_connected(self) -> bool:
        """Whether there is a session, so that stanzas go out now."""
        return self._session is not None and self._session.is_open

    def schedule(
        self,
        name: str,
        seconds: float,
        callback: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        repeat: bool = False,
    ) -> None:
        """Call ``callback`` in ``seconds``, and every ``seconds`` with ``repeat``.

        :raises ValueError: a timer of that name is scheduled already.
        """
        self._timers.schedule(name, seconds, callback, args, kwargs or {}, repeat)
        self._record(self._timers.cancel, name)

    def cancel_schedule(self, name: str) -> None:
        """Cancel a timer of that name; it need not exist."""
        self._timers.cancel(name)

    def exception(self, exception: BaseException) -> None:
        """Called with what a handler raised; logs it. A program may override it."""
        log.error("a handler raised %s", type(exception).__name__, exc_info=exception)

    def _call_safely(self, function: Callable[..., Any], data: Any, what: str) -> None:
        try:
            result = function(data)
        except ANY_FAILURE as error:
            self._event_failed(error, what, data)
            return
        if inspect.isawaitable(result):
            self._start_event_task(result, what, data)

    def _start_event_task(self, awaitable: Awaitable[Any], what: str, data: Any) -> object:
        if isinstance(awaitable, _NOT_WAITED_FOR):
            return None
        task = self._tasks.start(awaitable, lambda error: self._event_failed(error, what, data))
        if isinstance(data, StanzaBase):
            self._busy.add(task)
        return task

    def _event_failed(self, error: BaseException, what: str, data: Any) -> None:
        self._dispatcher.failed(error, data, what)

    # -- what plugins register is undone with them -----------------------------------------------------

    @contextmanager
    def recording(self, undo: list[Undo]) -> Generator[None, None, None]:
        """Note the undoing of all that is registered inside a ``with`` block."""
        self._recorders.append(undo)
        try:
            yield
        finally:
            self._recorders.pop()

    def _record(self, function: Callable[..., object], *args: object) -> None:
        if self._recorders:
            self._recorders[-1].append((function, args))

    # -- events ------------------------------------------------------------------------------------------

    def add_event_handler(self, name: str, pointer: Callable[[Any], Any], disposable: bool = False) -> None:
        """Call ``pointer(data)`` at each event ``name``; with ``disposable`` only at the first.

        A coroutine function is started as a task. What a handler raises goes to :meth:`exception`.
        """
        self._events.add(name, pointer, disposable=disposable)
        self._record(self._events.remove, name, pointer)

    def del_event_handler(self, name: str, pointer: Callable[[Any], Any]) -> None:
        """Take an event handler off; it need not be there."""
        self._events.remove(name, pointer)

    def event_handled(self, name: str) -> int:
        """How many handlers an event has."""
        return self._events.count(name)

    def event(self, name: str, data: Any = None, direct: bool = False) -> None:
        """Raise an event; its plain handlers have run when this returns.

        :param direct: what programs in slixmpp's style may give; they always run at once.
        """
        self._events.emit(name, {} if data is None else data)

    async def event_async(self, name: str, data: Any = None) -> None:
        """Raise an event and wait until its coroutine handlers have ended, too."""
        await self._events.emit_and_wait(name, {} if data is None else data)

    async def wait_until(self, event: str, timeout: float | None = 30) -> Any:
        """The data of the next event of that name; TimeoutError after ``timeout`` seconds."""
        return await self._events.wait(event, timeout)

    def event_handler(self, event: str, handler: Callable[[Any], Any]) -> AbstractContextManager[None]:
        """Have an event handler for the time of a ``with`` block."""
        return self._events.during(event, handler)

    # -- stanza handlers and filters ----------------------------------------------------------------------

    def register_handler(self, handler: BaseHandler, before: object = None, after: object = None) -> None:
        """Call a handler for each stanza that its matcher matches, in order of registration.

        :param before: what programs in slixmpp's style may give; the order is always that of registration.
        :param after: likewise.
        """
        handler.stream = self
        self._router.add(handler)
        self._record(self._router.remove, handler)

    def remove_handler(self, name: str) -> bool:
        """Take off the handler of that name; whether there was one."""
        return self._router.remove_named(name)

    def add_filter(self, mode: str, handler: Callable[[Any], Any], order: int | None = None) -> None:
        """Have ``handler(stanza)`` see each stanza on its way ``"in"`` or ``"out"``; None drops it.

        What is sent passes those of ``"out"``, then those of ``"out_sync"``, and last those of ``"out_sce"``, which is
        for encryption (XEP-0420). ``"out"`` and ``"out_sce"`` take coroutine functions, too.
        """
        self._filters.add(mode, handler, order)
        self._record(self._filters.discard, mode, handler)

    def del_filter(self, mode: str, handler: Callable[[Any], Any]) -> None:
        """Take a filter off; ValueError when it is not there."""
        self._filters.remove(mode, handler)

    # -- sending -------------------------------------------------------------------------------------------------

    def _sender(self) -> Sender:
        return self

    def _sender_is_component(self) -> bool:
        return self.is_component

    def send(self, data: ElementBase | Element, use_filters: bool = True) -> Receipt:
        """Send a stanza, through the outgoing filters.

        It is checked and turned into text now: later changes of the object are not sent. While there is no
        session the text is kept and goes out when there is one. What comes back may be ignored, or awaited: it
        waits until the server has the stanza, and raises :class:`StanzaNotSent` when that will not be. A sender
        in a loop awaits ``stanza.send()`` instead, which only waits while too much is under way.

        :raises ValueError: something in it cannot be written in XML 1.0.
        :raises NotConnectedError: there is no session and ``outbox_limit`` stanzas are waiting already.
        """
        if use_filters and self._filters.any_outgoing and isinstance(data, StanzaBase):
            return self._filter_queue.put(data)
        return self._deliver(data)

    def _deliver(self, data: ElementBase | Element) -> Receipt:
        xml = data if isinstance(data, Element) else data.xml
        self._stamp(xml)
        text = serialize(xml, stream_ns=self.default_ns)
        if not self._dispatcher.may_answer(xml):
            return self._outbox.refused("the request was answered before")
        if isinstance(data, Presence):
            self._presence_sent(data)
        if xml.tag in self._stanza_tags:
            self._one_stanza = text
        sent: Any = self.send_raw(text)
        # A program's own send_raw() may give nothing back, as slixmpp's does.
        return sent if isinstance(sent, Receipt) else self._outbox.unknown()

    def _presence_sent(self, presence: Presence) -> None:
        """Note a presence of ours that goes out."""

    def _stamp(self, xml: Element) -> None:
        """Complete a stanza before it is sent."""

    def send_raw(self, data: str | bytes) -> Receipt:
        """Send text as it is: nothing is checked, so that what is no XML ends the stream.

        Whole stanzas in it are counted, and followed up to the server, like others.

        :raises ValueError: it has lone surrogates, or bytes that are not UTF-8.
        """
        text = data.decode() if isinstance(data, bytes) else data
        known, self._one_stanza = self._one_stanza, ""
        if text is known:
            return self._outbox.take(text)
        text.encode()
        receipt = None
        for part, is_stanza in split_stanzas(text, self.default_ns):
            receipt = self._outbox.take(part, is_stanza)
        return receipt or self._outbox.take(text, stanza=False)

    def ask_server(self) -> "asyncio.Future[Iq]":
        """Ask the server anything that it has to answer: a ping (XEP-0199)."""
        iq = Iq(self, stype="get", sid=self.new_id(), sto=self.boundjid.domain)
        SubElement(iq.xml, "{urn:xmpp:ping}ping")
        self._stamp(iq.xml)
        answer = self._iqs.add(iq, timeout=self.response_timeout, callback=None, timeout_callback=None)
        mute(answer)
        # Not as a stanza: it is our question about the stanzas, and worth nothing on another stream.
        self._outbox.take(serialize(iq.xml, stream_ns=self.default_ns), stanza=False)
        return answer

    @property
    def can_confirm(self) -> bool:
        """Whether what :meth:`ask_server` asks is surely answered to us."""
        return True

    def ask_unanswered(self) -> None:
        """What :meth:`ask_server` asked was not answered in time; a client's dead link is found otherwise."""

    def make_durable(self) -> Durable | None:
        """The durable outbox, where settings and storage have one."""
        return None

    def hold_reading(self, held: bool) -> None:
        """Stop reading, or go on, because of what waits to be written."""
        (self._flow.hold if held else self._flow.release)(self._outbox)

    @property
    def tells_outcomes(self) -> bool:
        """Whether there are handlers for what became of each stanza."""
        return bool(self._events.count("stanza_acked") or self._events.count("stanza_not_sent"))

    def stanza_settled(self, receipt: Receipt, outcome: Outcome) -> None:
        """Tell the program what became of a stanza."""
        if outcome != "failed":
            if self._events.count("stanza_acked"):
                self.event("stanza_acked", receipt)
        elif self._events.count("stanza_not_sent"):
            self.event("stanza_not_sent", receipt)

    def send_xml(self, data: Element) -> Receipt:
        """Send an element."""
        return self.send(data)

    def send_iq(
        self,
        iq: Iq,
        *,
        timeout: float | None = None,
        callback: Callable[[Any], Any] | None = None,
        timeout_callback: Callable[[Any], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Send an iq request; its answer, or IqError, or IqTimeout after ``timeout`` seconds.

        NotConnectedError ends it when the stream goes away before.
        """
        if not iq.xml.get("id"):
            iq["id"] = self.new_id()
        answer = self._iqs.add(
            iq,
            timeout=self.response_timeout if timeout is None else timeout,
            callback=callback,
            timeout_callback=timeout_callback,
        )
        self._busy.waits(answer)
        id_ = iq.xml.get("id", "")
        try:
            if self._owes(iq):
                self._expect(id_, answer)
            sent: Any = self.send(iq)
        except BaseException:
            self._iqs.discard(id_)
            raise
        if isinstance(sent, Receipt) and not sent.on_wire:
            sent.when_failed(lambda reason: self._iqs.fail(id_, reason))
            self._unwritten[id_] = sent
            answer.add_done_callback(lambda _: self._unwritten.pop(id_, None))
        return answer

    def _fail_requests(self, reason: str) -> None:
        """End the requests that were written to a session that is over; the others wait for the next."""
        spare = {id_ for id_, sent in self._unwritten.items() if not sent.on_wire and not sent.done()}
        self._iqs.fail_all(reason, spare)

    def _owes(self, iq: Iq) -> bool:
        """Whether it is our own server that is asked: its answers may be large (promise C)."""
        to = iq.xml.get("to", "")
        return to in ("", self.boundjid.bare, self.boundjid.domain)

    def _expect(self, id_: str, answer: "asyncio.Future[Iq]") -> None:
        # It may come by another stream than this one, or than none: when a session is resumed, or begins.
        self._owed.add(id_)
        if self._session is not None:
            self._session.machine.expect_owed(id_)

        def done(_: object) -> None:
            self._owed.discard(id_)
            if self._session is not None:
                self._session.machine.owed_done(id_)

        answer.add_done_callback(done)

    # -- messages in order, with back pressure ------------------------------------------------------------

    def messages(self, limit: int = 100) -> MessageQueue:
        """Every message with a body, in order: ``async for message in xmpp.messages()``.

        The queue starts with this call. While it is full, nothing is read from the network: the server, and at
        last the senders, have to wait. It ends when the client has stopped for good.

        :param limit: how many messages it holds, beyond those that one read from the network brings.
        """
        queue = MessageQueue(self._flow, limit, self._queues.remove)
        self._queues.append(queue)
        return queue

    # -- receiving ------------------------------------------------------------------------------------------

    def stanza_received(self, element: Element) -> None:
        """Dispatch one element of the stream."""
        try:
            self._dispatcher.receive(element)
        except ANY_FAILURE as error:
            # One bad stanza never ends the stream (promise H).
            self._dispatcher.failed(error, None, "dispatching")
