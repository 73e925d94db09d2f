"""Two people who send each other numbered messages, and the ledgers of what arrived."""

import asyncio
import random
from contextlib import suppress
from typing import Any

from helixmpp import ClientXMPP
from helixmpp.errors import HelixError
from helixmpp.jid import JID
from helixmpp.stanza import Message
from tests.support.ledger import Ledger

__all__ = ["Progress", "hear", "say", "settled"]

PAD = 250  # letters of each message beyond its number
TURN = 0.002  # seconds between two messages, on average
LOOK = 0.05


class Progress:
    """How many messages were sent; something can wait for the next ones."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()

    def step(self) -> None:
        """One more was sent."""
        self.count += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def reach(self, count: int) -> None:
        """Wait until so many were sent."""
        while self.count < count:
            await self._changed.wait()


def hear(xmpp: ClientXMPP, run: str, ledger: Ledger) -> None:
    """Note each message of this run that somebody gets."""

    def note(message: Message) -> None:
        words = message["body"].split(" ")
        if words[0] == run and message["type"] == "chat":
            ledger.came(int(words[1]))

    xmpp.add_event_handler("message", note)


async def say(
    xmpp: ClientXMPP, to: JID, run: str, ledger: Ledger, count: int, progress: Progress, seed: int
) -> None:
    """Send numbered messages, at a pace of their own, whether there is a connection or not."""
    chance = random.Random(seed)
    for number in range(count):
        message = xmpp.make_message(to, f"{run} {number} {'x' * PAD}", mtype="chat")
        receipt: Any = None
        with suppress(HelixError):  # the program is told at the call: noted as failed
            receipt = xmpp.send(message)
        ledger.sent(number, receipt)
        progress.step()
        await asyncio.sleep(chance.expovariate(1 / TURN))


async def settled(*ledgers: Ledger, exact: bool, patience: float) -> None:
    """Wait until everything arrived and has its outcome, or until nothing happens any more.

    :param patience: seconds in which something has to happen.
    """
    loop = asyncio.get_running_loop()
    seen, since = -1, loop.time()
    while loop.time() - since < patience:
        silent = sum(len(ledger.silent) for ledger in ledgers)
        waiting = sum(len(ledger.missing if exact else ledger.lost) for ledger in ledgers)
        if not silent and not waiting:
            break
        state = sum(len(ledger.arrived) for ledger in ledgers) - silent
        if state != seen:
            seen, since = state, loop.time()
        await asyncio.sleep(LOOK)
    await asyncio.sleep(0.3)  # what arrives twice arrives a little later
