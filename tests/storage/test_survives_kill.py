"""The state of every plugin, and the roster, after ``kill -9``: on each engine, by one changed line.

As a program of its own, ``python tests/storage/test_survives_kill.py URL``, it is the process that
is killed: it gives everything to the storage, says so, and goes on until the end.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from helixmpp.core.engines import Engine, engine_for
from helixmpp.plugins.xep_0012 import XEP_0012, LastActivity
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo
from helixmpp.plugins.xep_0050 import XEP_0050, Session
from helixmpp.plugins.xep_0054 import XEP_0054, VCardTemp
from helixmpp.plugins.xep_0077 import XEP_0077
from helixmpp.plugins.xep_0115 import XEP_0115
from helixmpp.plugins.xep_0153 import XEP_0153
from helixmpp.plugins.xep_0231 import XEP_0231, make_cid
from helixmpp.plugins.xep_0319 import XEP_0319
from tests.plugins.offline import OfflineClient, OfflineComponent
from tests.support.storage import ServerURL, empty, url_for

ROOT = Path(__file__).parents[2]
USER = "user@comp.example.org"
PEER = "juliet@example.net"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
MOMENT = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
HASH = "QgayPKawpkPSDYmwT/WM94uAlu0="
OF_CLIENT = ("xep_0231", "xep_0054", "xep_0115", "xep_0153", "xep_0030")
OF_COMPONENT = ("xep_0012", "xep_0054", "xep_0077", "xep_0153", "xep_0231", "xep_0319")


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110 - a thread of the engine ends when it ends
        await asyncio.sleep(0.001)


def is_written(xmpp: OfflineClient | OfflineComponent) -> bool:
    keeper = xmpp.roster.keeper
    return keeper is not None and keeper.loaded and not keeper.busy


def client_on(engine: Engine) -> OfflineClient:
    xmpp = OfflineClient(storage=engine)
    for name in OF_CLIENT:
        xmpp.register_plugin(name)
    return xmpp


def component_on(engine: Engine) -> OfflineComponent:
    xmpp = OfflineComponent(storage=engine)
    for name in OF_COMPONENT:
        xmpp.register_plugin(name)
    xmpp.register_plugin(XEP_0050).add_command(node="greet", handler=begin)
    return xmpp


def begin(iq: Any, session: Session) -> None:
    session.update(next=greet, asker=iq["from"])


def greet(payload: Any, session: Session) -> None:
    session.update(next=None, notes=[("info", f"Hello, {session['asker'].local}")])


def command(session: str = "") -> str:
    attributes = f" sessionid='{session}'" if session else ""
    return (
        "<iq type='set' id='2' from='bill@b.c/d' to='comp.example.org'>"
        f"<command xmlns='http://jabber.org/protocol/commands' node='greet'{attributes}/></iq>"
    )


def answers(xmpp: OfflineComponent) -> int:
    return sum(sent.get("type") == "result" for sent in xmpp.sent)


def capabilities() -> DiscoInfo:
    info = DiscoInfo()
    info.add_identity("client", "pc", "Exodus 0.9.1")
    info.add_feature("http://jabber.org/protocol/muc")
    return info


async def of_client(xmpp: OfflineClient) -> None:
    await xmpp.plugin[XEP_0231].set_bob(b"coucou", "text/plain")
    blob = f"<data xmlns='urn:xmpp:bob' cid='{make_cid(b'theirs')}' type='text/plain'>dGhlaXJz</data>"
    await xmpp.receive(f"<message from='{PEER}/x' type='chat'>{blob}</message>")
    await xmpp.plugin[XEP_0115].api["cache_caps"](
        None, None, None, {"verstring": HASH, "info": capabilities()}
    )
    await xmpp.plugin[XEP_0115].api["assign_verstring"](f"{PEER}/x", None, None, {"verstring": HASH})
    await xmpp.plugin[XEP_0030].api["cache_info"](f"{PEER}/x", None, xmpp.boundjid, capabilities())
    xmpp.roster_versioning = True
    asking = xmpp.get_roster()
    await until(lambda: any(sent.find("{jabber:iq:roster}query") is not None for sent in xmpp.sent))
    id_ = xmpp.sent[-1].get("id")
    items = f"<item jid='{PEER}' subscription='both' name='Juliet'><group>Capulet</group></item>"
    await xmpp.receive(
        f"<iq type='result' id='{id_}'><query xmlns='jabber:iq:roster' ver='v1'>{items}</query></iq>"
    )
    await asking
    push = (
        "<query xmlns='jabber:iq:roster' ver='v2'><item jid='romeo@example.net' subscription='to'/></query>"
    )
    await xmpp.receive(f"<iq type='set' id='push'>{push}</iq>")


async def of_component(xmpp: OfflineComponent) -> None:
    await xmpp.plugin[XEP_0012].set_last_activity(USER, 1000, "gone")
    await xmpp.plugin[XEP_0319].idle(USER, MOMENT)
    await xmpp.plugin[XEP_0030].add_feature("urn:roses", node="garden", jid=USER)
    vcard = xmpp.plugin[XEP_0054].make_vcard()
    vcard["FN"] = "Juliet"
    await xmpp.plugin[XEP_0054].publish_vcard(vcard, USER)
    await xmpp.plugin[XEP_0153].set_avatar(USER, PNG)
    await xmpp.receive(
        "<iq type='set' id='1' from='bill@b.c/d' to='comp.example.org'><query xmlns='jabber:iq:register'>"
        "<username>bill</username><password>Calliope</password></query></iq>"
    )
    await xmpp.receive(f"<presence type='subscribe' from='{PEER}' to='{USER}'/>")
    await xmpp.receive(command())
    await until(lambda: answers(xmpp) == 2)


async def until_killed(url: str) -> None:
    engine = engine_for(url)
    client, component = client_on(engine), component_on(engine)
    await of_client(client)
    await of_component(component)
    peer_blob = client.plugin[XEP_0231].api["get_bob"]
    while await peer_blob(None, None, None, make_cid(b"theirs")) is None:  # noqa: ASYNC110 - see until()
        await asyncio.sleep(0.001)
    for xmpp in (client, component):
        await until(partial(is_written, xmpp))
    sys.stdout.write("everything is kept\n")
    sys.stdout.flush()
    number = 0
    while True:  # the signal comes in the middle of writing
        number += 1
        await component.plugin[XEP_0012].set_last_activity(f"a{number % 50}@comp.example.org", 1, "x" * 500)
        component.roster[USER].add(f"b{number % 50}@example.com", name="x" * 500, save=True)


@pytest.fixture(params=["folder", "sqlite", "postgresql", "mariadb", "redis"])
async def left(
    request: pytest.FixtureRequest, tmp_path: Path, server_url: ServerURL
) -> AsyncIterator[tuple[OfflineClient, OfflineComponent]]:
    """A client and a component on what a process left that was killed."""
    url = url_for(request.param, tmp_path, server_url)
    await empty(url)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", __file__, url),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        said = await process.stdout.readline()
    if process.returncode is None:
        await asyncio.sleep(0.02)
        process.kill()  # SIGKILL; where there is none, TerminateProcess
    _, errors = await process.communicate()
    assert (said.strip(), errors) == (b"everything is kept", b"")
    engine = engine_for(url)
    client, component = client_on(engine), component_on(engine)
    yield client, component
    assert client.failures + component.failures == []
    await client.aclose()
    await component.aclose()
    await engine.close()


async def test_everything_is_there_after_kill_9(left: tuple[OfflineClient, OfflineComponent]) -> None:
    client, component = left
    bobs = client.plugin[XEP_0231]
    assert (await bobs.get_bob(cid=make_cid(b"coucou")))["bob"]["data"] == b"coucou"
    theirs = await bobs.api["get_bob"](None, None, None, make_cid(b"theirs"))
    assert theirs.data == b"theirs"

    caps = client.plugin[XEP_0115]
    assert await caps.api["get_verstring"](f"{PEER}/x") == HASH
    known = await caps.get_caps(f"{PEER}/x")
    asked = await client.plugin[XEP_0030].api["get_cached_info"](f"{PEER}/x", None, client.boundjid, {})
    for info in (known, asked):
        assert info is not None
        assert info.features == {"http://jabber.org/protocol/muc"}
    assert client.sent == []

    await client.roster.load()
    assert {
        item.bare: (item.subscription, item.name, item.groups) for item in client.client_roster.values()
    } == {
        PEER: ("both", "Juliet", ["Capulet"]),
        "romeo@example.net": ("to", "", []),
    }
    client.roster_versioning = True
    client.get_roster()
    query = client.sent[-1].find("{jabber:iq:roster}query")
    assert query is not None
    assert query.get("ver") == "v2"

    activity = (await component.plugin[XEP_0012].get_last_activity(USER, local=True))[LastActivity]
    assert activity.status == "gone"
    assert 1000 <= (activity.seconds or 0) < 1200  # they went on while there was no process
    assert await component.plugin[XEP_0319].api["get_idle"](USER) == MOMENT
    assert (await component.plugin[XEP_0030].info_of(USER, "garden")).features == {"urn:roses"}
    vcard = (await component.plugin[XEP_0054].get_vcard(USER))[VCardTemp]
    assert (vcard.full_name, vcard.photo.data) == ("Juliet", PNG)
    assert await component.plugin[XEP_0153].api["get_hash"](USER) == sha1(PNG).hexdigest()
    assert await component.plugin[XEP_0077].api["user_get"](None, None, "bill@b.c/e", None) == {
        "username": "bill",
        "password": "Calliope",
    }
    commands = component.plugin[XEP_0050]
    (session,) = await commands.collection("steps", limit=commands.max_sessions, value_limit=64).keys()
    await component.receive(command(session))
    await until(lambda: answers(component) == 1)
    assert "".join(component.sent[-1].itertext()) == "Hello, bill"
    await component.roster.load()
    contact = component.roster[USER][PEER]
    assert (contact.from_, contact.pending_out) == (True, True)


if __name__ == "__main__":
    asyncio.run(until_killed(sys.argv[1]))
