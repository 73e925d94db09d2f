"""What the tests of the chat plugins share: a client with all of them, and what it gets and says."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from helixmpp.stanza import Message
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient, OfflineComponent

__all__ = ["PLUGINS", "ROMEO", "ROOM", "last", "received", "with_all_plugins"]

PLUGINS = [
    *("xep_0066", "xep_0085", "xep_0184", "xep_0191", "xep_0202", "xep_0280", "xep_0297", "xep_0308"),
    *("xep_0333", "xep_0352", "xep_0359", "xep_0380", "xep_0394", "xep_0422", "xep_0424", "xep_0428"),
    *("xep_0441", "xep_0444", "xep_0461"),
]
ROMEO = "romeo@montague.example/orchard"
ROOM = "coven@chat.example"


@asynccontextmanager
async def with_all_plugins() -> AsyncGenerator[OfflineClient]:
    """A client of which no handler may fail."""
    xmpp = OfflineClient("juliet@capulet.example/balcony")
    for plugin in PLUGINS:
        xmpp.register_plugin(plugin)
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def received(inner: str, sender: str = ROMEO, kind: str = "chat", id_: str = "m1") -> Message:
    """A message that came."""
    text = f"<message from='{sender}' to='juliet@capulet.example' type='{kind}' id='{id_}'>{inner}</message>"
    return Message(xml=parse_one(text, stream_ns="jabber:client"))


def last(xmpp: OfflineClient | OfflineComponent) -> str:
    """What was sent last, as text without its id."""
    element = xmpp.sent[-1]
    element.attrib.pop("id", None)
    return serialize(element).replace('"', "'")
