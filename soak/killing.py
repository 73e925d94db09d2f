"""Promise U: a process with a durable outbox is killed again and again, and every message arrives exactly once."""

import asyncio
import itertools
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from helixmpp.stanza import Message
from soak.places import ACCOUNTS, Place
from soak.result import Result
from soak.sizes import Size
from soak.writer import Orders, read_diary

__all__ = ["run_killing"]

PACE = 0.004  # seconds between two messages
AFTER = (0.0, 0.3)  # seconds between the message that a process may still send and its end
LOOK = 0.01  # seconds between two looks at the diary
LAST = 60.0  # seconds that the last one may take
ROOT = Path(__file__).resolve().parent.parent
SHOWN = 5


async def run_killing(size: Size, seed: int, place: Place, *, scheme: str) -> Result:
    """Run it once.

    :param scheme: of the storage: ``file`` or ``sqlite``.
    """
    begin = time.monotonic()
    chance = random.Random(seed)
    result = Result("U", seed, place.name)
    arrived: list[int] = []
    ended = asyncio.Event()
    tag = f"U{seed}.{random.SystemRandom().randrange(1 << 32)}"

    def note(message: Message) -> None:
        words = message["body"].split(" ")
        if words[0] != tag:
            return
        if words[1] == "end":
            ended.set()
        else:
            arrived.append(int(words[1]))

    with tempfile.TemporaryDirectory(prefix="helixmpp-soak-") as folder:
        diary = Path(folder, "diary")
        store = Path(folder, "store").as_posix()
        bob = place.client("bob")
        bob.add_event_handler("message", note)
        async with bob:
            bob.send_presence()
            orders = Orders(
                jid=str(place.jid("alice", f"u{seed}")),
                password=ACCOUNTS["alice"],
                host=place.host,
                port=place.port,
                ca_certs=str(place.ca_certs),
                storage=f"file://{store}" if scheme == "file" else f"sqlite:///{store}.db",
                to=str(bob.boundjid),
                run=tag,
                messages=size.messages,
                diary=str(diary),
                pace=PACE,
            )
            for number in range(size.cuts):
                least = size.messages * (number + chance.random()) / (size.cuts + 1)
                if not await live(orders, result, kill_at=round(least), later=chance.uniform(*AFTER)):
                    break
                result.cuts += 1
            if not result.problems and not read_diary(diary)[3]:
                await live(orders, result)
            try:
                async with asyncio.timeout(10):
                    await ended.wait()
            except TimeoutError:
                result.problems.append("the last message did not arrive")
            await asyncio.sleep(0.3)  # what arrives twice arrives a little later
        await bob.aclose()
        begun, taken, result.resumed, _ = read_diary(diary)
    count(result, begun, taken, arrived)
    result.seconds = time.monotonic() - begin
    return result


async def live(orders: Orders, result: Result, *, kill_at: int | None = None, later: float = 0.0) -> bool:
    """Start the process, and kill it or let it end. Whether it was killed.

    :param kill_at: when so many messages are taken, and ``later`` seconds after that.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "soak.writer",
        json.dumps(orders),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    reading = asyncio.ensure_future(process.communicate())
    end = time.monotonic() + LAST
    while not reading.done() and time.monotonic() < end:
        if kill_at is not None and len(read_diary(Path(orders["diary"]))[1]) >= kill_at:
            await asyncio.wait([reading], timeout=later)
            break
        await asyncio.wait([reading], timeout=LOOK)
    killed = not reading.done()
    if killed:
        process.kill()
    output, _ = await reading
    if killed and time.monotonic() >= end:
        result.problems.append(f"the process was not done in {LAST} s: {output.decode()[-2000:]}")
    elif not killed and process.returncode != 0:
        result.problems.append(f"the process failed: {output.decode()[-2000:]}")
    return killed


def count(result: Result, begun: set[int], taken: set[int], arrived: list[int]) -> None:
    """Compare what the outbox took with what arrived."""
    result.sent = len(taken)
    lost = sorted(taken - set(arrived))
    # What was begun and not noted as taken may have arrived or not, but no message may twice.
    doubled = sorted({number for number in arrived if arrived.count(number) > 1})
    late = [later for earlier, later in itertools.pairwise(arrived) if later < earlier]
    strange = sorted(set(arrived) - begun)
    result.lost, result.doubled, result.reordered = len(lost), len(doubled), len(late)
    found = {"lost": lost, "doubled": doubled, "reordered": late, "strange": strange}
    result.problems += [f"{what}: {numbers[:SHOWN]}" for what, numbers in found.items() if numbers]
