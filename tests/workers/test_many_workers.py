"""One component as four processes that share a storage, behind a real ejabberd that deals out what comes.

What is set through one of them is served by each of them; one that is killed takes nothing with it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0231 import make_cid
from tests.support.ejabberd import Ejabberd, needs_ejabberd
from tests.support.storage import ServerURL, empty, url_for
from tests.support.waiting import until
from tests.workers.team import DOMAIN, MOST, SECRET, WORKERS, Alice, Team, answers, team_of

BLOBS = 80
AGAIN = 3.0  # seconds after which what was told to a process that died is told again


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[Ejabberd]:
    # Without domain_balancing it deals out at random among those that are there. With it the number of connections is
    # fixed, and what falls to one that is gone is dropped until another takes its place.
    with Ejabberd({"alice": "secret-of-alice"}, {DOMAIN: SECRET}) as server:
        yield server


@pytest.fixture(params=["postgresql", "redis"])
async def team(
    request: pytest.FixtureRequest, ejabberd: Ejabberd, tmp_path: Path, server_url: ServerURL
) -> AsyncIterator[Team]:
    """Four processes on an empty storage."""
    url = url_for(request.param, tmp_path, server_url)
    await empty(url)
    async with team_of(ejabberd, url, WORKERS) as team:
        yield team


@pytest.fixture
async def alice(ejabberd: Ejabberd) -> AsyncIterator[Alice]:
    xmpp = ClientXMPP(f"alice@{ejabberd.domain}", ejabberd.accounts["alice"])
    xmpp.ca_certs = ejabberd.ca_file
    xmpp.address = (ejabberd.host, ejabberd.port)
    alice = Alice(xmpp)
    async with xmpp:
        yield alice


@needs_ejabberd
async def test_what_one_is_told_all_of_them_know(team: Team, alice: Alice) -> None:
    _, cid = await alice.tell("keep coucou")
    assert cid == make_cid(b"coucou")
    assert await answers(lambda: alice.blob(cid), team) == [b"coucou"] * WORKERS

    assert await answers(alice.is_registered, team) == [False] * WORKERS
    await alice.registration.register({"username": "alice", "password": "x"}, JID(DOMAIN))
    assert (await alice.hears(1))[1] == "registered"
    assert await answers(alice.is_registered, team) == [True] * WORKERS

    await alice.tell("shelve poems Iliad Odyssey")
    assert await answers(lambda: alice.shelf("poems"), team) == [{"Iliad", "Odyssey"}] * WORKERS

    # And what one forgets nobody knows any more.
    await alice.tell(f"forget {cid}")
    before = len(alice.heard)
    await alice.registration.cancel_registration(JID(DOMAIN))
    assert (await alice.hears(before))[1] == "unregistered"
    assert await answers(alice.is_registered, team) == [False] * WORKERS
    for _ in range(8 * WORKERS):
        with pytest.raises(IqError, match="item-not-found"):
            await alice.blob(cid)


@needs_ejabberd
async def test_a_command_goes_on_wherever_the_next_step_comes(team: Team, alice: Alice) -> None:
    victim, command = await alice.story()
    session = command.sessionid
    told: list[tuple[int, str]] = []
    # Until each of them has taken a step, and then one of them is killed who has.
    while {number for number, _ in told} != team.alive.keys() or told[-1][0] != victim:
        word = f"word-{len(told)}"
        assert len(told) < MOST, told
        number, command = await alice.story(session, word)
        assert command.status == "executing"
        told.append((number, word))
    assert await team.kill(victim) == ""
    for word in ("after", "that"):
        number, command = await alice.story(session, word)
        told.append((number, word))
    _, command = await alice.story(session, "end")
    assert (command.status, command["notes"]) == (
        "completed", [("info", f"{number} {word}") for number, word in told],
    )  # fmt: skip
    for _ in range(2 * WORKERS):
        with pytest.raises(IqError, match="not-allowed"):
            await alice.story(session, "again")


@needs_ejabberd
async def test_one_that_is_killed_takes_nothing_with_it(team: Team, alice: Alice) -> None:
    victim, cid = await alice.tell("keep coucou")
    await alice.registration.register({"username": "alice", "password": "x"}, JID(DOMAIN))
    await alice.hears(1)
    shelved = 1
    while (await alice.tell(f"shelve shelf-{shelved} Iliad"))[0] != victim:  # it has set a node, too
        shelved += 1

    texts = {f"text-{number}" for number in range(BLOBS)}
    cids = {make_cid(text.encode()): text for text in texts}
    before = len(alice.heard)
    for text in sorted(texts):
        alice.say(f"keep {text}")
    await until(lambda: len(alice.heard) > before + BLOBS // 4)
    assert await team.kill(victim) == ""  # in the middle of it
    # What it had taken and not answered nobody has promised: that is told again.
    deadline = asyncio.get_running_loop().time() + 30
    while missing := cids.keys() - {text for _, text in alice.heard}:
        assert asyncio.get_running_loop().time() < deadline
        for each in missing:
            alice.say(f"keep {cids[each]}")
        with contextlib.suppress(TimeoutError):
            await until(lambda: cids.keys() <= {text for _, text in alice.heard}, seconds=AGAIN)

    assert len(team.alive) == WORKERS - 1
    for each, text in cids.items():
        assert (await alice.blob(each))[1] == text.encode()
    known = [b"coucou"] * (WORKERS - 1)
    assert await answers(lambda: alice.blob(cid), team) == known
    assert await answers(alice.is_registered, team) == [True] * (WORKERS - 1)
    last = f"shelf-{shelved}"
    assert await answers(lambda: alice.shelf(last), team) == [{"Iliad"}] * (WORKERS - 1)

    await team.start(1)  # in its place
    assert await answers(lambda: alice.blob(cid), team) == [*known, b"coucou"]
    assert await answers(alice.is_registered, team) == [True] * WORKERS
    assert await answers(lambda: alice.shelf(last), team) == [{"Iliad"}] * WORKERS
