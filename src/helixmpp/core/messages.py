"""Messages become events: ``message`` for what has a body, ``message_error`` for what came back."""

from typing import Any

from helixmpp.core.handlers import BaseHandler, Callback
from helixmpp.core.message_queue import MessageQueue
from helixmpp.stanza import MatcherBase, MatchKey, Message, StanzaBase, StanzaPath

__all__ = ["MessageEvents"]


class WithBody(MatcherBase):
    """Matches messages with a body, of which the tag is given."""

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self._body = body

    @property
    def is_exact(self) -> bool:
        """Nothing is left to ask."""
        return True

    def match(self, stanza: StanzaBase) -> bool:
        """Whether there is a body."""
        return isinstance(stanza, Message) and stanza.xml.find(self._body) is not None

    def keys(self) -> tuple[MatchKey, ...]:
        """A message, and in it a body."""
        return (MatchKey(kind="message", child=self._body),)


class MessageEvents:
    """The part of a client or component that raises the events of messages.

    An error carries the body that it answers (RFC 6120 section 8.3.1): it is never a ``message``, or two bots
    would talk to each other's errors for ever.
    """

    default_ns: str
    _queues: list[MessageQueue]

    def event(self, name: str, data: Any = None) -> None:
        """Raise an event; implemented by the stream."""
        raise NotImplementedError

    def register_handler(self, handler: BaseHandler) -> None:
        """Add a handler; implemented by the stream."""
        raise NotImplementedError

    def _install_messages(self) -> None:
        self.register_handler(Callback("IM", WithBody(f"{{{self.default_ns}}}body"), self._handle_message))
        self.register_handler(
            Callback("IMError", StanzaPath("message@type=error"), self._handle_message_error)
        )

    def _handle_message(self, message: Message) -> None:
        if message.xml.get("type") != "error":
            if self._queues:
                for queue in tuple(self._queues):
                    queue.put(message)
            self.event("message", message)

    def _handle_message_error(self, message: Message) -> None:
        self.event("message_error", message)
