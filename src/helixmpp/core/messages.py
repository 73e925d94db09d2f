"""Messages become events: ``message`` for what has a body, ``message_error`` for what came back."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helixmpp.core.handlers import BaseHandler, Callback
from helixmpp.core.payload_matcher import ChildMatcher
from helixmpp.stanza import Message, StanzaPath

if TYPE_CHECKING:
    from helixmpp.core.message_queue import MessageQueue

__all__ = ["MessageEvents"]

_ERRORS = StanzaPath("message@type=error")


@lru_cache(maxsize=4)
def _with_body(namespace: str) -> ChildMatcher:
    """One for all clients."""
    return ChildMatcher(Message, f"{{{namespace}}}body")


class MessageEvents:
    """The part of a client or component that raises the events of messages.

    An error carries the body that it answers (RFC 6120 section 8.3.1): it is never a ``message``, or two bots
    would talk to each other's errors for ever.
    """

    default_ns: str
    _queues_: "list[MessageQueue]"

    def event(self, name: str, data: Any = None) -> None:
        """Raise an event; implemented by the stream."""
        raise NotImplementedError

    def register_handler(self, handler: BaseHandler) -> None:
        """Add a handler; implemented by the stream."""
        raise NotImplementedError

    def _install_messages_(self) -> None:
        self.register_handler(Callback("IM", _with_body(self.default_ns), self._handle_message))
        self.register_handler(Callback("IMError", _ERRORS, self._handle_message_error))

    def _handle_message(self, message: Message) -> None:
        if message.xml.get("type") != "error":
            if self._queues_:
                for queue in tuple(self._queues_):
                    queue.put(message)
            self.event("message", message)

    def _handle_message_error(self, message: Message) -> None:
        self.event("message_error", message)
