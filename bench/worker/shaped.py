"""A session with a client of slixmpp's shape: the calls that helixmpp and slixmpp have in common."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bench.peer import VERSION, Peer
from bench.wire import ROOM, Contact, Said
from bench.worker.library import Handler

__all__ = ["ShapedSession"]

_TIMEOUT = 900  # seconds for an iq: nothing here is to time out


class ShapedSession:
    """See :class:`bench.worker.library.Session`.

    :param xmpp: the client.
    :param peer: the other end of its stream.
    :param muc: its plugin for rooms, where it has a real one.
    :param end: ends the stream and what belongs to it.
    :param only_counts: whether a plugin raises no events, and counts what it is given, as ``handled``.
    """

    def __init__(
        self,
        xmpp: Any,
        peer: Peer,
        muc: Any | None,
        end: Callable[[], Awaitable[object]],
        only_counts: Callable[[Any], bool] = lambda plugin: False,
    ) -> None:
        self.peer = peer
        self._xmpp = xmpp
        self._muc = muc
        self._end = end
        self._only_counts = only_counts
        self._joining: asyncio.Future[Any] | None = None

    def on_message(self, handler: Handler) -> None:
        """Call a handler with each message that has a body."""
        self._xmpp.add_event_handler("message", handler)

    def on_presence(self, handler: Handler) -> None:
        """Call a handler with each presence: the plugin for rooms takes those of rooms for itself."""
        self._xmpp.add_event_handler("presence" if self._muc is None else "groupchat_presence", handler)

    def count_chat_states(self) -> Callable[[], int] | None:
        """Begin to count the chat states that reach the plugin for them."""
        count = 0

        def take(_: object) -> None:
            nonlocal count
            count += 1

        if "xep_0085" not in self._xmpp.plugin:
            return None
        plugin = self._xmpp.plugin["xep_0085"]
        if self._only_counts(plugin):
            return lambda: int(plugin.handled)
        self._xmpp.add_event_handler("chatstate_active", take)
        return lambda: count

    def said(self, message: Any) -> Said:
        """What a message says."""
        return Said(message["id"], str(message["from"]), message["body"])

    def sender(self, presence: Any) -> str:
        """Whom a presence is from."""
        return str(presence["from"])

    def send_chat(self, to: str, text: str) -> None:
        """Build a chat message and send it."""
        self._xmpp.send_message(mto=to, mbody=text, mtype="chat")

    def send_payloads(self, to: str, text: str, id_: str) -> None:
        """Build a message with three payloads and send it."""
        message = self._xmpp.make_message(mto=to, mbody=text, mtype="chat")
        message["replace"]["id"] = id_
        message["origin_id"]["id"] = id_
        message.enable("markable")
        message.send()

    def echo(self, message: Any) -> None:
        """Answer a message with its own text."""
        message.reply(message["body"]).send()

    def ask(self, to: str) -> Awaitable[Any]:
        """Send an iq request; the answer when awaited."""
        answer: Awaitable[Any] = self._xmpp.make_iq_get(queryxmlns=VERSION, ito=to).send(timeout=_TIMEOUT)
        return answer

    def answered(self, answer: Any) -> tuple[str, str, str]:
        """Id, sender and text of an answer."""
        text = answer.xml.findtext(f"{{{VERSION}}}query/{{{VERSION}}}version") or ""
        return answer["id"], str(answer["from"]), text

    async def fetch_roster(self) -> None:
        """Ask for the roster and take it over."""
        await self._xmpp.get_roster(timeout=_TIMEOUT)

    def roster(self) -> list[Contact]:
        """The roster as it is known now."""
        found: list[Contact] = []
        roster = self._xmpp.client_roster
        for jid in roster.keys():  # noqa: SIM118 - the libraries' rosters are no dictionaries
            item = roster[jid]
            found.append(Contact(str(jid), item["name"], ",".join(item["groups"]), item["subscription"]))
        return found

    def join(self, room: str, nick: str) -> None:
        """Begin to join a room."""
        if self._muc is None:
            self._xmpp.send_presence(pto=f"{room}/{nick}")
        else:
            self._joining = asyncio.ensure_future(self._muc.join_muc_wait(room, nick))

    def occupants(self) -> int | None:
        """How many are in the room; None without a plugin for rooms."""
        return None if self._muc is None else len(self._muc.get_roster(ROOM))

    async def close(self) -> None:
        """End it."""
        if self._joining is not None:
            self._joining.cancel()
            await asyncio.wait((self._joining,))
        await self._end()
