"""In-band registration and search: with a component, and (registration) with the server itself."""

from typing import Any

import pytest

from helixmpp import ComponentXMPP, IqError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0055 import XEP_0055, Search
from helixmpp.plugins.xep_0077 import XEP_0077, Register
from helixmpp.stanza import Iq
from tests.dialogues.conftest import ACCOUNTS, COMPONENT, Place, until


async def gateway(place: Place, *plugins: str) -> ComponentXMPP:
    component = place.component()
    for plugin in plugins:
        component.register_plugin(plugin)
    await component.connect(*component.address)
    return component


async def test_registering_with_a_component(place: Place) -> None:
    component = await gateway(place, "xep_0077")
    events: list[tuple[str, str]] = []
    component.add_event_handler("user_register", lambda iq: events.append(("in", iq["register"]["username"])))
    component.add_event_handler("user_unregister", lambda iq: events.append(("out", iq["from"].local)))
    alice = await place.connected("alice", "xep_0077")
    plugin = alice.plugin[XEP_0077]
    assert (
        "jabber:iq:register"
        in (await alice.plugin["xep_0030"].get_info(COMPONENT[0]))["disco_info"]["features"]
    )
    form = (await plugin.get_registration(COMPONENT[0]))[Register]
    assert (form["fields"], form.registered) == ({"username", "password"}, False)
    with pytest.raises(IqError, match="not-acceptable"):
        await plugin.register({"username": "al"}, COMPONENT[0])
    await plugin.register({"username": "al", "password": "x"}, COMPONENT[0])
    form = (await plugin.get_registration(COMPONENT[0]))[Register]
    assert (form.registered, form["username"]) == (True, "al")
    component.plugin[XEP_0077].data_form = True
    answer = (await plugin.get_registration(COMPONENT[0]))["register"]["form"]
    answer["values"] = {"username": "alice2", "password": "y"}
    await plugin.register(answer.reply(), COMPONENT[0])
    await plugin.cancel_registration(COMPONENT[0])
    with pytest.raises(IqError, match="item-not-found"):
        await plugin.cancel_registration(COMPONENT[0])
    assert events == [("in", "al"), ("in", "alice2"), ("out", "alice")]


async def test_a_password_and_an_account_at_the_server(place: Place) -> None:
    alice = await place.connected("alice", "xep_0077")
    plugin = alice.plugin[XEP_0077]
    if place.kind != "prosody":
        with pytest.raises(IqError, match="service-unavailable"):
            await plugin.change_password("new")
        assert alice.password == ACCOUNTS["alice"]
        return
    assert (await plugin.get_registration())[Register].registered
    await plugin.change_password("another secret")
    assert alice.password == "another secret"
    again = place.client("alice/again", "another secret")
    await again.connect(*again.address)
    assert again.is_connected()
    alice.auto_reconnect = again.auto_reconnect = False
    await plugin.cancel_registration()
    await until(lambda: not alice.is_connected() and not again.is_connected())


async def test_searching_a_component(place: Place) -> None:
    component = await gateway(place, "xep_0055")
    directory = component.plugin[XEP_0055]

    async def query(jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq:
        person: dict[str, Any] = {"jid": "juliet@capulet.com", "first": "Juliet", "last": "Capulet"}
        return directory.make_result(
            args, [person] if directory.wanted_by(args) == {"last": "Capulet"} else []
        )

    directory.api.register(query, "search_query")
    alice = await place.connected("alice", "xep_0055")
    plugin = alice.plugin[XEP_0055]
    form = (await plugin.get_search_form(COMPONENT[0]))[Search][Form]
    form["values"] = {"last": "Capulet"}
    by_form = plugin.results_of(await plugin.search(form.reply(), COMPONENT[0]))
    by_fields = plugin.results_of(await plugin.search({"last": "Capulet"}, COMPONENT[0]))
    assert by_form == by_fields == [{"jid": "juliet@capulet.com", "first": "Juliet", "last": "Capulet"}]
    assert plugin.results_of(await plugin.search({"last": "Montague"}, COMPONENT[0])) == []
