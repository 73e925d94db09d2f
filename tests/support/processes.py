"""A client that plays a process: it can be left lying as ``kill -9`` leaves one."""

import asyncio
from typing import Any

from helixmpp import ClientXMPP
from helixmpp.core.receipt import Receipt
from helixmpp.errors import StanzaNotSent

__all__ = ["inside", "left_lying", "outcome_of", "say", "within"]


def inside(thing: object, *names: str) -> Any:
    """What has no public name, however deep."""
    for name in names:
        thing = getattr(thing, name)
    return thing


def say(xmpp: ClientXMPP, text: object, to: str = "bob@example.org") -> Receipt:
    """Send a chat message."""
    return xmpp.send(xmpp.make_message(to, str(text), mtype="chat"))


async def left_lying(xmpp: ClientXMPP) -> None:
    """End a client without a word: nothing more is sent; that nothing more is stored is the engine's to see to."""
    connection = inside(xmpp, "_session_")
    if connection is not None:
        connection.transport.abort()
    run = inside(xmpp, "_connector_", "_run")
    if run is not None and run.task is not None:
        run.stopping = True
        run.task.cancel()
        await asyncio.wait((run.task,))
    await inside(xmpp, "_tasks_").cancel_all()


async def within(seconds: float, what: Any) -> Any:
    """Await something for so long."""
    async with asyncio.timeout(seconds):
        return await what


async def outcome_of(receipt: Receipt, seconds: float = 1.5) -> str:
    """What became of a stanza; "open" where that is not known in time."""
    try:
        return str(await within(seconds, receipt))
    except StanzaNotSent:
        return "failed"
    except TimeoutError:
        return "open"
