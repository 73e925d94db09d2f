"""What public programs do besides: take handlers off, leave requests open, write values that do not exist."""

import asyncio
import unittest
from collections.abc import Iterator
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP, Iq, Message, Presence, XMPPError, as_slixmpp
from helixmpp.core.legacy_members import HANDLERS_OF_PLUGINS
from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0045.stanza import MUCPresence
from helixmpp.plugins.xep_0191 import BlockItem
from helixmpp.plugins.xep_0313 import Metadata
from helixmpp.plugins.xep_0428 import Fallback
from helixmpp.stanza import register_stanza_plugin
from helixmpp.testing import SlixTest
from tests.plugins.offline import OfflineClient


@pytest.fixture
def hook() -> Iterator[None]:
    as_slixmpp.install_as_slixmpp()
    yield
    as_slixmpp.uninstall_as_slixmpp()


# -- handlers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(HANDLERS_OF_PLUGINS))
def test_what_a_plugin_answers_can_be_taken_off(name: str) -> None:
    xmpp = ClientXMPP("me@example.org", "secret")
    assert not xmpp.remove_handler(name)
    for ours in HANDLERS_OF_PLUGINS[name]:
        xmpp.register_plugin(ours.partition(".")[0])
    assert xmpp.remove_handler(name)
    assert not xmpp.remove_handler(name)
    assert not any(xmpp.remove_handler(ours) for ours in HANDLERS_OF_PLUGINS[name])


@pytest.mark.parametrize("kind", ["message", "presence"])
@pytest.mark.parametrize("error, told", [(XMPPError("forbidden"), 0), (RuntimeError("a bug"), 1)])
async def test_a_refusal_is_no_bug(kind: str, error: Exception, told: int) -> None:
    xmpp = OfflineClient()

    def refuse(stanza: Any) -> None:
        raise error

    xmpp.add_event_handler("message" if kind == "message" else "presence_available", refuse)
    assert await xmpp.receive(f"<{kind} from='a@b.example/c'><body>x</body></{kind}>") == []
    assert len(xmpp.failures) == told


@pytest.fixture
def loop() -> Iterator[None]:
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    made.close()
    asyncio.set_event_loop(None)


def test_a_request_that_is_open_at_the_end(loop: None) -> None:
    """A task of the program that nobody awaits: its loop is not told of a failure when the test is over."""
    heard: list[Any] = []

    def hear(of: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        heard.append(context)

    class Case(SlixTest):
        def test_it(self) -> None:
            self.stream_start(plugins=["xep_0199"])
            self.xmpp.loop.set_exception_handler(hear)
            request = self.xmpp.make_iq_get(ito="a@b.example")
            request.enable("ping")

            async def ask() -> None:
                await request.send()

            self.task = self.xmpp.loop.create_task(ask())
            self.wait_()
            self.stream_close()
            self.wait_()
            assert self.task.cancelled()
            del self.task

    result = unittest.TestResult()
    Case("test_it").run(result)
    assert (result.failures, result.errors, heard) == ([], [], [])


# -- what peers see ----------------------------------------------------------------------------------------------


def test_what_peers_know_of_a_program_stays(hook: None) -> None:
    xmpp: Any = ComponentXMPP("comp.example.org", "secret")
    for name in ("xep_0030", "xep_0115"):
        xmpp.register_plugin(name)
    assert xmpp["xep_0115"].caps_node == "http://slixmpp.com/ver/1.17.0"
    assert xmpp["xep_0030"].always_info_feature is False
    own: Any = ComponentXMPP(
        "comp.example.org", "secret", plugin_config={"xep_0115": {"caps_node": "urn:own"}}
    )
    own.register_plugin("xep_0115")
    assert own["xep_0115"].caps_node == "urn:own"


@pytest.mark.parametrize(
    "always, said, found", [(True, ["urn:x"], 2), (False, ["urn:x"], 1), (False, [], 1), (True, [], 1)]
)
async def test_disco_info_names_itself(always: bool, said: list[str], found: int) -> None:
    xmpp: Any = OfflineClient()
    xmpp.register_plugin("xep_0030", {"always_info_feature": always})
    disco = xmpp.plugin["xep_0030"]
    disco.static.set_features("a@example.org", None, None, {"features": said})
    info = await disco.info_of("a@example.org", local=True)
    assert set(said) <= set(info["features"])
    assert len(info["features"]) == found


# -- stanzas -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["none", "bogus", 5])
def test_a_type_that_does_not_exist(hook: None, value: Any) -> None:
    presence = Presence()
    presence["type"] = "away"
    presence["type"] = value
    assert presence["type"] == "away"


def test_without_the_hook_it_raises() -> None:
    with pytest.raises(FieldValueError):
        Presence()["type"] = "none"


def test_text_of_a_stanza(hook: None) -> None:
    xmpp = ClientXMPP("me@example.org", "secret")
    xmpp.use_presence_ids = False
    assert str(xmpp.make_presence(pto="a@b.example")) == '<presence to="a@b.example" />'
    assert str(Presence()) == '<presence xmlns="jabber:client" />'


def test_without_the_hook_it_is_whole() -> None:
    assert str(Presence()) == '<presence xmlns="jabber:client"/>'


def test_texts_by_language() -> None:
    message = Message()
    message["body"] = {"en": "Hello", "es": "Hola"}
    assert message["body|*"] == {"en": "Hello", "es": "Hola"}


def test_without_the_fallback_of_one_protocol() -> None:
    register_stanza_plugin(Message, Fallback)
    message = Message()
    message["body"] = "> quoted\nanswer"
    for name, end in (("urn:one", 9), ("urn:two", 2)):
        fallback = Fallback()
        fallback["for"] = name
        fallback["body"]["start"], fallback["body"]["end"] = 0, end
        message.append(fallback)
    first = message[Fallback]
    assert [first.get_stripped_body(name) for name in ("urn:one", "urn:two", "urn:three", None)] == [
        "answer",
        "quoted\nanswer",
        "> quoted\nanswer",
        "answer",
    ]
    message["subject"] = "s"
    assert (first.get_stripped_subject("urn:one"), first.get_stripped_body("urn:one", "subject")) == (
        "s",
        "s",
    )


def test_archive_metadata() -> None:
    register_stanza_plugin(Iq, Metadata)
    iq: Any = Iq()
    assert (iq["mam_metadata"]["start"]["id"], iq["mam_metadata"]["end"]["timestamp"]) == ("", None)
    iq["mam_metadata"]["start"]["id"] = "a"
    iq["mam_metadata"]["start"]["timestamp"] = "2008-08-22T21:09:04Z"
    assert iq["mam_metadata"]["start"]["timestamp"].year == 2008
    assert len(iq["mam_metadata"].xml) == 1


def test_what_a_room_says_of_an_occupant() -> None:
    muc = MUCPresence()
    muc.set_item_attr("reason", "why")
    muc.set_item_attr("role", "none")
    assert (muc["item"]["reason"], muc["role"]) == ("why", "none")


def test_one_blocked_address() -> None:
    item = BlockItem()
    item.jid = "a@b.example"
    assert item.xml.attrib == {"jid": "a@b.example"}


async def test_older_names_of_rooms() -> None:
    xmpp: Any = OfflineClient()
    xmpp.register_plugin("xep_0045")
    rooms = xmpp.plugin["xep_0045"]
    asked = asyncio.ensure_future(rooms.get_users_by_affiliation("room@muc.example", "owner"))
    await asyncio.sleep(0)
    assert xmpp.sent[-1][0][0].attrib == {"affiliation": "owner"}
    asked.cancel()
    rooms.decline("room@muc.example", "a@b.example", "no time")
    assert xmpp.sent[-1].get("to") == "room@muc.example"
    rooms.join_groupchat("room@muc.example", "me").cancel()
    assert xmpp.sent[-1].get("to") == "room@muc.example/me"
