"""XEP-0050: commands of others that we run, and how commands are found, without a network."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Session
from helixmpp.stanza import Iq, IqError, IqTimeout
from tests.plugins.conftest import LoopClock
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

NS = "http://jabber.org/protocol/commands"
ITEMS = "http://jabber.org/protocol/disco#items"
INFO = "http://jabber.org/protocol/disco#info"
PEER = "bot@b.lit/desk"


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineClient]:
    client = OfflineClient()
    client.register_plugin("xep_0050")
    yield client
    await client.aclose()
    assert not client.failures


async def answer(xmpp: OfflineClient, inner: str, attributes: str = "", *, type_: str = "result") -> None:
    sent = xmpp.sent[-1]
    await xmpp.receive(
        f"<iq type='{type_}' id='{sent.get('id')}' from='{PEER}'>"
        f"<command xmlns='{NS}' node='n' {attributes}>{inner}</command>"
        + "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
        * (type_ == "error")
        + "</iq>"
    )


def command_of(stanza: Element) -> dict[str, str]:
    return {"type": stanza.get("type", ""), "to": stanza.get("to", ""), **stanza[0].attrib}


async def test_single_steps(xmpp: OfflineClient) -> None:
    plugin, form = xmpp.plugin[XEP_0050], Form()
    form.type = "submit"
    step = asyncio.ensure_future(plugin.send_command(PEER, "n", action="next", payload=form, sessionid="s1"))
    await settle()
    assert command_of(xmpp.sent[-1]) == {
        "type": "set", "to": PEER, "node": "n", "action": "next", "sessionid": "s1",
    }  # fmt: skip
    assert xmpp.sent[-1][0][0].get("type") == "submit"
    await answer(xmpp, "<note type='info'>done</note>", "status='completed' sessionid='s1'")
    assert (await step)["command"]["notes"] == [("info", "done")]
    with pytest.raises(FieldValueError):
        plugin.send_command(PEER, "n", action="jump")
    refused = asyncio.ensure_future(plugin.send_command(PEER, "n"))
    await settle()
    assert "sessionid" not in xmpp.sent[-1][0].attrib
    await answer(xmpp, "", type_="error")
    with pytest.raises(IqError, match="forbidden"):
        await refused


class Runner:
    """A program that runs a command with handlers."""

    def __init__(self, plugin: XEP_0050) -> None:
        self.plugin = plugin
        self.seen: list[tuple[str, str]] = []

    def note(self, name: str, iq: Iq, session: Session) -> None:
        self.seen.append((name, iq["command"].xml.get("status", "")))

    def first(self, iq: Iq, session: Session) -> None:
        self.note("first", iq, session)
        session["payload"], session["next"] = iq["command"]["form"].reply(), self.last
        self.plugin.continue_command(session)

    async def last(self, iq: Iq, session: Session) -> None:
        await asyncio.sleep(0)
        self.note("last", iq, session)

    def session(self) -> Session:
        notes = {name: partial(self.note, name) for name in ("error", "cancel", "timed_out")}
        return {"next": self.first, **notes}


async def test_a_session_to_its_end(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0050]
    runner = Runner(plugin)
    session = runner.session()
    plugin.start_command(PEER, "n", session)
    assert command_of(xmpp.sent[-1]) == {"type": "set", "to": PEER, "node": "n", "action": "execute"}
    assert list(plugin.sessions.values()) == [session]
    await answer(xmpp, "<x xmlns='jabber:x:data' type='form'/>", "status='executing' sessionid='s1'")
    assert command_of(xmpp.sent[-1])["sessionid"] == "s1"
    assert xmpp.sent[-1][0][0].get("type") == "submit"
    # The peer cannot change whose session it is.
    await answer(xmpp, "", "status='executing' sessionid='s2'")
    plugin.complete_command(session)
    sent = command_of(xmpp.sent[-1])
    assert (sent["action"], sent["sessionid"]) == ("complete", "s1")
    await answer(xmpp, "", "status='completed' sessionid='s1'")
    assert runner.seen == [("first", "executing"), ("last", "executing"), ("last", "completed")]
    assert not plugin.sessions


@pytest.mark.parametrize("kind", ["result", "error"])
async def test_a_handler_that_fails_ends_the_session(xmpp: OfflineClient, kind: str) -> None:
    plugin = xmpp.plugin[XEP_0050]

    def fails(iq: Iq, session: Session) -> None:
        raise RuntimeError("a mistake of the program")

    plugin.start_command(PEER, "n", {"next": fails, "error": fails})
    await answer(xmpp, "", "status='executing' sessionid='s1'" if kind == "result" else "", type_=kind)
    assert [str(error) for error in xmpp.failures] == ["a mistake of the program"]
    xmpp.failures.clear()
    assert not plugin.sessions


async def test_without_a_handler_of_its_own_the_next_one_hears_of_the_cancel(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0050]
    runner = Runner(plugin)
    session: Session = {"next": partial(runner.note, "next")}
    plugin.start_command(PEER, "n", session)
    plugin.cancel_command(session)
    await answer(xmpp, "", "status='canceled'")
    assert (runner.seen, plugin.sessions) == ([("next", "canceled")], {})


async def test_how_sessions_end_otherwise(xmpp: OfflineClient, loop_clock: LoopClock) -> None:
    plugin = xmpp.plugin[XEP_0050]
    runner = Runner(plugin)
    canceled, refused, silent, terminated = [runner.session() for _ in range(4)]
    plugin.start_command(PEER, "n", canceled)
    plugin.cancel_command(canceled)
    await answer(xmpp, "", "status='canceled'")
    plugin.start_command(PEER, "n", terminated)
    plugin.terminate_command(terminated)
    await answer(xmpp, "", "status='executing'")
    plugin.start_command(PEER, "n", refused)
    await answer(xmpp, "", type_="error")
    # With a handler for refusals it is for the handler to go on or to end it.
    assert list(plugin.sessions.values()) == [refused]
    plugin.terminate_command(refused)
    plugin.terminate_command(refused)
    waiting = asyncio.ensure_future(plugin.start_command(PEER, "n", silent))
    await loop_clock.pass_(60)
    await settle()
    with pytest.raises(IqTimeout):
        await waiting
    assert runner.seen == [("cancel", "canceled"), ("error", ""), ("timed_out", "")]
    plugin.start_command(PEER, "n", {})
    await answer(xmpp, "", type_="error")
    with pytest.raises(FieldValueError):
        plugin.start_command(PEER, "n", {"payload": [3]})
    assert not plugin.sessions


async def test_a_session_ends_with_the_stream(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0050]
    waiting = asyncio.ensure_future(plugin.start_command(PEER, "n", {}))
    await settle()
    waiting.cancel()
    await settle()
    assert not plugin.sessions


async def test_flow_finds_the_session(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0050]
    runner = Runner(plugin)
    session = runner.session()
    session["next"] = runner.last
    plugin.start_command(PEER, "n", session)
    await answer(xmpp, "", "status='executing' sessionid='s1'")
    plugin.send_command(PEER, "n", action="complete", sessionid="s1", flow=True)
    await answer(xmpp, "", "status='completed' sessionid='s1'")
    assert runner.seen == [("last", "executing"), ("last", "completed")]
    assert not plugin.sessions


async def test_commands_of_others(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0050]
    items = (
        f"<item jid='{PEER}' node='list' name='List'/><item jid='{PEER}' node='bare'/><item jid='{PEER}'/>"
        "<item jid='eve@c.lit' node='evil' name='Evil'/>"
    )
    for asking in (plugin.get_commands, plugin.list_commands):
        task = asyncio.ensure_future(asking(PEER))
        await settle()
        assert (xmpp.sent[-1][0].tag, xmpp.sent[-1][0].get("node")) == (f"{{{ITEMS}}}query", NS)
        await xmpp.receive(
            f"<iq type='result' id='{xmpp.sent[-1].get('id')}' from='{PEER}'>"
            f"<query xmlns='{ITEMS}' node='{NS}'>{items}</query></iq>"
        )
        found: Any = await task
    assert found == {"list": "List", "bare": ""}


async def ask(xmpp: Any, namespace: str, node: str, to: str) -> list[dict[str, str]]:
    (found,) = await xmpp.receive(
        f"<iq type='get' id='1' from='a@b.c/d' to='{to}'><query xmlns='{namespace}' node='{node}'/></iq>"
    )
    return [dict(child.attrib) for child in found[0]] if found.get("type") == "result" else [{"error": ""}]


async def test_finding_ours(xmpp: OfflineClient) -> None:
    plugin, me = xmpp.plugin[XEP_0050], "me@example.org/desk"
    assert await ask(xmpp, ITEMS, NS, me) == []
    plugin.add_command(node="n", name="First", handler=print)
    plugin.add_command(node="n", name="Name", handler=print)
    plugin.add_command(node="m", handler=print)
    expected = [{"jid": me, "node": "n", "name": "Name"}, {"jid": me, "node": "m", "name": "m"}]
    assert await ask(xmpp, ITEMS, NS, me) == expected
    info = await ask(xmpp, INFO, "n", me)
    assert info[0] == {"category": "automation", "type": "command-node", "name": "Name"}
    assert {child["var"] for child in info[1:]} >= {NS, "jabber:x:data"}
    assert {"category": "automation", "type": "command-list", "name": "Commands"} in await ask(
        xmpp, INFO, NS, me
    )
    assert {"var": NS} in await ask(xmpp, INFO, "", me)
    # The server gives another resource.
    for item in expected:
        item["jid"] = "me@example.org/other"
    plugin.session_bind(xmpp.boundjid.bare_jid.__class__("me@example.org/other"))
    assert await ask(xmpp, ITEMS, NS, me) == expected
    plugin.del_command(node="n")
    plugin.del_command(node="n")
    assert await ask(xmpp, ITEMS, NS, me) == expected[1:]
    assert await ask(xmpp, INFO, "n", me) == [{"error": ""}]
    xmpp.plugin.disable("xep_0050")
    assert await ask(xmpp, ITEMS, NS, me) == [{"error": ""}]


async def test_announcing(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0050]
    plugin.add_command(node="n", name="Name", handler=print)
    plugin.announce_commands(PEER, "Controls")
    (subject, query) = xmpp.sent[-1]
    assert (subject.text, query.get("node")) == ("Controls", NS)
    assert [dict(item.attrib) for item in query] == [
        {"jid": "me@example.org/desk", "node": "n", "name": "Name"}
    ]
    seen: list[Any] = []
    xmpp.add_event_handler("commands_announced", seen.append)
    for node, type_ in ((NS, ""), ("other", ""), (NS, "type='error'")):
        await xmpp.receive(f"<message from='{PEER}' {type_}><query xmlns='{ITEMS}' node='{node}'/></message>")
    assert [message["from"] for message in seen] == [PEER]


async def test_a_component_has_commands_at_its_addresses() -> None:
    xmpp = OfflineComponent()
    plugin, room = xmpp.register_plugin(XEP_0050), "room@comp.example.org"
    plugin.add_command(jid=room, node="n", handler=print)
    assert await ask(xmpp, ITEMS, NS, room) == [{"jid": room, "node": "n", "name": "n"}]
    assert await ask(xmpp, ITEMS, NS, "comp.example.org") == []
    plugin.announce_commands(PEER, ifrom=room)
    assert (xmpp.sent[-1].get("from"), len(xmpp.sent[-1][0])) == (room, 1)
    await xmpp.aclose()
