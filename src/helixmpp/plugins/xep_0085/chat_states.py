"""The plugin ``xep_0085``; see the package's docstring."""

from collections.abc import Awaitable
from typing import Any, ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0085.stanza import (
    NAMESPACE,
    Active,
    ChatState,
    Composing,
    Gone,
    Inactive,
    Paused,
    state_in,
)
from helixmpp.stanza import Message, MessageTypes

__all__ = ["XEP_0085"]


class XEP_0085(BasePlugin):  # noqa: N801 - the name that programs import
    """Chat states: tells those of others as events, and sends ours."""

    name = "xep_0085"
    description = "Chat states: whether the other writes, pauses or is gone"
    xep_version = "2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, ChatState),)
    features = (NAMESPACE,)

    def send_state(
        self,
        mto: JID | str,
        state: str,
        mtype: MessageTypes = "chat",
        *,
        thread: str | None = None,
        mfrom: JID | str | None = None,
    ) -> Awaitable[Any]:
        """Send a state alone, in a message without a body (section 5.1).

        :param state: ``active``, ``composing``, ``paused``, ``inactive`` or ``gone``.
        :param mtype: ``chat``, or ``groupchat`` to a room.
        :param thread: the thread of the chat, where it has one (section 5.4).
        :param mfrom: the address to send from, for components.
        :raises FieldValueError: there is no such state.
        """
        message = self.xmpp.make_message(mto, mtype=mtype, mfrom=mfrom)
        message["chat_state"] = state
        if thread:
            message["thread"] = thread
        return message.send()

    @on(Message, Active)
    def _active(self, message: Message) -> None:
        self._tell(message, "active")

    @on(Message, Composing)
    def _composing(self, message: Message) -> None:
        self._tell(message, "composing")

    @on(Message, Gone)
    def _gone(self, message: Message) -> None:
        self._tell(message, "gone")

    @on(Message, Inactive)
    def _inactive(self, message: Message) -> None:
        self._tell(message, "inactive")

    @on(Message, Paused)
    def _paused(self, message: Message) -> None:
        self._tell(message, "paused")

    def _tell(self, message: Message, state: str) -> None:
        # Of several states, which no message has, the first counts. An error repeats what we ourselves sent.
        if message.xml.get("type") == "error" or state_in(message.xml) != state:
            return
        self.xmpp.event("chatstate", message)
        self.xmpp.event(f"chatstate_{state}", message)
