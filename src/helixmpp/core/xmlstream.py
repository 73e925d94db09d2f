"""Handlers, events, filters, timers and sending: all that a program does with a stream, whoever connects it.

The parts live in files of their own (router, events, filters, outgoing, iqs, dispatch); here they are put together
and given the names that programs know.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from helixmpp.core.busy import Busy
from helixmpp.core.dispatch import ANY_FAILURE, Dispatcher
from helixmpp.core.done import Done
from helixmpp.core.elsewhere import FromElsewhere, hand_over, runs_elsewhere, written_copy
from helixmpp.core.events import Events
from helixmpp.core.factory import StanzaFactory
from helixmpp.core.filter_queue import FilterQueue
from helixmpp.core.filters import Filters
from helixmpp.core.flow import FlowControl
from helixmpp.core.futures import mute
from helixmpp.core.handlers import BaseHandler
from helixmpp.core.iqs import PendingIqs
from helixmpp.core.loops import event_loop
from helixmpp.core.outbox import Outbox
from helixmpp.core.rawtext import split_stanzas, stanza_tags
from helixmpp.core.receipt import Outcome, Receipt
from helixmpp.core.router import Router
from helixmpp.core.settings import ConnectionSettings
from helixmpp.core.tasks import Tasks
from helixmpp.core.timers import Timers
from helixmpp.errors import StateError, XMPPError
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Iq, Message, Presence, Sender, StanzaBase
from helixmpp.xml import serialize

if TYPE_CHECKING:
    # These bring the whole protocol with them, which a client needs when it connects.
    from helixmpp.core.connection import Connection
    from helixmpp.core.durable import Durable
    from helixmpp.core.message_queue import MessageQueue
    from helixmpp.core.registering import Registering

__all__ = ["Undo", "XMLStream"]

log = logging.getLogger(__name__)

# What a handler may give back without meaning that it is waited for: a lambda that ends with send().
_NOT_WAITED_FOR: tuple[type, ...] = (Done, Receipt)

# How something is undone: a function and its arguments. A gateway keeps a hundred of these for each of its sessions.
Undo = tuple[Callable[..., object], tuple[object, ...]]


class XMLStream(ConnectionSettings, StanzaFactory):
    """What a program does with a stream of stanzas.

    Programs derive from this and give their attributes any name. Private names of it and of what derives from it here
    therefore end in an underscore, so that none of theirs is one of ours; those that slixmpp has, too, are meant.

    :param jid: our own address.
    :param default_ns: the namespace of the stanzas.
    """

    is_component = False
    # The requests for an account, on a stream that nobody has logged in on yet.
    _registering_: Registering | None = None
    needs_sender = False
    #: Whether an :class:`XMPPError` that a handler raises is sent to who sent the message or presence; a request is
    #: answered by it in any case. A service, whose address everybody knows, may want that; a client would tell
    #: strangers that somebody is there.
    refusals_are_sent = False

    def __init__(self, jid: JID | str, default_ns: str) -> None:
        self.requested_jid = JID(jid)
        self.boundjid = self.requested_jid
        self.default_ns = default_ns
        self._stanza_tags_ = stanza_tags(default_ns)
        self.default_lang = "en"
        self._loop: asyncio.AbstractEventLoop | None = None
        # One for all that need it: a gateway has thousands of clients.
        loop, call = self._the_loop_, self._call_safely_
        self._tasks_ = Tasks(loop)
        self._timers_ = Timers(loop, call)
        self._events_ = Events(self._start_event_task_, self._event_failed_)
        self.handled_events = self._events_.handled
        self._router_ = Router()
        self._filters_ = Filters()
        self._iqs_ = PendingIqs(loop, lambda: self.boundjid, call)
        self._dispatcher_ = Dispatcher(self, self._filters_, self._iqs_, self._router_)
        self._outbox_ = Outbox(self)
        self._filter_queue_ = FilterQueue(
            self._filters_, self._deliver_, self._tasks_.start, self._outbox_.promised, self._outbox_.refused
        )
        # The text that _deliver_() hands to send_raw(), which programs override: one stanza, surely.
        self._one_stanza_ = ""
        # Requests that were not written to any stream yet, by id.
        self._unwritten_: dict[str, Receipt] = {}
        # Requests to our own server, whose answers may be large.
        self._owed_: set[str] = set()
        self._session_: Connection | None = None
        self._flow_ = FlowControl()
        self._busy_ = Busy(self._flow_, lambda: self.max_handler_tasks)
        self._queues_: list[MessageQueue] = []
        self._recorders_: list[list[Undo] | None] = []

    # -- loop, tasks, timers --------------------------------------------------------------------------

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that everything of this client runs on."""
        loop = self._loop
        if loop is None or loop.is_closed():
            loop = self._loop = event_loop()
        elif not loop.is_running():
            self._check_loop_(loop)
        return loop

    @loop.setter
    def loop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def _the_loop_(self) -> asyncio.AbstractEventLoop:
        return self.loop

    def _check_loop_(self, loop: asyncio.AbstractEventLoop) -> None:
        """Find out early that what was started will never run: ``connect()`` before ``asyncio.run(main())``."""
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            return
        if running is not loop and self._has_begun_():
            raise StateError(
                "this client was started on an event loop that does not run; call connect() inside the coroutine "
                "that asyncio.run() is given"
            )

    def _has_begun_(self) -> bool:
        return len(self._tasks_) > 0

    def watch_task(self, awaitable: Awaitable[Any], what: str) -> asyncio.Future[Any]:
        """Start an awaitable whose outcome is the caller's to await; ``what`` is the name of its task."""
        future = self._tasks_.start(awaitable)
        if isinstance(future, asyncio.Task):
            future.set_name(what)
        return future

    def run_stanza_task(self, coroutine: Any, stanza: StanzaBase, what: str) -> object:
        """Start a handler's coroutine; a request whose handler fails gets an error answer."""
        if isinstance(coroutine, _NOT_WAITED_FOR):
            return None
        if self.refusals_are_sent:
            coroutine = self._refusing_(coroutine, stanza, what)
        task = self._tasks_.start(
            coroutine,
            lambda error: self._dispatcher_.failed(error, stanza, what),
            lambda: self._handler_cancelled(stanza),
        )
        self._busy_.add(task)
        return task

    async def _refusing_(self, coroutine: Awaitable[Any], stanza: StanzaBase, what: str) -> Any:
        """Await a handler; what it refuses is refused before anything that it started goes on."""
        try:
            return await coroutine
        except XMPPError as error:
            self._dispatcher_.failed(error, stanza, what)
            return None

    def _handler_cancelled(self, stanza: StanzaBase) -> None:
        # At the end of a client its own tasks are cancelled, and there is nobody left to answer to.
        if self.is_connected():
            self._dispatcher_.cancelled(stanza)

    def is_connected(self) -> bool:
        """Whether there is a session, so that stanzas go out now."""
        return self._session_ is not None and self._session_.is_open

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
        self._timers_.schedule(name, seconds, callback, args, kwargs or {}, repeat)
        self._record_(self._timers_.cancel, name)

    def cancel_schedule(self, name: str) -> None:
        """Cancel a timer of that name; it need not exist."""
        self._timers_.cancel(name)

    def exception(self, exception: BaseException) -> None:
        """Called with what a handler raised; logs it. A program may override it."""
        log.error("a handler raised %s", type(exception).__name__, exc_info=exception)

    def _call_safely_(self, function: Callable[..., Any], data: Any, what: str) -> None:
        try:
            result = function(data)
        except ANY_FAILURE as error:
            self._event_failed_(error, what, data)
            return
        if inspect.isawaitable(result):
            self._start_event_task_(result, what, data)

    def _start_event_task_(self, awaitable: Awaitable[Any], what: str, data: Any) -> object:
        if isinstance(awaitable, _NOT_WAITED_FOR):
            return None
        if self.refusals_are_sent and isinstance(data, StanzaBase):
            awaitable = self._refusing_(awaitable, data, what)
        task = self._tasks_.start(awaitable, lambda error: self._event_failed_(error, what, data))
        if isinstance(data, StanzaBase):
            self._busy_.add(task)
        return task

    def _event_failed_(self, error: BaseException, what: str, data: Any) -> None:
        self._dispatcher_.failed(error, data, what)

    # -- what plugins register is undone with them -----------------------------------------------------

    @contextmanager
    def undo_recording(self, undo: list[Undo] | None) -> Generator[None, None, None]:
        """Note the undoing of all that is registered inside a ``with`` block; with None, that of nothing."""
        self._recorders_.append(undo)
        try:
            yield
        finally:
            self._recorders_.pop()

    def _record_(self, function: Callable[..., object], *args: object) -> None:
        undo = self._recorders_[-1] if self._recorders_ else None
        if undo is not None:
            undo.append((function, args))

    # -- events ------------------------------------------------------------------------------------------

    def add_event_handler(self, name: str, pointer: Callable[[Any], Any], disposable: bool = False) -> None:
        """Call ``pointer(data)`` at each event ``name``; with ``disposable`` only at the first.

        A coroutine function is started as a task. What a handler raises goes to :meth:`exception`.
        """
        self._events_.add(name, pointer, disposable=disposable)
        self._record_(self._events_.remove, name, pointer)

    def del_event_handler(self, name: str, pointer: Callable[[Any], Any]) -> None:
        """Take an event handler off; it need not be there."""
        self._events_.remove(name, pointer)

    def event_handled(self, name: str) -> int:
        """How many handlers an event has."""
        return self._events_.count(name)

    def event(self, name: str, data: Any = None, direct: bool = False) -> None:
        """Raise an event; its plain handlers have run when this returns.

        :param direct: what programs in slixmpp's style may give; they always run at once.
        """
        self._events_.emit(name, {} if data is None else data)

    async def event_async(self, name: str, data: Any = None) -> list[BaseException]:
        """Raise an event and wait until its coroutine handlers have ended, too.

        What comes back is what handlers raised; each was told to :meth:`exception` as well.
        """
        return await self._events_.emit_and_wait(name, {} if data is None else data, _NOT_WAITED_FOR)

    async def wait_until(self, event: str, timeout: float | None = 30) -> Any:
        """The data of the next event of that name; TimeoutError after ``timeout`` seconds."""
        return await self._events_.wait(event, timeout)

    def event_handler(self, event: str, handler: Callable[[Any], Any]) -> AbstractContextManager[None]:
        """Have an event handler for the time of a ``with`` block."""
        return self._events_.during(event, handler)

    # -- stanza handlers and filters ----------------------------------------------------------------------

    def register_handler(self, handler: BaseHandler, before: object = None, after: object = None) -> None:
        """Call a handler for each stanza that its matcher matches, in order of registration.

        :param before: what programs in slixmpp's style may give; the order is always that of registration.
        :param after: likewise.
        """
        handler.stream = self
        self._router_.add(handler)
        self._record_(self._router_.remove, handler)

    def remove_handler(self, name: str) -> bool:
        """Take off the handler of that name; whether there was one."""
        return self._router_.remove_named(name)

    def unregister_handler(self, handler: BaseHandler) -> bool:
        """Take off exactly this handler, whatever others of its name there are; whether it was there."""
        return self._router_.remove(handler)

    def add_filter(self, mode: str, handler: Callable[[Any], Any], order: int | None = None) -> None:
        """Have ``handler(stanza)`` see each stanza on its way ``"in"`` or ``"out"``; None drops it.

        What is sent passes those of ``"out"``, then those of ``"out_sync"``, and last those of ``"out_sce"``, which is
        for encryption (XEP-0420). ``"out"`` and ``"out_sce"`` take coroutine functions, too.
        """
        self._filters_.add(mode, handler, order)
        self._record_(self._filters_.discard, mode, handler)

    def del_filter(self, mode: str, handler: Callable[[Any], Any]) -> None:
        """Take a filter off; ValueError when it is not there."""
        self._filters_.remove(mode, handler)

    # -- sending -------------------------------------------------------------------------------------------------

    def _sender_(self) -> Sender:
        return self

    def _sender_is_component_(self) -> bool:
        return self.is_component

    def send(self, data: ElementBase | Element, use_filters: bool = True) -> Receipt:
        """Send a stanza, through the outgoing filters.

        It is checked and turned into text now: later changes of the object are not sent. While there is no
        session the text is kept and goes out when there is one. What comes back may be ignored, or awaited: it
        waits until the server has the stanza, and raises :class:`StanzaNotSent` when that will not be. A sender
        in a loop awaits ``stanza.send()`` instead, which only waits while too much is under way.

        Any thread may call it: another than that of the event loop hands a copy over, and is not told what becomes
        of it.

        :raises ValueError: something in it cannot be written in XML 1.0.
        :raises NotConnectedError: there is no session and ``outbox_limit`` stanzas are waiting already.
        """
        loop = self._loop
        try:
            is_here = get_running_loop() is loop
        except RuntimeError:
            is_here = False
        if not is_here and loop is not None and runs_elsewhere(loop):
            return self._send_from_elsewhere_(loop, data, use_filters)
        if self._filters_.any_outgoing:
            if use_filters and isinstance(data, StanzaBase):
                return self._filter_queue_.put(data)
            return self._filter_queue_.put_unfiltered(data)
        return self._deliver_(data)

    def _send_from_elsewhere_(
        self, loop: asyncio.AbstractEventLoop, data: ElementBase | Element, use_filters: bool
    ) -> Receipt:
        """Have the thread of the event loop send what another one gives it: there is one order of what is written."""
        taken = written_copy(data, self.default_ns)

        def send(_: object) -> None:
            # Not by way of a program's own send(), which has seen it.
            XMLStream.send(self, taken, use_filters)

        hand_over(loop, lambda: self._call_safely_(send, None, "send() of another thread"))
        return self._outbox_.unknown()

    def _deliver_(self, data: ElementBase | Element) -> Receipt:
        xml = data if isinstance(data, Element) else data.xml
        self._stamp_(xml)
        if self._registering_ is not None and self._registering_.takes(xml):
            self._registering_.send(xml)
            return self._outbox_.unknown()
        text = serialize(xml, stream_ns=self.default_ns)
        if not isinstance(data, Message):
            if not self._dispatcher_.may_answer(xml):
                return self._outbox_.refused("the request was answered before")
            if isinstance(data, Presence):
                self._presence_sent_(data)
        if xml.tag in self._stanza_tags_:
            self._one_stanza_ = text
        sent: Any = self.send_raw(text)
        # A program's own send_raw() may give nothing back, as slixmpp's does.
        return sent if isinstance(sent, Receipt) else self._outbox_.unknown()

    def _presence_sent_(self, presence: Presence) -> None:
        """Note a presence of ours that goes out."""

    def _stamp_(self, xml: Element) -> None:
        """Complete a stanza before it is sent."""

    def send_raw(self, data: str | bytes) -> Receipt:
        """Send text as it is: nothing is checked, so that what is no XML ends the stream.

        Whole stanzas in it are counted, and followed up to the server, like others.

        :raises ValueError: it has lone surrogates, or bytes that are not UTF-8.
        """
        text = data.decode() if isinstance(data, bytes) else data
        known, self._one_stanza_ = self._one_stanza_, ""
        if text is known:
            return self._outbox_.take(text)
        text.encode()
        receipt = None
        for part, is_stanza in split_stanzas(text, self.default_ns):
            receipt = self._outbox_.take(part, is_stanza)
        return receipt or self._outbox_.take(text, stanza=False)

    def driven_write(self, text: str) -> bool:
        """Have a text written by somebody else who drives the stream; False: there is none."""
        return False

    def ask_server(self) -> asyncio.Future[Iq]:
        """Ask the server anything that it has to answer: a ping (XEP-0199)."""
        iq = Iq(self, stype="get", sid=self.new_id(), sto=self.boundjid.domain)
        SubElement(iq.xml, "{urn:xmpp:ping}ping")
        self._stamp_(iq.xml)
        answer = self._iqs_.add(iq, timeout=self.response_timeout, callback=None, timeout_callback=None)
        mute(answer)
        # Not as a stanza: it is our question about the stanzas, and worth nothing on another stream.
        self._outbox_.take(serialize(iq.xml, stream_ns=self.default_ns), stanza=False)
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
        (self._flow_.hold if held else self._flow_.release)(self._outbox_)

    def stanza_settled(self, receipt: Receipt, outcome: Outcome) -> None:
        """Tell the program what became of a stanza."""
        if outcome != "failed":
            if self._events_.count("stanza_acked"):
                self.event("stanza_acked", receipt)
        elif self._events_.count("stanza_not_sent"):
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

        NotConnectedError ends it when the stream goes away before. Any thread may call it, and await the answer on
        an event loop of its own; ``callback`` and ``timeout_callback`` are called by that of the client's loop.
        """
        if not iq.xml.get("id"):
            iq["id"] = self.new_id()
        loop = self._loop
        if loop is None or not runs_elsewhere(loop):
            return self._ask_(iq, timeout, callback, timeout_callback)
        taken = written_copy(iq, self.default_ns)
        return FromElsewhere(loop, lambda: self._ask_(taken, timeout, callback, timeout_callback))

    def _ask_(
        self,
        iq: Iq,
        timeout: float | None,
        callback: Callable[[Any], Any] | None,
        timeout_callback: Callable[[Any], Any] | None,
    ) -> asyncio.Future[Iq]:
        answer = self._iqs_.add(
            iq,
            timeout=self.response_timeout if timeout is None else timeout,
            callback=callback,
            timeout_callback=timeout_callback,
        )
        self._busy_.waits(answer)
        id_ = iq.xml.get("id", "")
        try:
            if self._owes_(iq):
                self._expect_(id_, answer)
            sent: Any = self.send(iq)
        except BaseException:
            self._iqs_.discard(id_)
            raise
        if isinstance(sent, Receipt) and not sent.on_wire:
            sent.when_failed(lambda reason: self._iqs_.fail(id_, reason))
            self._unwritten_[id_] = sent
            answer.add_done_callback(lambda _: self._unwritten_.pop(id_, None))
        return answer

    def _fail_requests_(self, reason: str) -> None:
        """End the requests that were written to a session that is over; the others wait for the next."""
        spare = {id_ for id_, sent in self._unwritten_.items() if not sent.on_wire and not sent.done()}
        self._iqs_.fail_all(reason, spare)

    def _owes_(self, iq: Iq) -> bool:
        """Whether it is our own server that is asked: its answers may be large (promise C)."""
        to = iq.xml.get("to", "")
        return to in ("", self.boundjid.bare, self.boundjid.domain)

    def _expect_(self, id_: str, answer: asyncio.Future[Iq]) -> None:
        # It may come by another stream than this one, or than none: when a session is resumed, or begins.
        self._owed_.add(id_)
        if self._session_ is not None:
            self._session_.machine.expect_owed(id_)

        def done(_: object) -> None:
            self._owed_.discard(id_)
            if self._session_ is not None:
                self._session_.machine.owed_done(id_)

        answer.add_done_callback(done)

    # -- messages in order, with back pressure ------------------------------------------------------------

    def messages(self, limit: int = 100) -> MessageQueue:
        """Every message with a body, in order: ``async for message in xmpp.messages()``.

        The queue starts with this call. While it is full, nothing is read from the network: the server, and at
        last the senders, have to wait. It ends when the client has stopped for good.

        :param limit: how many messages it holds, beyond those that one read from the network brings.
        """
        from helixmpp.core.message_queue import MessageQueue  # noqa: PLC0415 - for who reads messages so

        queue = MessageQueue(self._flow_, limit, self._queues_.remove)
        self._queues_.append(queue)
        return queue

    # -- receiving ------------------------------------------------------------------------------------------

    def _spawn_event(self, xml: Element) -> None:
        """Dispatch one element of the stream; the name under which programs put a function of theirs in its place."""
        type(self).stanza_received(self, xml)

    def stanza_received(self, element: Element) -> None:
        """Dispatch one element of the stream."""
        self._dispatcher_.receive(element)

    @property
    def stanza_receiver(self) -> Callable[[Element], None]:
        """What comes to the same as :meth:`stanza_received`, with a call less where that is our own."""
        received = self.stanza_received
        is_ours = getattr(received, "__func__", None) is XMLStream.stanza_received
        return self._dispatcher_.receive if is_ours else received
