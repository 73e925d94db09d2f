"""Cards, reports and commands for administrators at a real Prosody, and what clients say to each other."""

from collections.abc import AsyncIterator

import pytest

from helixmpp import ComponentXMPP, IqError
from helixmpp.plugins.xep_0020 import XEP_0020
from helixmpp.plugins.xep_0033 import XEP_0033
from helixmpp.plugins.xep_0070 import XEP_0070
from helixmpp.plugins.xep_0133 import XEP_0133, CommandFailed
from helixmpp.plugins.xep_0152 import XEP_0152
from helixmpp.plugins.xep_0191 import XEP_0191
from helixmpp.plugins.xep_0292 import XEP_0292, VCard4
from helixmpp.plugins.xep_0353 import XEP_0353
from helixmpp.plugins.xep_0377 import XEP_0377
from helixmpp.stanza import Iq, Message
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, COMPONENT, Place, until
from tests.dialogues.test_pubsub import friends, heard, until_told

MULTICAST = "multicast.test.example"
CONFIG = f"""
admins = {{ "alice@test.example" }}
Component "{MULTICAST}"
    component_secret = "secret of multicast"
    validate_from_addresses = false
"""


@pytest.fixture
async def real_place() -> AsyncIterator[Place]:
    """A fresh Prosody that alice is the administrator of."""
    modules = ("admin_adhoc", "blocklist")
    # With one component it listens for components.
    others = dict([COMPONENT])
    async with Prosody(ACCOUNTS, others, modules=modules, extra_config=CONFIG) as real:
        place = Place(
            "prosody", real.domain, real.host, real.port, real.tls_port, real.component_port, real.ca_file
        )
        async with place.stack:
            yield place


@pytest.mark.prosody
async def test_cards(real_place: Place) -> None:
    alice, bob = await friends(real_place, "xep_0292", "xep_0152", "xep_0377")
    changed = heard(bob, "vcard4_publish")
    cards = alice.plugin[XEP_0292]
    assert await cards.vcard_of() is None
    await until_told(changed, lambda: cards.publish_vcard(full_name="Alice Liddell", phone="+44"))
    assert changed[-1][1]["from"] == alice.boundjid.bare
    found = await bob.plugin[XEP_0292].vcard_of(alice.boundjid)
    assert found is not None
    assert (found.full_name, found.tels[0].uri) == ("Alice Liddell", "tel:+44")
    # What alice notes about bob is for her own clients alone.
    noted = VCard4()
    noted.add_note("Sits on a wall")
    assert await cards.contacts() == {}
    await cards.store_contact(bob.boundjid, noted)
    assert await cards.contacts() == {bob.boundjid.bare_jid: noted}
    with pytest.raises(IqError):
        await bob.plugin["xep_0060"].get_items(alice.boundjid.bare, "urn:xmpp:contacts")
    await cards.remove_contact(bob.boundjid)
    assert await cards.contacts() == {}
    # By what other means she can be reached.
    addresses = heard(bob, "reachability_publish")
    reach = alice.plugin[XEP_0152]
    await until_told(
        addresses, lambda: reach.publish_reachability([{"uri": "tel:+44", "desc": {"en": "Desk"}}])
    )
    known = bob.plugin[XEP_0152].published(addresses[-1][1])
    assert known is not None
    assert (known.addresses[0].uri, known.addresses[0]["desc|en"]) == ("tel:+44", "Desk")
    # A report blocks, whether the server wants it or not.
    await bob.plugin[XEP_0377].report("romeo@example.net", text="Spam", stanza_ids=[("1", bob.boundjid.bare)])
    blocked = await bob.plugin[XEP_0191].get_blocked_jids()
    assert {str(jid) for jid in blocked} == {"romeo@example.net"}


@pytest.mark.prosody
async def test_administration(real_place: Place) -> None:
    alice = await real_place.connected("alice", "xep_0133")
    bob = await real_place.connected("bob", "xep_0133")
    admin = alice.plugin[XEP_0133]
    commands = await admin.commands()
    assert {"add-user", "delete-user", "get-online-users-list"} <= commands
    assert "add-user" not in await bob.plugin[XEP_0133].commands()
    with pytest.raises((IqError, CommandFailed)):
        await bob.plugin[XEP_0133].run("add-user")
    jid = f"juliet@{real_place.domain}"
    given = {"accountjid": jid, "password": "R0m30", "password-verify": "R0m30"}
    await admin.run("add-user", given)
    with pytest.raises(CommandFailed):
        await admin.run("add-user", given)
    juliet = real_place.client("juliet", "R0m30")
    await juliet.connect(*juliet.address)
    online = await admin.run("get-online-users-list", {"max_items": "all"})
    assert jid in " ".join(online.values["onlineuserjids"])
    await juliet.aclose()
    await admin.run("delete-user", {"accountjids": [jid]})
    with pytest.raises(ValueError, match="accountjdi"):
        await admin.run("delete-user", {"accountjdi": jid})


@pytest.mark.prosody
async def test_a_service_that_sends_to_several(real_place: Place) -> None:
    service = ComponentXMPP(MULTICAST, "secret of multicast")
    service.register_plugin("xep_0033", {"serves": {real_place.domain}})
    real_place.stack.push_async_callback(service.aclose)
    await service.connect(real_place.host, real_place.component_port)
    alice, bob = [await real_place.connected(name, "xep_0033") for name in ("alice", "bob")]
    got: list[Message] = []
    seen: list[tuple[str, str]] = []
    bob.add_event_handler("message", got.append)
    bob.add_event_handler("presence_available", lambda p: seen.append(("there", p["from"].full)))
    bob.add_event_handler("presence_unavailable", lambda p: seen.append(("gone", p["from"].full)))
    bob.send_presence()
    letter = alice.make_message("", mbody="Hello, all!")
    letter["addresses"].add_address("to", bob.boundjid)
    letter["addresses"].add_address("bcc", alice.boundjid)
    found = await alice.plugin[XEP_0033].send(letter)
    assert str(found) == MULTICAST
    await until(lambda: len(got) == 1)
    assert (got[0]["from"], got[0]["body"]) == (alice.boundjid, "Hello, all!")
    headers = got[0]["addresses"]
    assert [(one.type, one.jid, one.delivered) for one in headers.all] == [("to", bob.boundjid, True)]
    # A presence, whose end goes the same way.
    hello = alice.make_presence(pto=MULTICAST)
    hello["addresses"].add_address("bcc", bob.boundjid)
    hello.send()
    await until(lambda: ("there", alice.boundjid.full) in seen)
    alice.make_presence(pto=MULTICAST, ptype="unavailable").send()
    await until(lambda: ("gone", alice.boundjid.full) in seen)


async def test_between_two_clients(place: Place) -> None:
    plugins = ("xep_0020", "xep_0033", "xep_0070", "xep_0353")
    alice, bob = [await place.connected(name, *plugins) for name in ("alice", "bob")]
    for xmpp in (alice, bob):
        xmpp.send_presence()
    # A call.
    calls: list[Message] = []
    bob.add_event_handler("jingle_message_propose", calls.append)
    answers: list[Message] = []
    alice.add_event_handler("jingle_message_proceed", answers.append)
    alice.plugin[XEP_0353].propose(bob.boundjid, "s1", [("urn:xmpp:jingle:apps:rtp:1", "audio")])
    await until(lambda: len(calls) == 1)
    bob.plugin[XEP_0353].proceed(calls[0]["from"], calls[0]["jingle_propose"]["id"])
    await until(lambda: len(answers) == 1)
    assert (answers[0]["jingle_proceed"]["id"], answers[0]["from"]) == ("s1", bob.boundjid)
    # A request on the web, which bob confirms by an iq and denies by a message.
    web = bob.plugin[XEP_0070]

    def decide(stanza: Iq | Message) -> None:
        (web.confirm if isinstance(stanza, Iq) else web.deny)(stanza)

    bob.add_event_handler("http_confirm", decide)
    asked = {"id": "1", "url": "https://example.org/", "method": "GET"}
    assert await alice.plugin[XEP_0070].is_confirmed(bob.boundjid, **asked, timeout=10.0) is True
    assert await alice.plugin[XEP_0070].is_confirmed(bob.boundjid.bare, **asked, timeout=10.0) is False
    # Options.
    bob.plugin[XEP_0020].from_strangers = True
    bob.plugin[XEP_0020].accept("meeting", lambda iq, offered: {"time": offered["time"][-1]})
    chosen = await alice.plugin[XEP_0020].offer(bob.boundjid, "meeting", {"time": ["22:00", "23:00"]})
    assert chosen == {"time": "23:00"}
    # Headers, without a service: each gets one.
    came: list[Message] = []
    bob.add_event_handler("message", came.append)
    letter = alice.make_message("", mbody="Hello, both!")
    letter["addresses"].add_address("to", bob.boundjid)
    letter["addresses"].add_address("cc", alice.boundjid)
    assert await alice.plugin[XEP_0033].send(letter) is None
    await until(lambda: any(one["body"] == "Hello, both!" for one in came))
    headers = next(one for one in came if one["body"] == "Hello, both!")["addresses"]
    assert [one["jid"] for one in headers["cc"]] == [alice.boundjid]
