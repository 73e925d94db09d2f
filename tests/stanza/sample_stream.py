"""A sender for tests, and stanzas as text."""

from collections.abc import Awaitable, Callable, Generator
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Iq, Sender, StanzaBase
from helixmpp.xml import NS_CLIENT, NS_COMPONENT

__all__ = ["Done", "Stream", "is_sender", "text"]


class Done:
    """An awaitable that is done already."""

    def __init__(self, value: Any = None) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        return self.value


class Stream:
    """A sender that remembers what was sent."""

    def __init__(self, default_ns: str = NS_CLIENT) -> None:
        self.boundjid = JID("me@example.org/here")
        self.default_ns = default_ns
        self.use_message_ids = True
        self.use_presence_ids = False
        self.sent: list[str] = []
        self.requests: list[tuple[str, object, object, object]] = []
        self.reported: list[BaseException] = []
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"id{self.count}"

    def send(self, data: ElementBase | Element, use_filters: bool = True) -> Awaitable[None]:
        self.sent.append(str(data))
        return Done()

    def send_iq(
        self,
        iq: Any,
        *,
        timeout: float | None,
        callback: Callable[[Any], Any] | None,
        timeout_callback: Callable[[Any], Any] | None,
    ) -> Awaitable[Any]:
        self.requests.append((str(iq), timeout, callback, timeout_callback))
        return Done(Iq(xml=Element(f"{{{self.default_ns}}}iq", {"type": "result"})))

    def exception(self, error: BaseException) -> None:
        self.reported.append(error)


def text(stanza: StanzaBase | None) -> str:
    assert stanza is not None
    return str(stanza).replace(f' xmlns="{NS_CLIENT}"', "").replace(f' xmlns="{NS_COMPONENT}"', "")


def is_sender(sender: Sender) -> Sender:
    return sender
