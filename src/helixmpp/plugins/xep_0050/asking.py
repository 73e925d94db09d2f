"""The side of XEP-0050 that runs the commands of others: the part of the plugin with which a program asks."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from typing import Any

from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import HelixError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0050.payloads import Payload, payloads_of, result_of
from helixmpp.plugins.xep_0050.sessions import OURS
from helixmpp.plugins.xep_0050.stanza import NAMESPACE, Command
from helixmpp.plugins.xep_0050.store import Session
from helixmpp.stanza import Iq, IqError, IqTimeout

__all__ = ["Asking"]


class Asking(BasePlugin):
    """Runs commands of others, by single requests or by sessions with handlers for each step."""

    @property
    def sessions(self) -> MutableMapping[str, Session]:
        """Every session that goes on; implemented by the plugin."""
        raise NotImplementedError

    def prep_handlers(self, handlers: Iterable[Callable[..., Any]], **kwargs: Any) -> None:
        """Prepare handlers for a backend that keeps them; implemented by the plugin."""
        raise NotImplementedError

    # -- finding commands -----------------------------------------------------------------------------------

    @begun
    async def get_commands(self, /, jid: JID | str, **kwargs: Any) -> Any:
        """Ask which commands an entity has: an iq with ``iq["disco_items"]``; for names alone: :meth:`list_commands`.

        :param kwargs: those of ``get_items`` of the plugin ``xep_0030``.
        :raises IqError: the peer refuses.
        :raises IqTimeout: no answer came in time.
        """
        return await self.xmpp.plugin[XEP_0030].get_items(jid, NAMESPACE, **kwargs)

    async def list_commands(
        self, jid: JID | str, *, ifrom: JID | str | None = None, timeout: float | None = None
    ) -> dict[str, str]:
        """Ask which commands an entity has: their names, by node. Raises as :meth:`get_commands`."""
        items = await self.xmpp.plugin[XEP_0030].items_of(jid, NAMESPACE, ifrom=ifrom, timeout=timeout)
        # Section 5: nodes of somebody else are suspicious, "and ignore those command nodes".
        return {
            node: name or ""
            for address, node, name in items.get_items()
            if node and str(address) == str(JID(jid))
        }

    # -- single requests ------------------------------------------------------------------------------------

    def send_command(
        self,
        jid: JID | str,
        node: str,
        ifrom: JID | str | None = None,
        action: str = "execute",
        payload: Payload = None,
        sessionid: str | None = None,
        flow: bool = False,
        *,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Take one step of a command; when awaited, the answer with ``iq["command"]``.

        :param jid: who has the command.
        :param node: which one.
        :param ifrom: the address to ask from, for components.
        :param action: ``execute``, ``next``, ``prev``, ``complete`` or ``cancel``.
        :param payload: what goes with it: a form that is filled in, or a list of payloads.
        :param sessionid: that of the answer to the step before.
        :param flow: whether the answer is one of the session of :meth:`start_command` that has this id.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises FieldValueError: there is no such action.
        :raises IqError: (when awaited) the peer refuses.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self._request(jid, node, ifrom, action, payload, sessionid)
        session = self._session_of(JID(jid), node, sessionid) if flow else None
        if session is not None:
            return self._follow(session, request, timeout)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    def _request(
        self,
        jid: JID | str,
        node: str,
        ifrom: JID | str | None,
        action: str,
        payload: Payload,
        sessionid: str | None,
    ) -> Iq:
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        command = request[Command]
        command.node = node
        command.action = action
        command.sessionid = sessionid
        for item in payloads_of(payload):
            command.append(item)
        return request

    def _session_of(self, jid: JID, node: str, sessionid: str | None) -> Session | None:
        for key in [key for key in self.sessions if key.startswith(OURS)]:
            session = self.sessions[key]
            if (session["jid"], session["node"], session["id"]) == (jid, node, sessionid or ""):
                return session
        return None

    # -- sessions -------------------------------------------------------------------------------------------

    def start_command(
        self,
        jid: JID | str,
        node: str,
        session: Session,
        ifrom: JID | str | None = None,
        *,
        timeout: float | None = None,
    ) -> Awaitable[Iq]:
        """Begin to run a command, with handlers for what is answered.

        ``session`` is a dictionary of the program, with what it likes and these handlers, plain functions or
        coroutine functions that take ``(iq, session)``, each of them optional:

        * ``next``: called with each answer; it sets ``session["payload"]`` and ``session["next"]`` and calls
          :meth:`continue_command`, :meth:`complete_command` or :meth:`cancel_command`.
        * ``error``: called with a refusal; without it the session ends then.
        * ``cancel``: called when the command was canceled; without it ``next`` is called with that, too.
        * ``timed_out``: called with the request that was not answered in time; the session is over.

        :returns: when awaited, the first answer, as of :meth:`send_command`.
        """
        session["jid"] = JID(jid)
        session["node"] = node
        session["from"] = JID(ifrom) if ifrom else None
        session["id"] = ""
        # The peer chooses the session's id; our own key cannot be chosen so that it hits another one.
        session["key"] = OURS + secrets.token_hex(16)
        session.setdefault("payload", None)
        self._keep(session)
        return self._send_step(session, "execute", timeout)

    def continue_command(self, session: Session, direction: str = "next") -> Awaitable[Iq]:
        """Go on with a session, with ``session["payload"]``; ``direction`` is ``next``, ``prev`` or another action."""
        self._keep(session)
        return self._send_step(session, direction)

    def complete_command(self, session: Session) -> Awaitable[Iq]:
        """Go on with a session to its end, with ``session["payload"]``."""
        return self.continue_command(session, "complete")

    def cancel_command(self, session: Session) -> Awaitable[Iq]:
        """Cancel a session: the peer is told, and ``session["cancel"]`` is called with its answer, or ``"next"``."""
        session["payload"] = None
        return self.continue_command(session, "cancel")

    def terminate_command(self, session: Session) -> None:
        """Forget a session: nothing is called for it any more. The peer is not told."""
        self.sessions.pop(session.get("key", ""), None)

    def _keep(self, session: Session) -> None:
        handlers = [session.get(name) for name in ("next", "error", "cancel", "timed_out")]
        self.prep_handlers([handler for handler in handlers if handler is not None], session=session)
        self.sessions[session["key"]] = session

    def _send_step(self, session: Session, action: str, timeout: float | None = None) -> Awaitable[Iq]:
        try:
            request = self._request(
                session["jid"],
                session["node"],
                session["from"],
                action,
                session["payload"],
                session["id"],
            )
        except HelixError:
            self.terminate_command(session)
            raise
        return self._follow(session, request, timeout)

    def _follow(self, session: Session, request: Iq, timeout: float | None) -> Awaitable[Iq]:
        answer = asyncio.ensure_future(
            request.send(
                timeout=timeout,
                callback=partial(self._answered, session),
                timeout_callback=partial(self._timed_out, session),
            )
        )
        answer.add_done_callback(partial(self._ended, session))
        return answer

    async def _answered(self, session: Session, iq: Iq) -> None:
        if session["key"] not in self.sessions:
            return  # it was terminated meanwhile
        status = ""
        handler = session.get("error")
        if iq["type"] != "error":
            command = iq[Command]
            session["id"] = session["id"] or command.sessionid
            status = command.xml.get("status", "")
            handler = session.get("next")
            if status == "canceled":
                handler = session.get("cancel") or handler
        is_over = status in ("completed", "canceled") or (iq["type"] == "error" and handler is None)
        try:
            if handler is not None:
                await result_of(handler(iq, session))
        except BaseException:
            # Nobody goes on with it.
            is_over = True
            raise
        finally:
            if is_over:
                self.terminate_command(session)

    async def _timed_out(self, session: Session, iq: Iq) -> None:
        if session["key"] not in self.sessions:
            return
        self.terminate_command(session)
        handler = session.get("timed_out")
        if handler is not None:
            await result_of(handler(iq, session))

    def _ended(self, session: Session, answer: "asyncio.Future[Iq]") -> None:
        # Errors and timeouts have been told to the handlers; there is no answer to wait for without a stream.
        error = None if answer.cancelled() else answer.exception()
        if answer.cancelled() or (error is not None and not isinstance(error, IqError | IqTimeout)):
            self.terminate_command(session)
