"""Capabilities in presences, and forms in what an entity says of itself, with a real server between."""

from typing import Any

from helixmpp import ClientXMPP, Message, Presence
from helixmpp.core import BaseXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0115 import XEP_0115, Capabilities, make_verstring
from helixmpp.plugins.xep_0128 import XEP_0128
from helixmpp.stanza import Iq
from tests.dialogues.conftest import Place, until


def caps(xmpp: BaseXMPP) -> XEP_0115:
    return xmpp.plugin[XEP_0115]


def disco(xmpp: BaseXMPP) -> XEP_0030:
    return xmpp.plugin[XEP_0030]


def questions(xmpp: BaseXMPP) -> list[str]:
    """The nodes that are asked for from now on."""
    asked: list[str] = []

    def sent(stanza: Any) -> Any:
        if isinstance(stanza, Iq) and stanza["type"] == "get" and "disco_info" in stanza:
            asked.append(stanza["disco_info"]["node"])
        return stanza

    xmpp.add_filter("out_sync", sent)
    return asked


def software(name: str) -> Form:
    form = Form()
    form.add_field("FORM_TYPE", "hidden", value="urn:xmpp:dataforms:softwareinfo")
    form.add_field("software", value=name)
    form.add_field("ip_version", "text-multi", value=["ipv6", "ipv4"])
    return form


async def both(place: Place) -> tuple[ClientXMPP, ClientXMPP, list[Presence]]:
    alice = await place.connected("alice/a", "xep_0115", "xep_0199")
    bob = await place.connected("bob/b", "xep_0115")
    came: list[Presence] = []
    bob.add_event_handler("entity_caps", came.append)
    return alice, bob, came


async def test_one_learns_what_the_other_can_do(place: Place) -> None:
    alice, bob, came = await both(place)
    await disco(alice).add_identity("client", "pc", "Ψ & Alice's", lang="el")
    await alice.plugin[XEP_0128].add_extended_info(data=software("helix"))
    asked = questions(bob)
    alice.send_presence(pto=bob.boundjid)
    await until(lambda: bool(came))
    ver = came[0]["caps"]["ver"]
    assert came[0]["caps"]["hash"] == "sha-1"
    await until(lambda: len(asked) == 1)
    assert asked == [f"{caps(alice).caps_node}#{ver}"]
    found = None
    while found is None:
        await disco(bob).get_info(
            place.domain
        )  # a question to the server: by then the answer before it is there
        found = await caps(bob).get_caps(alice.boundjid)
    assert make_verstring(found) == ver == await caps(bob).get_verstring(alice.boundjid)
    assert found["forms"][0]["values"]["software"] == "helix"
    del asked[:]
    assert await disco(bob).supports(alice.boundjid, feature="urn:xmpp:ping") is True
    assert await disco(bob).supports(alice.boundjid, feature="urn:none") is False
    assert await disco(bob).has_identity(alice.boundjid, category="client", itype="pc", lang="el") is True
    # What is known is not asked for again.
    alice.send_presence(pshow="away", pto=bob.boundjid)
    await until(lambda: len(came) == 2)
    await disco(bob).get_info(place.domain)
    assert asked == [""]


async def test_a_change_is_told_to_everybody(place: Place) -> None:
    alice, bob, came = await both(place)
    for one in (alice, bob):
        one.auto_authorize = True
        one.auto_subscribe = True
        one.send_presence()
    bob.send_presence(pto=alice.boundjid.bare, ptype="subscribe")
    await until(lambda: bool(came), 10)
    before = await caps(alice).get_verstring()
    await disco(alice).add_feature("urn:new")
    after = await caps(alice).update_caps()
    assert after not in (None, before)
    await until(lambda: any(presence["caps"]["ver"] == after for presence in came), 10)

    while await caps(bob).get_caps(verstring=after) is None:
        await disco(bob).get_info(place.domain)
    assert await disco(bob).supports(alice.boundjid, feature="urn:new") is True
    alice.register_plugin("xep_0131")
    await until(lambda: came[-1]["caps"]["ver"] not in (before, after), 10)
    assert came[-1]["caps"]["ver"] == await caps(alice).get_verstring()


async def test_a_component_has_capabilities_for_each_address(place: Place) -> None:
    comp = place.component()
    comp.register_plugin("xep_0115")
    await comp.connect(*comp.address)
    bob = await place.connected("bob/b", "xep_0115")
    came: list[Presence] = []
    at_comp: list[Presence] = []
    bob.add_event_handler("entity_caps", came.append)
    comp.add_event_handler("entity_caps", at_comp.append)
    puppet = f"puppet@{comp.boundjid.domain}"
    await disco(comp).add_identity("gateway", "sms", jid=puppet)
    comp.send_presence(pto=bob.boundjid, pfrom=puppet)
    bob.send_presence(pto=puppet)
    await until(lambda: bool(came and at_comp), 10)
    ver = came[0]["caps"]["ver"]
    found, back = None, None
    while found is None or back is None:
        await disco(bob).get_info(place.domain)
        found = await caps(bob).get_caps(puppet)
        back = await caps(comp).get_caps(bob.boundjid)
    assert make_verstring(found) == ver
    assert ("gateway", "sms", None, None) in found.identities
    assert "http://jabber.org/protocol/caps" in back.features


async def test_the_hash_that_the_server_made_of_itself(place: Place) -> None:
    bob = await place.connected("bob/b", "xep_0115")
    untyped: Any = bob
    offered = untyped._session_.machine.features.get(Capabilities.tag_name())
    if offered is None:
        assert place.kind == "embedded"
        return
    said = Capabilities(xml=offered)
    caps(bob).learn(JID(place.domain), said)
    found = None
    while found is None:
        await disco(bob).get_info(place.domain)
        found = await caps(bob).get_caps(place.domain)
    assert make_verstring(found, said.hash) == said.ver
    assert ("server", "im") in {identity[:2] for identity in found.identities}


async def test_a_form_that_comes_back_is_no_form(place: Place) -> None:
    alice = await place.connected("alice/a", "xep_0004")
    events: list[Message] = []
    errors: list[Message] = []
    alice.add_event_handler("message_form", events.append)
    alice.add_event_handler("message_error", errors.append)
    message = alice.make_message(f"nobody@{place.domain}")
    message.append(software("x"))
    message["type"] = "chat"
    message["body"] = "x"
    message.send()
    await until(lambda: bool(errors), 10)
    assert events == []
