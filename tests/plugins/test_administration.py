"""Commands for the administrators of a server (XEP-0133): by one call, and by sessions."""

import inspect
from collections.abc import AsyncIterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0133 import COMMANDS, MAX_STEPS, XEP_0133, CommandFailed
from helixmpp.stanza import Iq
from tests.plugins.offline import settle
from tests.plugins.test_pep import Account

ADMIN = "http://jabber.org/protocol/admin"
NS = "xmlns='http://jabber.org/protocol/commands'"


def form(kind: str, *fields: str) -> str:
    hidden = f"<field type='hidden' var='FORM_TYPE'><value>{ADMIN}</value></field>"
    return f"<x xmlns='jabber:x:data' type='{kind}'>{hidden}{''.join(fields)}</x>"


ADD_USER = form(
    "form",
    "<field type='jid-single' var='accountjid'><required/></field>",
    "<field type='text-private' var='password'/>",
    "<field type='text-single' var='email'><value>none@example.org</value></field>",
)


class Server:
    """A server with one command that takes some steps."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []

    def __call__(self, request: Element) -> str:
        if "disco" in request[0].tag:
            items = "".join(
                f"<item jid='example.org' node='{ADMIN}#{name}' name='n'/>" for name in COMMANDS[:3]
            )
            return (
                "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'>"
                f"{items}<item jid='example.org' node='other' name='o'/>"
                f"<item jid='evil.example' node='{ADMIN}#shutdown' name='s'/></query>"
            )
        command = Iq(xml=request)["command"]
        found = command.get(Form)
        values = {name: one.texts for name, one in found.field.items()} if found is not None else {}
        self.asked.append((command["action"], command["sessionid"], values))
        if command["action"] == "cancel":
            return f"<command {NS} sessionid='s1' status='canceled'/>"
        answer = self.answers.pop(0)
        if not answer.startswith("<"):
            status, _, inner = answer.partition(" ")
            if status not in ("executing", "completed"):
                return answer
            return f"<command {NS} sessionid='s1' status='{status}'>{inner}</command>"
        return answer


GIVEN = {"accountjid": JID("juliet@example.org"), "password": "R0m30"}
SUBMITTED = {
    "FORM_TYPE": [ADMIN],
    "accountjid": ["juliet@example.org"],
    "password": ["R0m30"],
    "email": ["none@example.org"],
}


async def test_a_user_is_added() -> None:
    server = Server(f"executing {ADD_USER}", "completed <note type='info'>Welcome</note>")
    xmpp = Account(server, "xep_0133")
    result = await xmpp.plugin[XEP_0133].run("add-user", GIVEN)
    assert server.asked == [("execute", "", {}), ("execute", "s1", SUBMITTED)]
    assert (result.values, result.notes) == ({}, ("Welcome",))
    requests = xmpp.requests
    assert {one.get("to") for one in requests} == {"example.org"}
    assert {one[0].get("node") for one in requests} == {f"{ADMIN}#add-user"}
    assert xmpp.requests[1][0][0].get("type") == "submit"
    await xmpp.aclose()


async def test_a_number_is_asked_for() -> None:
    result = form("result", "<field var='onlineusersnum'><value>42</value></field>")
    server = Server(f"completed {result}")
    xmpp = Account(server, "xep_0133")
    found = await xmpp.plugin[XEP_0133].run("get-online-users-num", jid="other.example")
    assert found.values["onlineusersnum"] == ["42"]
    assert found.iq is not None
    assert found.iq["command"]["form"]["values"]["onlineusersnum"] == "42"
    assert xmpp.requests[0].get("to") == "other.example"
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("answers", "values", "error", "words", "last"),
    [
        (["forbidden"], GIVEN, IqError, "forbidden", "execute"),
        ([f"executing {ADD_USER}", "conflict"], GIVEN, IqError, "conflict", "execute"),
        (
            [f"executing {ADD_USER}", "completed <note type='error'>No</note>"],
            GIVEN,
            CommandFailed,
            "No",
            "execute",
        ),
        # What nobody asks for is found out before anything is done.
        ([f"executing {ADD_USER}"], {"acountjid": "x"}, ValueError, "acountjid", "cancel"),
        (["executing"], {}, ValueError, "form", "cancel"),
        (["executing"] * 9, GIVEN, ValueError, "accountjid", "cancel"),
        ([""], {}, ValueError, "form", "cancel"),
        # A service that asks again and again.
        ([f"executing {ADD_USER}"] * (MAX_STEPS + 1), {}, CommandFailed, "end", "execute"),
    ],
)
async def test_what_goes_wrong(
    answers: list[str], values: dict[str, object], error: type[Exception], words: str, last: str
) -> None:
    server = Server(*answers)
    xmpp = Account(server, "xep_0133")
    with pytest.raises(error, match=words):
        await xmpp.plugin[XEP_0133].run("add-user", values)
    assert server.asked[-1][0] == last
    assert len(server.asked) <= MAX_STEPS + 1
    await xmpp.aclose()


@pytest.fixture
async def client() -> AsyncIterator[Account]:
    xmpp = Account(Server(*["completed"] * 40), "xep_0133")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


async def test_a_method_for_each_command(client: Account) -> None:
    plugin = client.plugin[XEP_0133]
    methods = {name for name, _ in inspect.getmembers(plugin, inspect.isfunction)}
    for name in COMMANDS:
        assert name.replace("-", "_") in methods
        await getattr(plugin, name.replace("-", "_"))()
        assert client.requests[-1][0].get("node") == f"{ADMIN}#{name}"
    assert not client.plugin["xep_0050"].sessions
    await plugin.restart(jid="muc.example.org", session={}, ifrom="me@example.org/x")
    assert (client.requests[-1].get("to"), client.requests[-1].get("from")) == (
        "muc.example.org",
        "me@example.org/x",
    )


async def test_a_session() -> None:
    server = Server(f"executing {ADD_USER}", "completed")
    xmpp = Account(server, "xep_0133")
    seen: list[str] = []

    def fill_in(iq: Iq, session: dict[str, Any]) -> None:
        asked = iq["command"]["form"]
        answer = xmpp.plugin["xep_0004"].make_form("submit")
        for var in asked.field:
            answer.add_field(var, value="juliet@example.org" if var == "accountjid" else "x")
        session["payload"], session["next"] = answer, done
        xmpp.plugin["xep_0050"].complete_command(session)

    def done(iq: Iq, session: dict[str, Any]) -> None:
        seen.append(iq["command"]["status"])

    await xmpp.plugin[XEP_0133].add_user(session={"next": fill_in})
    await settle(200)
    assert (seen, xmpp.failures) == (["completed"], [])
    assert server.asked[1][2]["accountjid"] == ["juliet@example.org"]
    await xmpp.aclose()


async def test_which_commands_there_are() -> None:
    xmpp = Account(Server(), "xep_0133")
    plugin = xmpp.plugin[XEP_0133]
    assert await plugin.commands() == set(COMMANDS[:3])
    assert len((await plugin.get_commands())["disco_items"]["items"]) == 5
    await xmpp.aclose()
