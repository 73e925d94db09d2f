"""The plugin ``xep_0050``; see the package's docstring."""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from types import ModuleType
from typing import Any, ClassVar

import helixmpp.plugins.xep_0050.stanza as command_stanza
from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.engines import KeyValue
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoItems
from helixmpp.plugins.xep_0050.asking import Asking
from helixmpp.plugins.xep_0050.listing import Listing
from helixmpp.plugins.xep_0050.names import Names
from helixmpp.plugins.xep_0050.payloads import payloads_of, result_of
from helixmpp.plugins.xep_0050.refusals import refusal
from helixmpp.plugins.xep_0050.sessions import Running
from helixmpp.plugins.xep_0050.stanza import NAMESPACE, Command
from helixmpp.plugins.xep_0050.store import CommandStore, CommandType, Session
from helixmpp.plugins.xep_0050.stored import Stored
from helixmpp.stanza import ElementBase, Iq, Message

__all__ = ["XEP_0050", "CommandType"]


class XEP_0050(Asking):  # noqa: N801 - the name that programs import
    """Ad-hoc commands: has commands that others run, and runs those of others."""

    name = "xep_0050"
    description = "Ad-hoc commands: what a program can be told to do, by forms, from any client"
    xep_version = "1.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    extends = ((Iq, Command), (Message, DiscoItems))
    features = (NAMESPACE,)
    #: The module with the payload, as programs look it up.
    stanza: ClassVar[ModuleType] = command_stanza
    api: PluginAPI[CommandStore]

    max_sessions = Setting(1_000, "how many sessions of our commands may go on; more are refused")
    max_sessions_per_jid = Setting(20, "how many of them one bare address may have")
    session_timeout = Setting(3_600.0, "for how many seconds a session waits for the next step")

    def plugin_init(self) -> None:
        """Have no commands yet."""
        #: The commands, by (our address, node), in the default store.
        self.commands: dict[tuple[str, str], CommandType] = {}
        self._steps: dict[tuple[str, str], Mapping[str, Callable[..., Any]]] = {}
        self._running = Running(
            self.xmpp,
            lambda: (self.max_sessions, self.max_sessions_per_jid),
            self._expired,
            Stored(self._collection, self._names_of),
        )
        self._listing = Listing(self.xmpp.plugin[XEP_0030])
        self._listing.begin(None)

    def plugin_end(self) -> None:
        """Announce no commands, and wait for no step any more."""
        self._running.close()
        self._listing.end()

    def session_bind(self, jid: JID) -> None:
        """Announce the commands at the address that is now ours."""
        self._listing.moved(jid)

    # -- our own commands -----------------------------------------------------------------------------------

    def add_command(
        self,
        jid: JID | str | None = None,
        node: str | None = None,
        name: str = "",
        handler: Callable[..., Any] | None = None,
        timeout_handler: Callable[..., Any] | None = None,
        timeout: float | None = None,
        *,
        steps: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Awaitable[None]:
        """Have a command that others can run; who may run it is for its handler to say.

        Handlers may be functions or coroutine functions, and refuse by raising ``XMPPError("forbidden")``.

        :param jid: the address of ours that has it; by default our own.
        :param node: its identifier.
        :param name: its name for people; by default ``node``.
        :param handler: ``handler(iq, session)`` is called with the request of each who begins to run it, and gives
            the session back. See the package's docstring for what is in it.
        :param timeout_handler: ``timeout_handler(session)`` is called when a session ends because nobody went on
            with it.
        :param timeout: for how many seconds a session waits; by default ``session_timeout``.
        :param steps: handlers of later steps by names of the program's own, for sessions in a lasting ``storage=``:
            needed for those that would not be found again otherwise, which are lambdas, functions within
            functions, and methods of another object than the one that ``handler`` is a method of. A name
            means the same at each start.
        :raises ValueError: there is no node, or no handler, or ``timeout`` is not above 0.
        """
        if not node:
            raise ValueError("a command needs node=: its identifier")
        if handler is None:
            raise ValueError("a command needs handler=: what is done when somebody runs it")
        if timeout is not None and not timeout > 0:
            raise ValueError(f"timeout is a number of seconds above 0, not {timeout!r}")
        command = CommandType(name or node, handler, timeout_handler, timeout)
        self._steps[self._key(JID(jid) if jid else self.xmpp.boundjid, node)] = dict(steps or {})
        done: Awaitable[None] = self.api["set_command"](jid, node, None, command)
        self._listing.add(JID(jid) if jid else None, node, command.name)
        return done

    def del_command(self, jid: JID | str | None = None, node: str | None = None) -> None:
        """Have a command no more: it is taken out of the default store, and is announced no longer."""
        key = self._key(JID(jid) if jid else self.xmpp.boundjid, node or "")
        self.commands.pop(key, None)
        self._steps.pop(key, None)
        self._listing.remove(JID(jid) if jid else None, node or "")

    def announce_commands(
        self, pto: JID | str, subject: str = "", *, ifrom: JID | str | None = None
    ) -> Message:
        """Send somebody the list of our commands, unasked (section 2.3); what comes back is the message.

        :param pto: to whom.
        :param subject: the subject of the message.
        :param ifrom: the address of this component whose commands they are.
        """
        message = self.xmpp.make_message(pto, msubject=subject or None, mfrom=ifrom)
        message.append(self._listing.items_of(JID(ifrom) if ifrom else None))
        self.xmpp.send(message)
        return message

    # -- sessions -------------------------------------------------------------------------------------------

    @property
    def sessions(self) -> MutableMapping[str, Session]:
        """Every session that goes on here, by its id; those in which we run a command of others begin with ``client:``.

        A program ends a session by taking it out.
        """
        return self._running.backend

    def set_backend(self, db: MutableMapping[str, Session]) -> None:
        """Keep sessions elsewhere: a mapping, such as one of ``shelve``; ``storage=`` is not used for them then.

        What is in it already goes on, until it is too old. Handlers are in a session as functions: a backend that
        writes values out needs such as can be pickled, or :meth:`prep_handlers`.
        """
        self._running.replace(db)

    def prep_handlers(self, handlers: Iterable[Callable[..., Any]], **kwargs: Any) -> None:
        """Called before a session is kept, with the handlers in it, for a backend that has to prepare them.

        A program overrides it, or puts a function of its own in its place; here there is nothing to do.

        :param kwargs: ``session``, the session.
        """

    def new_session(self) -> str:
        """Make an id for a session: 128 random bits, not to be guessed."""
        return secrets.token_hex(16)

    # -- what others ask ------------------------------------------------------------------------------------

    @on(Iq, Command, type="set")
    async def _asked(self, iq: Iq) -> None:
        command = iq[Command]
        action = command.xml.get("action") or "execute"
        if action not in Command.actions:
            raise refusal("malformed-action")
        if not command.node:
            raise XMPPError("bad-request", "A command is named by its node.")
        if command.sessionid:
            await self._go_on(iq, command, action)
        elif action == "execute":
            await self._start(iq, command)
        else:
            raise refusal("bad-sessionid")

    async def _start(self, iq: Iq, command: Command) -> None:
        known = await self._command(iq["to"], command.node, iq["from"])
        if known is None:
            raise XMPPError("item-not-found")
        session: Session = {
            "id": self.new_session(),
            "from": iq["from"],
            "to": iq["to"],
            "node": command.node,
            "lang": "",
            "payload": None,
            "notes": None,
            "has_next": False,
            "allow_complete": False,
            "allow_prev": False,
            "past": [],
            "next": None,
            "prev": None,
            "cancel": None,
            "timeout": known.timeout,
        }
        await self._running.begin(session, self._names(iq["to"], command.node, known))
        try:
            # The first handler finds here what later ones are given as an argument.
            session["payload"] = received = _take(command, session)
            self._tell(iq, "execute")
            given: Session | None = await result_of(known.handler(iq, session))
            await self._answer(iq, session, given, received=received)
        except BaseException:
            self._running.end(session["id"])
            raise
        finally:
            self._running.leave(session["id"])

    async def _go_on(self, iq: Iq, command: Command, action: str) -> None:
        # The node has been said at the beginning: the session knows it, whatever a later request says.
        is_cancel = action == "cancel"
        session = await self._running.take(command.sessionid, iq["from"], iq["to"], even_busy=is_cancel)
        if is_cancel:
            await self._cancel(iq, session)
            return
        id_: str = session["id"]
        offered = _offered(session)
        handler = session.get("prev" if action == "prev" else "next")
        self._running.wait(id_, self._patience(session))
        try:
            # "next", "complete" and "execute" lead to the same handler, whichever of them was offered: what the
            # answer says is how far that came. Going back is another one.
            if handler is None or (action == "prev" and "prev" not in offered):
                raise refusal("bad-action")
            self._tell(iq, action)
            given: Session | None = await result_of(handler(_take(command, session), session))
            # "complete" ends the command where that was offered, unless the handler has put another in its place.
            may_end = action == "complete" and "complete" in offered
            is_last = may_end and (given or session).get("next") is handler
            await self._answer(iq, session, given, is_last=is_last)
        except BaseException:
            await self._running.put_back(session, self._patience(session))
            raise
        finally:
            self._running.leave(id_)

    async def _cancel(self, iq: Iq, session: Session) -> None:
        self._running.end(session["id"])
        self._tell(iq, "cancel")
        handler = session.get("cancel")
        if handler is not None:
            try:
                await result_of(handler(iq, session))
            except Exception as error:  # noqa: BLE001 - "The responder MUST reply with the success" (section 2.4.3)
                self.xmpp.exception(error)
        answer = _make_answer(iq, session, "canceled")
        answer[Command].set_notes(session.get("notes"))
        answer.send()

    async def _answer(
        self, iq: Iq, began: Session, given: Session | None, *, is_last: bool = False, received: Any = None
    ) -> None:
        session = began if given is None else given
        if session is not began:
            # Whose session it is stays as it was, whatever the handler gives.
            session.update({name: began[name] for name in ("id", "from", "to", "node", "timeout")})
        id_: str = session["id"]
        if not self._running.is_running(id_):
            raise refusal("session-expired")
        is_last = is_last or session.get("next") is None
        answer = _make_answer(iq, session, "completed" if is_last else "executing")
        command = answer[Command]
        if not is_last:
            command.set_actions(_offered(session))
        command.set_notes(session.get("notes"))
        if session.get("payload") is received:
            session["payload"] = None  # what came is not sent back, nor kept
        for item in payloads_of(session.get("payload")):
            command.append(item)
        if is_last:
            self._running.end(id_)
        else:
            handlers = [session.get(name) for name in ("next", "prev", "cancel")]
            self.prep_handlers([handler for handler in handlers if handler is not None], session=session)
            await self._running.keep(session, self._patience(session))
            if not self._running.is_running(id_):
                raise refusal("session-expired")
        answer.send()

    def _patience(self, session: Session) -> float:
        seconds: float | None = session.get("timeout")
        return self.session_timeout if seconds is None else seconds

    def _tell(self, iq: Iq, action: str) -> None:
        self.xmpp.event("command", iq)
        self.xmpp.event(f"command_{action}", iq)

    @on(Message, DiscoItems)
    def _announced(self, message: Message) -> None:
        if message.xml.get("type") != "error" and message[DiscoItems].node == NAMESPACE:
            self.xmpp.event("commands_announced", message)

    async def _expired(self, session: Session) -> None:
        known = await self._command(session["to"], session["node"], session["from"])
        if known is not None and known.timeout_handler is not None:
            await result_of(known.timeout_handler(session))

    async def _command(self, jid: JID, node: str, ifrom: JID) -> CommandType | None:
        found = await self.api["get_command"](jid, node, ifrom, None)
        return None if found is None else CommandType(*found)

    def _collection(self, name: str, value_limit: int) -> KeyValue | None:
        # In memory they are anyway.
        if not self.xmpp.has_lasting_storage:
            return None
        return self.collection(name, limit=self.max_sessions, value_limit=value_limit)

    async def _names_of(self, jid: JID, node: str, ifrom: JID) -> Names | None:
        known = await self._command(jid, node, ifrom)
        return None if known is None else self._names(jid, node, known)

    def _names(self, jid: JID, node: str, known: CommandType) -> Names:
        return Names(known.handler, self._steps.get(self._key(jid, node), {}))

    # -- the default store ----------------------------------------------------------------------------------

    @op("set_command")
    def _set_command(self, jid: JID, node: str, ifrom: JID | None, args: CommandType | None) -> None:
        if args is None:
            raise RuntimeError("set_command takes (name, handler, timeout_handler, timeout), not None")
        self.commands[self._key(jid, node)] = CommandType(*args)

    @op("get_command")
    def _get_command(self, jid: JID, node: str, ifrom: JID | None, args: None) -> CommandType | None:
        return self.commands.get(self._key(jid, node))

    def _key(self, jid: JID, node: str) -> tuple[str, str]:
        # A client has one address, whose resource changes with its sessions.
        is_own = self.xmpp.plugin[XEP_0030].is_own_account(jid)
        return (self.xmpp.requested_jid.bare if is_own else jid.full, node)


def _offered(session: Session) -> set[str]:
    """The actions that may be taken next; to cancel is always allowed."""
    has_next = bool(session.get("has_next"))
    offered = {"next"} if has_next else {"complete"}
    if has_next and session.get("allow_complete"):
        offered.add("complete")
    if session.get("allow_prev") and session.get("prev") is not None:
        offered.add("prev")
    return offered


def _take(command: Command, session: Session) -> Any:
    """What a request brings: one payload, or a list of several, or of none; the session says of which kinds."""
    items: list[ElementBase] = list(command.iterables)
    session["interfaces"] = {item.plugin_attrib for item in items}
    session["payload_classes"] = {type(item) for item in items}
    return items[0] if len(items) == 1 else items


def _make_answer(iq: Iq, session: Session, status: str) -> Iq:
    answer = iq.reply()
    lang = session.get("lang")
    if lang:
        # Section 3.7: the language in use; the handler says it, for only it knows.
        answer["lang"] = lang
    command = answer[Command]
    command.node = session["node"]
    command.sessionid = session["id"]
    command.status = status
    return answer
