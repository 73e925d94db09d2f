"""Ad-hoc commands: ours, run by another client; and those of a real server."""

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.errors import XMPPError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Command, Session
from helixmpp.stanza import Iq
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, COMPONENT, Place, until


class Orders:
    """A shop: what, how many, and the bill; eve is not served."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, int]] = []

    async def start(self, iq: Iq, session: Session) -> Session:
        if iq["from"].local != "bob":
            raise XMPPError("forbidden")
        session.update(payload=self.ask("what", "text-single"), has_next=True, next=self.what)
        return session

    def ask(self, var: str, ftype: str) -> Form:
        form = Form()
        form.type = "form"
        form.add_field(var=var, ftype=ftype)
        return form

    def what(self, payload: Form, session: Session) -> Session:
        session["what"] = payload["values"]["what"]
        session.update(payload=self.ask("count", "text-single"), has_next=False, next=self.count)
        return session

    def count(self, payload: Form, session: Session) -> Session:
        self.taken.append((session["from"].bare, session["what"], int(payload["values"]["count"])))
        session.update(payload=None, next=None, notes=[("info", "Thank you")])
        return session


def fill(answer: Iq, **values: str) -> Form:
    form = answer["command"]["form"].reply()
    form["values"] = values
    assert isinstance(form, Form)
    return form


async def run(client: ClientXMPP, shop: str) -> Command:
    plugin = client.plugin[XEP_0050]
    answer = await plugin.send_command(shop, "order")
    id_ = answer[Command].sessionid
    answer = await plugin.send_command(
        shop, "order", action="next", payload=fill(answer, what="tea"), sessionid=id_
    )
    assert answer[Command].get_actions() == {"complete"}
    answer = await plugin.send_command(
        shop, "order", action="complete", payload=fill(answer, count="3"), sessionid=id_
    )
    return answer[Command]


async def test_a_component_and_a_client_have_commands(place: Place) -> None:
    shop, alice = place.component(), await place.connected("alice", "xep_0050")
    shop.register_plugin("xep_0050")
    await shop.connect(*shop.address)
    bob = await place.connected("bob", "xep_0050")
    orders = Orders()
    for owner in (shop, alice):
        owner.plugin[XEP_0050].add_command(node="order", name="Order", handler=orders.start)
        address = str(owner.boundjid)
        assert await bob.plugin[XEP_0050].list_commands(address) == {"order": "Order"}
        command = await run(bob, address)
        assert (command.status, command["notes"]) == ("completed", [("info", "Thank you")])
        assert not owner.plugin[XEP_0050].sessions
    assert orders.taken == [(bob.boundjid.bare, "tea", 3)] * 2
    with pytest.raises(IqError, match="forbidden"):
        await alice.plugin[XEP_0050].send_command(COMPONENT[0], "order")


async def test_a_session_with_handlers(place: Place) -> None:
    shop, bob = place.component(), await place.connected("bob", "xep_0050")
    shop.register_plugin("xep_0050").add_command(
        node="order", name="Order", handler=(orders := Orders()).start
    )
    await shop.connect(*shop.address)
    plugin, ends = bob.plugin[XEP_0050], list[str]()

    def what(iq: Iq, session: Session) -> None:
        session["payload"], session["next"] = fill(iq, what="milk"), count
        plugin.continue_command(session)

    def count(iq: Iq, session: Session) -> None:
        session["payload"], session["next"] = fill(iq, count="1"), done
        plugin.complete_command(session)

    async def done(iq: Iq, session: Session) -> None:
        ends.append(iq["command"]["status"])

    def cancel(iq: Iq, session: Session) -> None:
        plugin.cancel_command(session)

    def canceled(iq: Iq, session: Session) -> None:
        ends.append(iq["command"]["status"])

    plugin.start_command(COMPONENT[0], "order", {"next": what})
    await until(lambda: len(ends) == 1)
    plugin.start_command(
        COMPONENT[0],
        "order",
        {"next": cancel, "cancel": canceled},
    )
    await until(lambda: len(ends) == 2)
    assert (ends, orders.taken) == (["completed", "canceled"], [(bob.boundjid.bare, "milk", 1)])
    assert not plugin.sessions
    assert not shop.plugin[XEP_0050].sessions


@pytest.mark.prosody
async def test_the_commands_of_prosody() -> None:
    admin = 'admins = { "alice@test.example" }'
    async with Prosody(ACCOUNTS, modules=("uptime", "admin_adhoc"), extra_config=admin) as server:
        place = Place("prosody", server.domain, server.host, server.port, server.tls_port, 0, server.ca_file)
        async with place.stack:
            alice, bob = [await place.connected(name, "xep_0050") for name in ("alice", "bob")]
            plugin, add_user = alice.plugin[XEP_0050], "http://jabber.org/protocol/admin#add-user"
            commands = await plugin.list_commands(server.domain)
            assert commands["uptime"] == "Get uptime"
            assert add_user in commands
            assert add_user not in await bob.plugin[XEP_0050].list_commands(server.domain)
            uptime = (await bob.plugin[XEP_0050].send_command(server.domain, "uptime"))[Command]
            assert (uptime.status, uptime["notes"][0][0]) == ("completed", "info")
            with pytest.raises(IqError, match="forbidden"):
                await bob.plugin[XEP_0050].send_command(server.domain, add_user)
            form = (await plugin.send_command(server.domain, add_user))[Command]
            assert (form.status, form["actions"]) == ("executing", {"next", "complete"})
            assert form.default_action == "complete"
            canceled = await plugin.send_command(
                server.domain, add_user, action="cancel", sessionid=form.sessionid
            )
            assert canceled[Command].status == "canceled"
            ends: list[Command] = []

            def fill_in(iq: Iq, session: Session) -> None:
                jid = f"carol@{server.domain}"
                values = {"accountjid": jid, "password": "x", "password-verify": "x"}
                session["payload"], session["next"] = fill(iq, **values), note
                plugin.complete_command(session)

            def note(iq: Iq, session: Session) -> None:
                ends.append(iq[Command])

            plugin.start_command(server.domain, add_user, {"next": fill_in})
            await until(lambda: bool(ends))
            assert (ends[0].status, ends[0]["notes"]) == (
                "completed",
                [("info", "Account successfully created")],
            )
            carol = place.client("carol", "x")
            await carol.connect(*carol.address)
            assert carol.is_connected()
