"""Promise U on each engine: a process is killed while it sends, starts again, and each message arrives exactly once.

``make soak`` has the full size, on files and SQLite; here each engine has a small one.
"""

import asyncio
import random
from pathlib import Path

import pytest

from helixmpp.core.engines import engine_for
from helixmpp.stanza import Message
from soak.killing import count, live
from soak.places import ACCOUNTS, place
from soak.result import Result
from soak.writer import Orders, read_diary
from tests.support.storage import ServerURL, empty, url_for

MESSAGES = 80
KILLS = 3
PACE = 0.004  # seconds between two messages, on average
QUIET = 0.3  # seconds in which what arrives twice would arrive again
PATIENCE = 20.0  # seconds until the last message must be there
ENGINES = ["folder", "sqlite", "postgresql", "mariadb", "redis"]


class Ear:
    """What the receiver hears."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.ended = asyncio.Event()

    def hear(self, message: Message) -> None:
        word = message["body"].split(" ")[1]
        if word == "end":
            self.ended.set()
        else:
            self.numbers.append(int(word))


@pytest.mark.parametrize("name", ENGINES)
async def test_who_is_killed_while_sending_sends_each_message_once(
    name: str, tmp_path: Path, server_url: ServerURL
) -> None:
    url = url_for(name, tmp_path, server_url)
    await empty(url)
    chance = random.Random(name)
    result = Result("U", 0, name)
    diary = tmp_path / "diary"
    ear = Ear()
    async with place("embedded") as there, there.client("bob") as bob:
        bob.add_event_handler("message", ear.hear)
        bob.send_presence()
        orders = Orders(
            jid=str(there.jid("alice", "desk")),
            password=ACCOUNTS["alice"],
            host=there.host,
            port=there.port,
            ca_certs=str(there.ca_certs),
            storage=url,
            to=str(bob.boundjid),
            run="U",
            messages=MESSAGES,
            diary=str(diary),
            pace=PACE,
        )
        for number in range(KILLS):
            at = round(MESSAGES * (number + chance.random()) / (KILLS + 1))
            result.cuts += await live(orders, result, kill_at=at, later=chance.uniform(0, 0.02))
        # On a machine that is slow to look the last one may have sent all before it could be killed.
        if not read_diary(diary)[3]:
            await live(orders, result)
        async with asyncio.timeout(PATIENCE):
            await ear.ended.wait()
        await asyncio.sleep(QUIET)
    begun, taken, result.resumed, done = read_diary(diary)
    count(result, begun, taken, ear.numbers)
    assert result.problems == []
    assert (done, result.cuts > 0, result.resumed > 0) == (True, True, True)
    assert (min(taken), max(taken)) == (0, MESSAGES - 1)
    # Each kill may have hit a message that was begun and not taken.
    assert len(taken) >= MESSAGES - KILLS
    last, size = await look_into(url, orders["jid"])
    assert last >= len(taken)  # they went through this log
    assert size == 0  # what was acknowledged is dropped: nobody would send it again


async def look_into(url: str, jid: str) -> tuple[int, int]:
    """The number of the last stanza that was written down, and how many are kept now."""
    account, _, resource = jid.partition("/")
    engine = engine_for(url)
    log = engine.log(account, f"outbox/{resource}", limit=10_000, value_limit=1_048_576)
    found = await log.append([]), await log.size()
    await engine.close()
    return found
