"""What a terminal client, a bot framework and a notifier do, and slixmpp bears."""

import asyncio
import gc
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from helixmpp import JID, ClientXMPP, IqError, Message, Presence, XMLStream, as_slixmpp
from helixmpp.core import BasePlugin
from helixmpp.errors import FieldValueError, InvalidCABundle
from helixmpp.plugins.xep_0030 import DiscoItems
from helixmpp.plugins.xep_0048 import Bookmarks
from helixmpp.plugins.xep_0092 import XEP_0092, Version
from helixmpp.plugins.xep_0191 import BlockList
from helixmpp.plugins.xep_0334 import NoStore
from helixmpp.plugins.xep_0410 import PingStatus
from helixmpp.stanza import register_stanza_plugin
from helixmpp.testing import Server
from tests.plugins.offline import OfflineClient, settle

ROOM = "room@rooms.example.org"


@pytest.fixture
def hook() -> Iterator[None]:
    as_slixmpp.install_as_slixmpp()
    yield
    as_slixmpp.uninstall_as_slixmpp()


# -- threads: a bot framework runs its commands in a pool ---------------------------------------------------------


async def test_any_thread_may_send() -> None:
    accounts = {"bot": "secret of bot", "you": "secret of you"}
    async with Server(accounts=accounts) as server, server.client("you") as you:  # noqa: SIM117 - too long for a line
        async with server.client("bot") as bot:
            heard: asyncio.Queue[str] = asyncio.Queue()
            you.add_event_handler("message", lambda message: heard.put_nowait(message["body"]))
            you.send_presence()
            threads: set[int] = set()

            def note(stanza: Any) -> Any:
                threads.add(threading.get_ident())
                return stanza

            bot.add_filter("out", note)

            def work(number: int) -> None:
                for step in range(20):
                    bot.send_message(you.boundjid.full, f"{number} {step}")

            with ThreadPoolExecutor(4) as pool:
                await asyncio.gather(
                    *(asyncio.get_running_loop().run_in_executor(pool, work, number) for number in range(4))
                )
            # Nothing else wakes the loop.
            bodies = [await asyncio.wait_for(heard.get(), 5) for _ in range(80)]
    assert threads == {threading.get_ident()}
    for number in range(4):
        assert [body for body in bodies if body[0] == str(number)] == [
            f"{number} {step}" for step in range(20)
        ]


async def test_another_thread_is_told_what_cannot_be_sent() -> None:
    async with Server(accounts={"bot": "secret of bot"}) as server, server.client("bot") as bot:
        message = bot.make_message("a@b.example", "x")
        message.xml.set("id", "\x00")
        with pytest.raises(ValueError, match="XML"):
            await asyncio.to_thread(bot.send, message)
        fine = bot.make_message("a@b.example", "x")
        receipt = await asyncio.to_thread(bot.send, fine)
        assert receipt.outcome == "sent"


# -- what is received goes through a function of the program's ------------------------------------------------------


async def test_a_function_in_the_place_of_spawn_event(monkeypatch: pytest.MonkeyPatch) -> None:
    original = XMLStream._spawn_event  # pyright: ignore[reportPrivateUsage] - the name that programs patch
    seen: list[str] = []

    def later(self: Any, xml: Any) -> None:
        seen.append(xml.tag.rpartition("}")[2])
        self.loop.call_soon(original, self, xml)

    monkeypatch.setattr(XMLStream, "_spawn_event", later)
    async with Server(accounts={"bot": "secret of bot"}) as server, server.client("bot") as bot:
        heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        bot.add_event_handler("message", lambda message: heard.set_result(message["body"]))
        bot.send_message(bot.boundjid.full, "hello")
        assert await asyncio.wait_for(heard, 5) == "hello"
        assert "message" in seen
        monkeypatch.undo()
        seen.clear()
        await bot.disconnect()
        await bot.connect(server.host, server.port)
        await bot.get_roster()
        assert seen == []


# -- settings as a configuration file has them ----------------------------------------------------------------------


async def test_the_first_bundle_that_is_there(tmp_path: Path) -> None:
    async with Server(accounts={"bot": "secret of bot"}) as server:
        xmpp = ClientXMPP(f"bot@{server.domain}", "secret of bot")
        xmpp.ca_certs = [tmp_path / "nowhere.pem", server.ca_certs, tmp_path / "nor here"]
        xmpp.certfile = xmpp.keyfile = ""
        await xmpp.connect(server.host, server.port)
        await xmpp.disconnect()


async def test_no_bundle_is_there(tmp_path: Path) -> None:
    xmpp: Any = ClientXMPP("bot@example.org", "secret")
    wanted = [tmp_path / "a", str(tmp_path / "b")]
    xmpp.ca_certs = wanted
    with pytest.raises(InvalidCABundle) as caught:
        xmpp.tls_settings()
    assert caught.value.path == wanted
    xmpp.ca_certs = []
    with pytest.raises(InvalidCABundle):
        xmpp.tls_settings()
    xmpp.ca_certs = [b"a"]
    with pytest.raises(TypeError, match="ca_certs"):
        xmpp.tls_settings()


# -- payloads -----------------------------------------------------------------------------------------------------


def test_a_payload_that_is_true() -> None:
    register_stanza_plugin(Message, NoStore)
    message = Message()
    message["no-store"] = True
    message["no-store"] = True
    assert [child.tag for child in message.xml] == ["{urn:xmpp:hints}no-store"]
    message["no-store"] = False
    assert len(message.xml) == 0
    with pytest.raises(FieldValueError):
        message["no-store"] = "yes"


# -- rooms --------------------------------------------------------------------------------------------------------


async def joined(given: str, **config: Any) -> OfflineClient:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0045", config)
    xmpp["xep_0045"].join_muc(given, "me")
    x = "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>"
    await xmpp.receive(f"<presence from='{ROOM}/you'>{x}</x></presence>")
    await xmpp.receive(f"<presence from='{ROOM}/me'>{x}<status code='110'/></x></presence>")
    return xmpp


@pytest.mark.parametrize("config, kind", [({"rooms_as_given": True}, str), ({}, object)])
async def test_rooms_are_named_as_the_program_did(config: Any, kind: type) -> None:
    muc = (await joined(ROOM, **config))["xep_0045"]
    assert muc.get_joined_rooms() == [ROOM]
    assert isinstance(muc.get_joined_rooms()[0], kind)
    assert isinstance(muc.get_joined_rooms()[0], str) is (kind is str)
    assert ROOM in muc.get_joined_rooms()
    occupants = muc.rooms[ROOM]
    assert {(one["room"], one["nick"]) for one in occupants.values()} == {(ROOM, "you"), (ROOM, "me")}


def test_under_the_hook_text_stays_text(hook: None) -> None:
    xmpp: Any = ClientXMPP("me@example.org", "secret")
    xmpp.register_plugin("xep_0045")
    assert xmpp["xep_0045"].rooms_as_given is True


async def test_a_presence_that_changes_more_than_the_nickname() -> None:
    xmpp = await joined(ROOM)
    xmpp.sent.clear()
    xmpp["xep_0045"].set_self_nick(ROOM, "other", presence_options={"pshow": "away", "pstatus": "brb"})
    (presence,) = (Presence(xml=element) for element in xmpp.sent)
    assert (presence["to"], presence["show"], presence["status"]) == (f"{ROOM}/other", "away", "brb")


def test_a_request_that_the_program_sends_itself() -> None:
    xmpp: Any = OfflineClient()
    muc = xmpp.register_plugin("xep_0045")
    presence = muc.make_join_stanza(
        ROOM,
        "me",
        password="sesame",
        maxstanzas=5,
        presence_options={"pshow": "away", "ptype": "unavailable"},
    )
    assert (presence["to"], presence["type"]) == (f"{ROOM}/me", "away")
    assert (presence["muc_join"]["password"], presence["muc_join"]["history"]["maxstanzas"]) == ("sesame", 5)
    assert (xmpp.sent, dict(muc.rooms)) == ([], {})


# -- names of arguments ---------------------------------------------------------------------------------------------


async def test_arguments_have_the_names_that_programs_give_them() -> None:
    xmpp: Any = OfflineClient()
    for plugin in ("xep_0410", "xep_0308", "xep_0444"):
        xmpp.register_plugin(plugin)
    ping = xmpp["xep_0410"]
    ping.enable_self_ping(muc_resource=f"{ROOM}/me", orig_jid=None, interval=600, timeout=60)
    ping.update_nick(previous_jid=f"{ROOM}/me", new_jid=f"{ROOM}/other")
    assert ping.get_ping_status(muc_resource=f"{ROOM}/other", orig_jid=None) is PingStatus.UNTRIED
    ping.disable_self_ping(muc_resource=f"{ROOM}/other")
    with pytest.raises(TypeError, match="the same"):
        ping.disable_self_ping(muc_resource=f"{ROOM}/other", jid=f"{ROOM}/other")
    reactions = xmpp["xep_0444"].send_reactions(to="a@b.example", to_id="1", reactions={"\N{THUMBS UP SIGN}"})
    assert reactions["to"] == "a@b.example"
    message = xmpp.make_message("a@b.example", "old")
    message.send()
    assert xmpp["xep_0308"].correct_message(msg=message, body="new")["body"] == "new"


# -- the log ------------------------------------------------------------------------------------------------------


def test_the_log_of_slixmpp(hook: None) -> None:
    slixmpp, ours = logging.getLogger("slixmpp"), logging.getLogger("helixmpp.core.some.module")
    heard: list[str] = []

    class Hears(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    handler, before = Hears(), (slixmpp.level, slixmpp.propagate)
    try:
        slixmpp.addHandler(handler)
        slixmpp.propagate = False
        slixmpp.setLevel(logging.ERROR)
        ours.warning("not wanted")
        ours.error("wanted")
        assert heard == ["wanted"]
        as_slixmpp.uninstall_as_slixmpp()
        ours.error("of its own again")
        assert heard == ["wanted"]
    finally:
        slixmpp.removeHandler(handler)
        slixmpp.level, slixmpp.propagate = before
        slixmpp.setLevel(before[0])


# -- what is awaited ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["answer", "error", "cancel", "late", "awaited", "nobody"])
async def test_create_task_takes_what_has_begun(ends: str) -> None:
    xmpp: Any = OfflineClient()
    pending = xmpp.register_plugin("xep_0045").set_affiliation(ROOM, "member", jid="a@b.example")
    assert len(xmpp.sent) == 1, "it has begun"
    answer = f"<iq id='{xmpp.sent[0].get('id')}' from='{ROOM}' type="
    if ends == "nobody":
        await xmpp.receive(answer + "'error'/>")
        pending.close()
        return
    if ends == "late":
        await xmpp.receive(answer + "'result'/>")
    task: Any = pending if ends == "awaited" else asyncio.create_task(pending)
    await asyncio.sleep(0)
    if ends == "error":
        await xmpp.receive(answer + "'error'/>")
        with pytest.raises(IqError):
            await task
    elif ends == "cancel":
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        if ends != "late":
            await xmpp.receive(answer + "'result'/>")
        assert (await task)["id"] == xmpp.sent[0].get("id")


async def test_what_a_request_gives_is_a_future() -> None:
    xmpp: Any = OfflineClient()
    request = xmpp.make_iq_get(ito="a@b.example")
    request.enable("roster")
    pending = request.send()
    await xmpp.receive(f"<iq id='{request['id']}' from='a@b.example' type='result'/>")
    done, _ = await asyncio.wait([pending])
    assert done == {pending}


async def test_a_new_nickname_is_a_task() -> None:
    xmpp = await joined(ROOM)
    task = asyncio.create_task(xmpp["xep_0045"].set_self_nick(ROOM, "other"))
    x = "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>"
    await xmpp.receive(f"<presence from='{ROOM}/other'>{x}<status code='110'/></x></presence>")
    assert await task == "other"


# -- addresses that are text there ----------------------------------------------------------------------------------


def test_an_address_is_text_too(hook: None) -> None:
    items = DiscoItems()
    items.add_item("room@rooms.example.org", name="A room")
    jid: Any = items.get_items().pop()[0]
    assert jid.split("@") == ["room", "rooms.example.org"]
    assert (jid[:4], jid.upper(), "@" in jid) == ("room", "ROOM@ROOMS.EXAMPLE.ORG", True)
    assert ("to " + jid, jid + "/me") == ("to room@rooms.example.org", "room@rooms.example.org/me")
    assert jid.endswith(JID("rooms.example.org"))
    blocked = BlockList()
    blocked.items = {"a@b.example"}
    assert [str(item["jid"]) for item in blocked["items"]] == ["a@b.example"]
    assert isinstance(jid, JID)
    assert jid.local == "room"
    assert JID("a@b.example/c").resource == "c"


def test_without_the_hook_it_is_none() -> None:
    assert not any(hasattr(JID("a@b.example"), name) for name in ("split", "__contains__", "__radd__"))


# -- members of plugins ---------------------------------------------------------------------------------------------


def test_each_plugin_has_its_module_of_stanzas(hook: None) -> None:
    xmpp: Any = ClientXMPP("me@example.org", "secret")
    version: Any = xmpp.register_plugin("xep_0092")
    assert version.stanza.Version is Version

    class Mine(XEP_0092):
        name = "xep_0092"

    class Own(BasePlugin):
        name = "own"
        stanza = 5

    mine: Any = Mine
    assert mine.stanza is version.stanza
    assert Own.stanza == 5
    assert not hasattr(xmpp.register_plugin("xep_0199"), "stanza")


def test_without_the_hook_there_is_none() -> None:
    assert not hasattr(BasePlugin, "stanza")


BEGUN: list[tuple[str, str, tuple[Any, ...], dict[str, Any]]] = [
    ("xep_0012", "get_last_activity", ("a@b.example",), {}),
    ("xep_0030", "has_identity", ("a@b.example",), {"category": "client"}),
    ("xep_0030", "supports", ("a@b.example",), {"feature": "urn:x"}),
    ("xep_0048", "set_bookmarks", (Bookmarks(),), {}),
    ("xep_0084", "retrieve_avatar", ("a@b.example", "0" * 40), {}),
    ("xep_0153", "set_avatar", (), {"avatar": b"picture", "mtype": "image/png"}),
    ("xep_0313", "get_archive_metadata", (), {}),
]


@pytest.mark.parametrize(("plugin", "method", "args", "kwargs"), BEGUN, ids=[one[1] for one in BEGUN])
async def test_it_begins_without_being_awaited(plugin: str, method: str, args: Any, kwargs: Any) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0049")
    future = getattr(xmpp.register_plugin(plugin), method)(*args, **kwargs)
    await settle()
    assert xmpp.sent != []
    ended: list[Any] = []
    future.add_done_callback(ended.append)
    await xmpp.aclose()
    assert future.cancelled()
    assert ended == [future]


async def test_what_fails_unseen_is_not_complained_about(caplog: pytest.LogCaptureFixture) -> None:
    xmpp = OfflineClient()
    activity = xmpp.register_plugin("xep_0012")
    activity.get_last_activity("a@b.example")
    await settle()
    answer = f"<iq id='{xmpp.sent[0].get('id')}' from='a@b.example' type='error'/>"
    await xmpp.receive(answer)
    gc.collect()
    assert (caplog.records, xmpp.failures) == ([], [])
    with pytest.raises(IqError):
        future = activity.get_last_activity("a@b.example")
        await settle()
        await xmpp.receive(f"<iq id='{xmpp.sent[1].get('id')}' from='a@b.example' type='error'/>")
        await future
