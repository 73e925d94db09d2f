"""The plugin ``xep_0070``; see the package's docstring."""

import asyncio
from typing import ClassVar, Final, NamedTuple

from helixmpp.core.declare import Setting, listens, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0070.stanza import NAMESPACE, Confirm
from helixmpp.stanza import Iq, IqError, Message, make_error_reply

__all__ = ["XEP_0070"]

_DEFAULT_TEXT = (
    "Somebody, perhaps you, wants to access {url} ({method}). The identifier is: {id}\n"
    "Confirm this only if you entered that identifier yourself. Without a button for it, answer OK or No."
)
# What people answer whose clients do not know the protocol (section 4.5).
_WORDS: Final = {"ok": True, "yes": True, "no": False}


class XEP_0070(BasePlugin):  # noqa: N801 - the name that programs import
    """Verifying HTTP requests: asks whether somebody made one, and tells when we are asked."""

    name = "xep_0070"
    description = "Verifying HTTP requests: a visitor of the web is asked by XMPP"
    xep_version = "1.0.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, Confirm), (Message, Confirm))
    features = (NAMESPACE,)

    max_waiting = Setting(1_000, "how many answers by message may be waited for at a time")

    words_without_thread = Setting(False, 'whether "OK" counts also from a client that knows no threads')

    def plugin_init(self) -> None:
        """Nobody was asked yet."""
        # By the account that was asked, what was asked.
        self._waiting: dict[str, dict[tuple[str, ...], _Waiting]] = {}

    def plugin_end(self) -> None:
        """Wait for nobody any more."""
        for of_account in self._waiting.values():
            for waiting in of_account.values():
                waiting.answer.cancel()

    # -- who asks -----------------------------------------------------------------------------------------

    async def ask_confirm(
        self,
        jid: JID | str,
        id: str,
        url: str,
        method: str,
        ifrom: JID | str | None = None,
        message: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Iq | Message:
        """Ask whether somebody made a request; :meth:`is_confirmed` also waits for the answer to a message.

        :param jid: whom: a full address is asked by an iq, a bare one by a message.
        :param id: the identifier that was entered on the web.
        :param url: what was requested.
        :param method: how, such as ``GET``.
        :param ifrom: the address to ask from, for components.
        :param message: the text of a message; ``{id}``, ``{url}`` and ``{method}`` stand for those.
        :param timeout: seconds to wait for the answer to an iq; by default the client's ``response_timeout``.
        :returns: the answer to the iq, which confirms it; or the message that was sent, whose answer is the event
            ``http_confirm_message``.
        :raises ValueError: one of the three is missing.
        :raises IqError: it is not confirmed.
        :raises IqTimeout: no answer came in time.
        """
        if JID(jid).resource:
            return await self._ask_by_iq(JID(jid), self._made(id, url, method), ifrom, timeout)
        return self._send_message(JID(jid), self._made(id, url, method), ifrom, message)

    async def is_confirmed(
        self,
        jid: JID | str,
        id: str,
        url: str,
        method: str,
        ifrom: JID | str | None = None,
        message: str | None = None,
        *,
        timeout: float = 300.0,
    ) -> bool:
        """Ask whether somebody made a request, and wait for the answer.

        The other parameters are those of :meth:`ask_confirm`. Every refusal is a no.

        :param timeout: seconds to wait: a human being answers.
        :raises IqTimeout: no answer to an iq came in time.
        :raises TimeoutError: no answer to a message came in time.
        :raises ValueError: one of the three is missing, ``max_waiting`` answers are waited for, or the same is asked
            already.
        """
        asked, confirm = JID(jid), self._made(id, url, method)
        if asked.resource:
            try:
                await self._ask_by_iq(asked, confirm, ifrom, timeout)
            except IqError:
                return False
            return True
        key, of_account = (id, url, method), self._waiting.get(asked.bare, {})
        if key in of_account or sum(map(len, self._waiting.values())) >= self.max_waiting:
            raise ValueError(
                f"this is asked already, or {self.max_waiting} answers (max_waiting) are waited for"
            )
        sent = self._send_message(asked, confirm, ifrom, message)
        waiting = _Waiting(sent["thread"], asyncio.get_running_loop().create_future())
        self._waiting.setdefault(asked.bare, of_account)[key] = waiting
        try:
            async with asyncio.timeout(timeout):
                return await waiting.answer
        finally:
            del of_account[key]
            if not of_account:
                self._waiting.pop(asked.bare, None)

    @staticmethod
    def _made(id: str, url: str, method: str) -> Confirm:
        if not (id and url and method):
            raise ValueError("a request has an id, a url and a method (section 4.5)")
        confirm = Confirm()
        confirm.id, confirm.url, confirm.method = id, url, method
        return confirm

    async def _ask_by_iq(
        self, jid: JID, confirm: Confirm, ifrom: JID | str | None, timeout: float | None
    ) -> Iq:
        request = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        request.append(confirm)
        return await request.send(timeout=timeout)

    def _send_message(self, jid: JID, confirm: Confirm, ifrom: JID | str | None, text: str | None) -> Message:
        body = (_DEFAULT_TEXT if text is None else text).format(
            id=confirm.id, url=confirm.url, method=confirm.method
        )
        message = self.xmpp.make_message(jid, mbody=body or None, mtype="normal", mfrom=ifrom)
        message["thread"] = self.xmpp.new_id()
        message.append(confirm)
        message.send()
        return message

    # -- who is asked -------------------------------------------------------------------------------------

    def confirm(self, stanza: Iq | Message) -> None:
        """Confirm a request, which the user made (section 4.6)."""
        if isinstance(stanza, Iq):
            stanza.reply().send()
        else:
            self._reply(stanza).send()

    def deny(self, stanza: Iq | Message) -> None:
        """Deny a request, which the user did not make (section 4.6)."""
        if isinstance(stanza, Iq):
            refusal = make_error_reply(stanza, XMPPError("not-authorized", etype="auth"))
            if refusal is not None:
                refusal.send()
            return
        answer = self._reply(stanza)
        answer["type"] = "error"
        answer["error"]["type"] = "auth"
        answer["error"]["condition"] = "not-authorized"
        answer.send()

    def _reply(self, asked: Message) -> Message:
        answer = self.xmpp.make_message(asked["from"], mtype="normal")
        if self.xmpp.is_component:
            answer["from"] = asked["to"]
        answer["thread"] = asked["thread"]
        found, copied = asked[Confirm], answer[Confirm]
        copied.id, copied.url, copied.method = found.id, found.url, found.method
        return answer

    @on(Iq, Confirm, type="get")
    def _asked_by_iq(self, iq: Iq) -> None:
        if not _is_whole(iq[Confirm]):
            raise XMPPError("bad-request", "a request has an id, a url and a method")
        if not self.xmpp.event_handled("http_confirm") and not self.xmpp.event_handled("http_confirm_iq"):
            raise XMPPError("service-unavailable")
        self.xmpp.event("http_confirm_iq", iq)
        self.xmpp.event("http_confirm", iq)

    @on(Message, Confirm)
    def _asked_by_message(self, message: Message) -> None:
        confirm = message[Confirm]
        kind = message.xml.get("type", "normal")
        if not _is_whole(confirm) or kind in ("groupchat", "headline"):
            return
        try:
            account = message["from"].bare
        except BadStanza:
            return
        waiting = self._waiting.get(account, {}).get((confirm.id, confirm.url, confirm.method))
        if waiting is not None:
            waiting.settle(kind != "error")
        elif kind != "error":
            self.xmpp.event("http_confirm", message)
        self.xmpp.event("http_confirm_message", message)

    @listens("message")
    def _answered_in_words(self, message: Message) -> None:
        word = _WORDS.get(message["body"].strip(" \t\r\n.!").lower())
        if word is None or not self._waiting or message.get(Confirm) is not None:
            return
        if message.xml.get("type", "normal") not in ("normal", "chat"):
            return
        of_account = self._waiting.get(message["from"].bare, {})
        thread = message["thread"]
        # Who says "OK" to something else, and has somebody else's request open, must not let that one in.
        without = not thread and self.words_without_thread
        meant = [one for one in of_account.values() if one.thread == thread or without]
        if len(meant) == 1:
            meant[0].settle(word)


class _Waiting(NamedTuple):
    """An answer that is waited for."""

    thread: str
    answer: asyncio.Future[bool]

    def settle(self, confirmed: bool) -> None:
        if not self.answer.done():
            self.answer.set_result(confirmed)


def _is_whole(confirm: Confirm) -> bool:
    return bool(confirm.id and confirm.url and confirm.method)
