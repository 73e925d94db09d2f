"""The floor: what ``xml.etree.ElementTree.XMLPullParser`` alone needs for the same bytes.

It is fed in the same pieces, and does what nobody on top of it can leave out: it finds where each stanza ends,
counts it, and lets it go.
"""

import asyncio
import sys
from typing import Any
from xml.etree.ElementTree import XMLPullParser

from bench import wire
from bench.worker.library import Unsupported, check
from bench.worker.meter import Meter, Reading
from bench.worker.task import Outcome, Task

__all__ = ["parse", "parse_bytes", "version"]


def version() -> str:
    """The version of Python, which the parser is a part of."""
    return sys.version.split()[0]


async def parse(task: Task) -> Outcome:
    """Parse the bytes of a task; Unsupported where there are none to parse."""
    return Outcome(task.count, await parse_bytes(_data_of(task), 1 if task.run == "roster" else task.count))


async def parse_bytes(data: bytes, expected: int) -> Reading:
    """Parse bytes; CheckFailed unless there are so many stanzas in them."""
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
    parser.feed(wire.HEADER)
    root: Any = None
    depth = stanzas = inner = 0
    meter = Meter()
    meter.start()
    for at in range(0, len(data), wire.PIECE):
        parser.feed(data[at : at + wire.PIECE])
        # The stubs have the events of all kinds in one type; these two are pairs.
        events: Any = parser.read_events()
        for event, element in events:
            if event == "start":
                if depth == 0:
                    root = element
                depth += 1
            else:
                depth -= 1
                if depth == 1:
                    stanzas += 1
                    inner += len(element)
                    root.clear()
        await asyncio.sleep(0)
    reading = meter.stop()
    check(stanzas == expected, f"{stanzas} of {expected} stanzas were parsed")
    check(inner > 0, "the stanzas have nothing in them")
    return reading


def _data_of(task: Task) -> bytes:
    match task.run:
        case "messages":
            return wire.chats(task.count, payloads=task.payloads).data
        case "presences":
            return wire.occupants(task.count).data
        case "joining":
            return wire.occupants(task.count, nicks=task.count).data
        case "roster":
            return wire.roster_result("r1", wire.contacts(task.count))
        case _:
            raise Unsupported("nothing is only parsed in this case")
