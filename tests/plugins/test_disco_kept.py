"""Nodes of service discovery in the storage: for other workers of a component, and for the next process."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from helixmpp.core.done import Done
from helixmpp.core.engines import Engine, KeyValue
from helixmpp.errors import StorageError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0128 import XEP_0128
from helixmpp.storage import MemoryEngine
from tests.plugins.offline import OfflineClient, OfflineComponent

COMP = "comp.example.org"
ROOM = f"garden@{COMP}"


@pytest.fixture(params=["engine", "file", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> str | Engine:
    if request.param == "engine":
        return MemoryEngine()
    if request.param == "file":
        return (tmp_path / "kept").as_uri()
    return f"sqlite:///{(tmp_path / 'kept.db').as_posix()}"


def worker(storage: str | Engine | None, kind: type[Any] = OfflineComponent) -> tuple[Any, XEP_0030]:
    xmpp = kind(storage=storage)
    return xmpp, xmpp.register_plugin(XEP_0030)


async def answer(xmpp: Any, kind: str, to: str, node: str = "") -> Any:
    """What a stranger is told."""
    named = f" node='{node}'" if node else ""
    await xmpp.receive(
        f"<iq type='get' id='1' from='a@b.c/d' to='{to}'>"
        f"<query xmlns='http://jabber.org/protocol/disco#{kind}'{named}/></iq>"
    )
    async with asyncio.timeout(10):
        while not xmpp.sent:  # noqa: ASYNC110 - a thread ends when it ends
            await asyncio.sleep(0.001)
    return xmpp.sent.pop()


@pytest.mark.parametrize("at_once", [False, True], ids=["after a restart", "at another worker"])
async def test_a_node_that_one_process_sets_another_serves(storage: str | Engine, at_once: bool) -> None:
    if at_once and isinstance(storage, str) and storage.startswith("file"):
        pytest.skip("a folder is of one process")
    first, disco = worker(storage)
    await disco.add_identity("conference", "text", "Garden", jid=ROOM)
    await disco.add_feature("urn:roses", jid=ROOM, node="subject")
    await disco.add_item("rose@b.c", "A <rose> & more", ijid=ROOM)
    first.register_plugin(XEP_0128)
    form = Form()
    form["type"] = "result"
    form.add_field(var="FORM_TYPE", ftype="hidden", value="urn:form")
    await first.plugin[XEP_0128].set_extended_info(ROOM, "subject", form)
    if not at_once:
        await first.aclose()
    xmpp, _ = worker(storage)
    info = await answer(xmpp, "info", ROOM)
    assert [element.get("name") for element in info.iter() if element.get("category")] == ["Garden"]
    items = await answer(xmpp, "items", ROOM)
    assert [element.get("name") for element in items.iter() if element.get("jid")] == ["A <rose> & more"]
    subject = await answer(xmpp, "info", ROOM, "subject")
    assert "urn:roses" in {element.get("var") for element in subject.iter()}
    assert "urn:form" in {element.text for element in subject.iter()}
    assert (await answer(xmpp, "info", ROOM, "unknown")).get("type") == "error"
    if at_once:
        await disco.static.del_info(JID(ROOM), "subject")
        assert (await answer(xmpp, "info", ROOM, "subject")).get("type") == "error"
        await first.aclose()
    await xmpp.aclose()


async def test_what_the_program_is_itself_it_says_at_each_start(storage: str | Engine) -> None:
    for kind, own in ((OfflineComponent, COMP), (OfflineClient, "me@example.org")):
        first, disco = worker(storage, kind)
        await disco.add_feature("urn:old")
        await disco.add_feature("urn:kept", node="n")
        await first.aclose()
        again, disco = worker(storage, kind)
        assert "urn:old" not in (await disco.info_of()).features
        assert (await disco.info_of(node="n")).features == {"urn:kept"}
        assert (await answer(again, "info", own, "n")).get("type") == "result"
        await again.aclose()


async def test_who_says_something_of_a_node_begins_it_anew(storage: str | Engine) -> None:
    first, disco = worker(storage)
    await disco.add_feature("urn:old", jid=ROOM, node="n")
    await first.aclose()
    again, disco = worker(storage)
    # To take away what was not said here is nothing.
    await disco.del_feature(jid=ROOM, node="n", feature="urn:other")
    assert (await disco.info_of(ROOM, "n")).features == {"urn:old"}
    await disco.add_feature("urn:new", jid=ROOM, node="n")
    assert (await disco.info_of(ROOM, "n")).features == {"urn:new"}
    await again.aclose()
    third, disco = worker(storage)
    assert (await disco.info_of(ROOM, "n")).features == {"urn:new"}
    await disco.static.del_info(JID(ROOM), "n")
    with pytest.raises(XMPPError, match="item-not-found"):
        await disco.info_of(ROOM, "n")
    await third.aclose()


async def test_what_was_said_without_a_loop_is_written_with_the_session() -> None:
    engine = MemoryEngine()

    def without_a_loop() -> tuple[OfflineComponent, XEP_0030]:
        xmpp, disco = worker(engine)
        disco.add_feature("urn:early", jid=ROOM, node="n")
        assert disco.static.node_exists(ROOM, "n")
        return xmpp, disco

    xmpp, disco = await asyncio.to_thread(without_a_loop)
    disco.session_bind(xmpp.boundjid)
    await disco.static.kept.write()
    other, disco = worker(engine)
    assert (await disco.info_of(ROOM, "n")).features == {"urn:early"}
    await xmpp.aclose()
    await other.aclose()


async def test_nobody_need_await_it() -> None:
    engine = MemoryEngine()
    xmpp, disco = worker(engine)
    for number in range(200):
        disco.add_item(f"i{number}@b.c", node="n", ijid=ROOM)
    assert len((await disco.items_of(ROOM, "n")).get_items()) == 200
    await xmpp.aclose()
    other, disco = worker(engine)
    assert len((await disco.items_of(ROOM, "n")).get_items()) == 200
    await other.aclose()


async def test_without_a_lasting_storage_everything_is_there_at_once() -> None:
    for storage in (None, "memory://"):
        xmpp, disco = worker(storage)
        assert isinstance(disco.add_feature("urn:x", jid=ROOM, node="n"), Done)
        assert disco.node_collection() is None
        await xmpp.aclose()


async def test_a_full_storage_drops_the_oldest(storage: str | Engine) -> None:
    names: list[str] = []
    for process in range(3):
        xmpp, disco = worker(storage)
        disco.max_nodes = 3  # with that of the program itself
        for number in range(2):
            await disco.add_feature("urn:x", jid=ROOM, node=f"n{process}-{number}")
        kept = disco.node_collection()
        assert kept is not None
        names = [name.partition("n")[2] for name in await kept.keys()]
        await xmpp.aclose()
    assert len(names) == 3
    assert {f'{name}"]' for name in ("2-0", "2-1")} <= {name.rpartition("n")[2] for name in names}


class Failing(MemoryEngine):
    """Nothing can be written."""

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> Any:
        values = super().collection(account, name, limit=limit, value_limit=value_limit)
        if name == "xep_0030.nodes":
            return FailingValues(values)
        return values


class FailingValues:
    """A collection that takes nothing."""

    def __init__(self, values: KeyValue) -> None:
        self.get, self.delete, self.keys = values.get, values.delete, values.keys

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        raise StorageError("full")


async def test_a_storage_that_fails_takes_nothing_from_this_process(caplog: pytest.LogCaptureFixture) -> None:
    xmpp, disco = worker(Failing())
    await disco.add_feature("urn:x", jid=ROOM, node="n")
    assert "is not kept: full" in caplog.text
    assert (await disco.info_of(ROOM, "n")).features == {"urn:x"}
    await xmpp.aclose()


@pytest.mark.parametrize("value", [b"", b"[]", b"5", b'["<x/>", "<x/>"]', b'["<", "<"]', b"\xff"])
async def test_what_cannot_be_read_back_is_not_there(value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    xmpp, disco = worker(MemoryEngine())
    kept = disco.node_collection()
    assert kept is not None
    await kept.put(f'["{ROOM}", "n"]', value)
    with pytest.raises(XMPPError, match="item-not-found"):
        await disco.info_of(ROOM, "n")
    assert "cannot be read back" in caplog.text
    await xmpp.aclose()
