"""The process that is killed in promise U: sends numbered messages with a durable outbox, and keeps a diary.

A line of the diary is on the disk before the next step is done: ``i 7`` (message 7 is about to be sent), ``t 7`` (the
outbox has it: from here on it must arrive exactly once), ``r`` (a session was resumed), ``done``.
"""

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import IO, TypedDict

from helixmpp import ClientXMPP
from helixmpp.jid import JID

__all__ = ["Orders", "read_diary"]

PAD = 120  # letters of each message beyond its number


class Orders(TypedDict):
    """What the process is told, as JSON in its argument."""

    jid: str
    password: str
    host: str
    port: int
    ca_certs: str
    storage: str
    to: str
    run: str
    messages: int
    diary: str
    pace: float  # seconds between two messages, on average


def read_diary(path: Path) -> tuple[set[int], set[int], int, bool]:
    """The numbers that were begun, those that were taken, how often a session was resumed, and whether all is done."""
    begun: set[int] = set()
    taken: set[int] = set()
    resumed, done = 0, False
    for line in path.read_text().splitlines() if path.exists() else []:
        match line.split(" "):
            case ["i", number]:
                begun.add(int(number))
            case ["t", number]:
                taken.add(int(number))
            case ["r"]:
                resumed += 1
            case ["done"]:
                done = True
            case _:
                pass  # torn by the kill
    return begun, taken, resumed, done


class Diary:
    """Lines that are on the disk when ``write`` returns."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, line: str) -> None:
        """Add a line."""
        # One line, one call: what is killed in the middle of it leaves a line that ends too early.
        self._file.write(f"{line}\n".encode())
        self._file.flush()
        os.fsync(self._file.fileno())


def main(orders: Orders) -> None:
    """Go on where the process before was killed."""
    path = Path(orders["diary"])
    begun = read_diary(path)[0]
    with path.open("ab", buffering=0) as file:
        diary = Diary(file)
        diary.write("")  # ends a torn line
        asyncio.run(work(orders, max(begun, default=-1) + 1, diary))


async def work(orders: Orders, first: int, diary: Diary) -> None:
    """Send the messages from the number ``first`` on."""
    xmpp = ClientXMPP(JID(orders["jid"]), orders["password"], storage=orders["storage"])
    xmpp.ca_certs = Path(orders["ca_certs"])
    xmpp.enable_direct_tls = False
    xmpp.add_event_handler("session_resumed", lambda data: diary.write("r"))
    await xmpp.connect(orders["host"], orders["port"])
    for number in range(first, orders["messages"]):
        diary.write(f"i {number}")
        message = xmpp.make_message(JID(orders["to"]), f"{orders['run']} {number} {'x' * PAD}", mtype="chat")
        await xmpp.send(message).handed()
        diary.write(f"t {number}")
        await asyncio.sleep(random.expovariate(1 / orders["pace"]))
    last = xmpp.make_message(JID(orders["to"]), f"{orders['run']} end", mtype="chat")
    await xmpp.send(last)  # what is acknowledged has everything before it at the server
    diary.write("done")
    await xmpp.disconnect()
    await xmpp.aclose()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
