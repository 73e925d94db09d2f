"""Promises I, J, K and L: one of the two is behind a link that breaks."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from helixmpp import ClientXMPP
from soak.places import Place
from soak.result import Result
from soak.sizes import Size
from soak.talk import Progress, hear, say, settled
from tests.support.faultproxy import FaultProxy, random_plan
from tests.support.ledger import Ledger

__all__ = ["run_link"]

REFUSED = 0.3  # of the cuts in promise K
STABLE = 30.0  # seconds until a session has to come about


@dataclass(slots=True)
class Run:
    """What those who cut need to know."""

    place: Place
    proxy: FaultProxy
    alice: ClientXMPP
    size: Size
    progress: Progress
    chance: random.Random
    up: asyncio.Event = field(default_factory=asyncio.Event)
    resumed: int = 0


async def run_link(promise: str, size: Size, seed: int, place: Place) -> Result:
    """Run one of the four promises once.

    :param promise: ``I``, ``J``, ``K`` or ``L``.
    """
    begin = time.monotonic()
    # Numbers of another run, which the server kept for one of them, are not taken for this one's.
    tag = f"{promise}{seed}.{random.SystemRandom().randrange(1 << 32)}"
    exact = promise in "IJ"
    result = Result(promise, seed, place.name)
    plan = random_plan(seed, size.cuts, least=100, most=15_000) if promise == "J" else lambda: None
    async with FaultProxy(place.host, place.port, plan=plan) as proxy:
        alice, bob = place.client("alice", proxy.port), place.client("bob")
        run = Run(place, proxy, alice, size, Progress(), random.Random(seed))
        watch(run)
        there, back = Ledger("alice to bob"), Ledger("bob to alice")
        hear(bob, tag, there)
        hear(alice, tag, back)
        async with bob:
            bob.send_presence()
            alice.connect(*alice.address)
            async with asyncio.timeout(STABLE):
                await run.up.wait()
            alice.send_presence()
            talks = [say(alice, bob.boundjid, tag, there, size.messages, run.progress, seed)]
            if exact:
                # What a session that is over was sent is the server's to keep; only where sessions last does
                # the client answer for both directions.
                talks.append(say(bob, alice.boundjid, tag, back, size.messages, Progress(), seed + 1000))
            await asyncio.gather(cutters[promise](run), *talks)
            await settled(there, back, exact=exact, patience=size.patience)
            result.add(there, exact=exact)
            if exact:
                result.add(back, exact=True)
            await alice.disconnect()
            await alice.aclose()
        await bob.aclose()
    result.cuts, result.resumed = proxy.broken, run.resumed
    result.seconds = time.monotonic() - begin
    return result


def watch(run: Run) -> None:
    """Keep up with whether Alice has a session."""

    def started(data: object) -> None:
        run.up.set()

    def resumed(data: object) -> None:
        run.resumed += 1
        run.up.set()

    run.alice.add_event_handler("session_start", started)
    run.alice.add_event_handler("session_resumed", resumed)
    run.alice.add_event_handler("disconnected", lambda reason: run.up.clear())


async def soft(run: Run) -> None:
    """Cut a working link, at times that are spread over the messages."""
    await cut_evenly(run, lambda: cut(run))


async def refusing(run: Run) -> None:
    """The same, and in three of ten cuts another client takes the resource: the session is gone then."""

    async def one() -> None:
        if run.chance.random() >= REFUSED:
            cut(run)
            return
        run.proxy.open = False
        cut(run)
        thief = run.place.client("alice")
        thief.auto_reconnect = False
        async with thief:
            pass
        await thief.aclose()
        run.proxy.open = True

    await cut_evenly(run, one)


async def by_plan(run: Run) -> None:
    """The proxy cuts by itself: after so many bytes, whatever they belong to."""


def cut(run: Run) -> None:
    """Break the link one way or the other."""
    run.up.clear()
    run.proxy.cut(rst=run.chance.random() < 0.5)


async def cut_evenly(run: Run, one: Callable[[], Awaitable[None] | None]) -> None:
    """Do something ``size.cuts`` times, about evenly spread over the messages."""
    step = run.size.messages / (run.size.cuts + 1)
    for number in range(run.size.cuts):
        await run.progress.reach(round(step * (number + run.chance.uniform(0.5, 1.5))))
        async with asyncio.timeout(STABLE):
            await run.up.wait()
        await asyncio.sleep(run.chance.uniform(0, 0.1))
        done = one()
        if done is not None:
            await done


cutters: dict[str, Callable[[Run], Awaitable[None]]] = {"I": soft, "J": by_plan, "K": refusing, "L": soft}
