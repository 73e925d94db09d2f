"""A form in a message, its answer, and its check, between two clients."""

import asyncio

import pytest

from helixmpp import Message, XMPPError
from helixmpp.plugins.xep_0004 import XEP_0004, Form
from helixmpp.plugins.xep_0068 import XEP_0068, FieldDefinition
from helixmpp.plugins.xep_0122 import XEP_0122, FormValidation
from helixmpp.plugins.xep_0141 import XEP_0141
from helixmpp.plugins.xep_0221 import Media
from tests.dialogues.conftest import Place


async def test_a_form_is_sent_answered_and_checked(place: Place) -> None:
    alice = await place.connected("alice/a", "xep_0004")
    bob = await place.connected("bob/b", "xep_0004")
    asked: asyncio.Queue[Message] = asyncio.Queue()
    answered: asyncio.Queue[Message] = asyncio.Queue()
    bob.add_event_handler("message_xform", asked.put_nowait)
    alice.add_event_handler("message_form", answered.put_nowait)

    form = alice.plugin[XEP_0004].make_form(title="Vote", instructions="Choose <one> & only one")
    form.add_field("mascot", "list-single", required=True, options=["penguin", "moose"])
    form.add_field("why", "text-multi", label='"quoted"')
    message = alice.make_message(bob.boundjid)
    message.append(form)
    message.send()

    async with asyncio.timeout(10):
        got = await asked.get()
        assert got["from"] == alice.boundjid
        assert got["form"]["instructions"] == "Choose <one> & only one"
        reply = bob.make_message(got["from"])
        reply["form"] = got["form"]
        reply["form"].reply()
        reply["form"]["values"] = {"mascot": "moose", "why": "it\nhas antlers"}
        reply.send()
        back = await answered.get()
    assert form.validate(back[Form]) == {"mascot": "moose", "why": ["it", "has antlers"]}


async def test_rules_layouts_media_and_meanings_travel(place: Place) -> None:
    names = ("xep_0004", "xep_0068", "xep_0122", "xep_0141", "xep_0221")
    alice = await place.connected("alice/a", *names)
    bob = await place.connected("bob/b", *names)
    asked: asyncio.Queue[Message] = asyncio.Queue()
    answered: asyncio.Queue[Message] = asyncio.Queue()
    bob.add_event_handler("message_form", asked.put_nowait)
    alice.add_event_handler("message_form", answered.put_nowait)

    ages = [FieldDefinition("age", "text-single"), FieldDefinition("glad", "boolean")]
    for xmpp in (alice, bob):
        xmpp.plugin[XEP_0068].define("urn:example:person", ages)
    form = alice.plugin[XEP_0068].make_form("urn:example:person", ftype="form")
    age = form.field["age"]
    age[FormValidation].datatype = "xs:integer"
    age[FormValidation].set_range(True, 18, 120)
    age[Media].add_uri("https://example.org/age.png?a=1&b=2", "image/png")
    alice.plugin[XEP_0141].add_page(form, "Person").add_text("<Who>").add_field("age")
    message = alice.make_message(bob.boundjid)
    message.append(form)
    message.send()

    async with asyncio.timeout(10):
        got = (await asked.get())[Form]
        assert got == form
        assert got.field["age"][FormValidation].get_range() == {"minimum": "18", "maximum": "120"}
        assert got.field["age"][Media].uris[0].value == "https://example.org/age.png?a=1&b=2"
        (page,) = bob.plugin[XEP_0141].layout(got)
        assert [part.kind for part in page.parts] == ["text", "field"]
        for value in ("17", "18"):
            reply = bob.make_message(alice.boundjid)
            reply.append(bob.plugin[XEP_0068].make_form("urn:example:person", {"age": value, "glad": True}))
            for field in reply[Form].fields:
                del field["type"]
            reply.send()
        too_young, right = (await answered.get())[Form], (await answered.get())[Form]
    with pytest.raises(XMPPError, match="not-acceptable"):
        alice.plugin[XEP_0122].check(form, too_young)
    assert alice.plugin[XEP_0122].check(form, right)["age"] == "18"
    assert alice.plugin[XEP_0068].read(right) == {"age": "18", "glad": True}
