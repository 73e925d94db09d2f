"""Clients and components without a network: what they send is written down, what they receive is given to them."""

import asyncio
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.core.receipt import Receipt
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, parse_one

__all__ = ["OfflineClient", "OfflineComponent", "settle"]


async def settle(turns: int = 30) -> None:
    """Let the tasks that were started come to their end; nothing in these tests waits for longer."""
    for _ in range(turns):
        await asyncio.sleep(0)


class OfflineClient(ClientXMPP):
    """A client whose stream is a list."""

    def __init__(self, jid: str = "me@example.org/desk", **options: Any) -> None:
        super().__init__(jid, "secret", **options)
        self.sent: list[Element] = []
        self.failures: list[BaseException] = []

    def send_raw(self, data: str | bytes) -> Receipt:
        """Write down what would be sent."""
        text = data.decode() if isinstance(data, bytes) else data
        self.sent.append(_with_namespace(text, NS_CLIENT))
        return self._outbox_.unknown()

    def exception(self, exception: BaseException) -> None:
        """Write down what a handler raised."""
        self.failures.append(exception)

    async def receive(self, text: str) -> list[Element]:
        """Receive a stanza; what is sent because of it."""
        before = len(self.sent)
        self.stanza_received(_with_namespace(text, NS_CLIENT))
        await settle()
        return self.sent[before:]


class OfflineComponent(ComponentXMPP):
    """A component whose stream is a list."""

    def __init__(self, jid: str = "comp.example.org", **options: Any) -> None:
        super().__init__(jid, "secret", **options)
        self.sent: list[Element] = []
        self.failures: list[BaseException] = []

    def send_raw(self, data: str | bytes) -> Receipt:
        """Write down what would be sent."""
        text = data.decode() if isinstance(data, bytes) else data
        self.sent.append(_with_namespace(text, NS_COMPONENT))
        return self._outbox_.unknown()

    def exception(self, exception: BaseException) -> None:
        """Write down what a handler raised."""
        self.failures.append(exception)

    async def receive(self, text: str) -> list[Element]:
        """Receive a stanza; what is sent because of it."""
        before = len(self.sent)
        self.stanza_received(_with_namespace(text, NS_COMPONENT))
        await settle()
        return self.sent[before:]


def _with_namespace(text: str, namespace: str) -> Element:
    # The namespace of a stanza is declared by the stream around it.
    (stanza,) = parse_one(f"<stream xmlns='{namespace}'>{text}</stream>")
    return stanza
