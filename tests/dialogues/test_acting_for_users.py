"""A privileged component, and another one that plays the server whose users it acts for, through real streams."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from helixmpp import ComponentXMPP, Message
from helixmpp.core.handlers import Callback
from helixmpp.plugins.xep_0199 import Ping
from helixmpp.plugins.xep_0297.stanza import Forwarded
from helixmpp.plugins.xep_0356 import XEP_0356, Privilege, PrivilegedIq, PrivilegedIqError
from helixmpp.stanza import Iq, Roster, StanzaPath
from helixmpp.testing import Server
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import until
from tests.dialogues.test_rooms import heard

GATEWAY, CAPULET = "gateway.test.example", "capulet.test.example"
JULIET, NURSE = f"juliet@{CAPULET}", f"nurse@{GATEWAY}"
SECRETS = {GATEWAY: "secret of the gateway", CAPULET: "secret of the server"}
PERMS = (("roster", "both"), ("message", "outgoing"), ("iq", None))


class Capulet:
    """The server of one user, which allows the gateway what it was told to."""

    def __init__(self, xmpp: ComponentXMPP) -> None:
        self.xmpp = xmpp
        self.roster: dict[str, str] = {}
        #: What was sent in the user's name.
        self.sent: list[Any] = []
        xmpp.register_plugin("xep_0199")
        xmpp.register_plugin("xep_0356")
        # The plugin itself plays the other side.
        xmpp.remove_handler("xep_0356.pushes")
        for path, handler in (
            ("iq@type=get/roster", self.asked),
            ("iq@type=set/roster", self.changed),
            ("message/privilege", self.message_for),
            ("iq/privileged_iq", self.iq_for),
        ):
            xmpp.register_handler(Callback(path, StanzaPath(path), handler))

    def allow(self) -> None:
        message = self.xmpp.make_message(GATEWAY, mfrom=CAPULET)
        for access, kind in PERMS:
            perm = message[Privilege].add_perm(access, kind)
            if access == "iq":
                perm["namespace"]["ns"], perm["namespace"]["type"] = Ping.namespace, "get"
        message.send()

    def asked(self, iq: Iq) -> None:
        answer = iq.reply()
        answer[Roster].set_items({jid: {"name": name} for jid, name in self.roster.items()})
        answer[Roster].attach()
        answer.send()

    def changed(self, iq: Iq) -> None:
        self.roster.update({str(jid): item["name"] for jid, item in iq[Roster].get_items().items()})
        iq.reply().send()
        push = self.xmpp.make_iq_set(iq[Roster], ito=GATEWAY, ifrom=JULIET)
        push.send(timeout=5)

    def message_for(self, message: Message) -> None:
        inner = message[Privilege][Forwarded].message
        if inner is not None:
            self.sent.append(inner)

    def iq_for(self, iq: Iq) -> None:
        inner = iq[PrivilegedIq][Iq]
        self.sent.append(inner)
        answer = iq.reply()
        result = Iq(stype="result", sfrom=inner["to"], sto=inner["from"], sid=inner["id"])
        if inner["to"].local:
            result["type"] = "error"
            result["error"]["condition"] = "service-unavailable"
        answer[Privilege][Forwarded].stanza = result
        answer.send()


@pytest.fixture(params=["embedded", pytest.param("prosody", marks=pytest.mark.prosody)])
async def both(request: pytest.FixtureRequest) -> AsyncIterator[tuple[ComponentXMPP, Capulet]]:
    """The gateway, and the server of its user."""
    async with AsyncExitStack() as stack:
        server: Prosody | Server
        if request.param == "prosody":
            server = await stack.enter_async_context(Prosody(components=SECRETS))
        else:
            server = await stack.enter_async_context(Server(components=SECRETS))
        made: list[ComponentXMPP] = []
        for name, secret in SECRETS.items():
            xmpp = ComponentXMPP(name, secret, server.host, server.component_port)
            stack.push_async_callback(xmpp.aclose)
            made.append(xmpp)
        gateway, capulet = made[0], Capulet(made[1])
        gateway.register_plugin("xep_0199")
        gateway.register_plugin("xep_0356")
        for xmpp in made:
            await xmpp.connect(server.host, server.component_port)
        yield gateway, capulet


async def test_what_a_server_allows(both: tuple[ComponentXMPP, Capulet]) -> None:
    gateway, capulet = both
    plugin = gateway.plugin[XEP_0356]
    told, pushed = heard(gateway, "privileges_advertised"), heard(gateway, "privileged_roster_update")
    with pytest.raises(PermissionError):
        await plugin.get_roster(JULIET)
    capulet.allow()
    await until(lambda: len(told) == 1)
    assert list((await plugin.get_roster(JULIET, timeout=5))["roster"]["items"]) == []
    await plugin.set_roster(JULIET, {NURSE: {"name": "Nurse", "subscription": "both"}}, timeout=5)
    assert capulet.roster == {NURSE: "Nurse"}
    await until(lambda: len(pushed) == 1)
    assert (pushed[0]["from"], list(pushed[0]["roster"]["items"])) == (JULIET, [NURSE])


async def test_what_is_sent_in_the_name_of_a_user(both: tuple[ComponentXMPP, Capulet]) -> None:
    gateway, capulet = both
    plugin = gateway.plugin[XEP_0356]
    told = heard(gateway, "privileges_advertised")
    capulet.allow()
    await until(lambda: len(told) == 1)
    plugin.send_privileged_message(gateway.make_message("romeo@montague.lit", "Ay me!", mfrom=JULIET))
    await until(lambda: len(capulet.sent) == 1)
    message = capulet.sent[0]
    assert (message["from"], message["to"], message["body"]) == (JULIET, "romeo@montague.lit", "Ay me!")
    ping = gateway.make_iq_get(ito="montague.lit", ifrom=JULIET)
    ping[Ping].attach()
    answer = await plugin.send_privileged_iq(ping, timeout=5)
    assert (answer["type"], answer["from"], answer["to"]) == ("result", "montague.lit", JULIET)
    assert capulet.sent[1].xml.tag == "{jabber:client}iq"
    ping = gateway.make_iq_get(ito="romeo@montague.lit", ifrom=JULIET)
    ping[Ping].attach()
    with pytest.raises(PrivilegedIqError, match="service-unavailable"):
        await plugin.send_privileged_iq(ping, timeout=5)
