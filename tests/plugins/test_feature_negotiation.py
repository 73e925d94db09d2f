"""Feature negotiation (XEP-0020): options offered and chosen, and who is answered."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from helixmpp import IqError, XMPPError
from helixmpp.errors import BadStanza
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0020 import XEP_0020, FeatureNegotiation
from helixmpp.plugins.xep_0020 import stanza as negotiation_stanza
from helixmpp.plugins.xep_0095 import FeatureNegotiation as OfStreams
from helixmpp.stanza import ElementBase, Iq
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

JULIET = "juliet@capulet.com/balcony"
KIND = "romantic_meetings"
PLACES, TIMES = ["Secret Grotto", "Verona Park"], ["22:00", "22:30", "23:00"]
OFFERED = {"places-to-meet": PLACES, "times-to-meet": TIMES}
ERRORS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"


def feature(kind: str, *fields: str, form_type: str = KIND) -> str:
    named = f"<field var='FORM_TYPE' type='hidden'><value>{form_type}</value></field>" if form_type else ""
    return (
        "<feature xmlns='http://jabber.org/protocol/feature-neg'>"
        f"<x xmlns='jabber:x:data' type='{kind}'>{named}{''.join(fields)}</x></feature>"
    )


def options(name: str, values: list[str]) -> str:
    inner = "".join(f"<option><value>{value}</value></option>" for value in values)
    return f"<field type='list-single' var='{name}'>{inner}</field>"


def value(name: str, *values: str) -> str:
    return f"<field var='{name}'>{''.join(f'<value>{one}</value>' for one in values)}</field>"


OFFER = feature("form", *(options(name, values) for name, values in OFFERED.items()))


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient("romeo@montague.net/orchard")
    xmpp.register_plugin("xep_0020")
    yield xmpp
    await xmpp.aclose()


# -- who offers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        (
            feature("submit", value("places-to-meet", "Secret Grotto"), value("times-to-meet", "22:30")),
            {"places-to-meet": "Secret Grotto", "times-to-meet": "22:30"},
        ),
        (feature("submit", value("places-to-meet", "Secret Grotto")), None),
        (feature("submit", value("places-to-meet", "My place"), value("times-to-meet", "22:30")), None),
        (feature("submit", value("places-to-meet", *PLACES), value("times-to-meet", "22:30")), None),
        (feature("submit", value("places-to-meet"), value("times-to-meet", "22:30")), None),
        (feature("submit"), None),
        ("", None),
    ],
)
async def test_offering(client: OfflineClient, answer: str, chosen: dict[str, str] | None) -> None:
    asking = asyncio.ensure_future(client.plugin[XEP_0020].offer(JULIET, KIND, OFFERED))
    await settle()
    request = client.sent[-1]
    assert (request.get("to"), request.get("type")) == (JULIET, "set")
    assert ElementBase(xml=request[0]) == ElementBase(xml=parse_one(OFFER))
    await client.receive(f"<iq type='result' id='{request.get('id')}' from='{JULIET}'>{answer}</iq>")
    if chosen is None:
        with pytest.raises(BadStanza):
            await asking
    else:
        assert await asking == chosen


async def test_offering_what_is_refused(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0020]
    asking = asyncio.ensure_future(plugin.offer(JULIET, KIND, OFFERED))
    await settle()
    await client.receive(
        f"<iq type='error' id='{client.sent[-1].get('id')}' from='{JULIET}'>{OFFER}<error type='modify'>"
        "<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>places-to-meet</text></error></iq>"
    )
    with pytest.raises(IqError, match="not-acceptable") as caught:
        await asking
    assert caught.value.text == "places-to-meet"
    empty: list[dict[str, list[str]]] = [{}, {"x": []}]
    for nothing in empty:
        with pytest.raises(ValueError, match="needs options"):
            await plugin.offer(JULIET, KIND, nothing)


# -- who chooses ----------------------------------------------------------------------------------------------------


def at_ten(iq: Iq, offered: dict[str, list[str]]) -> dict[str, str]:
    assert offered == OFFERED
    return {"places-to-meet": "Verona Park", "times-to-meet": offered["times-to-meet"][0]}


async def later(iq: Iq, offered: dict[str, list[str]]) -> Mapping[str, str]:
    await asyncio.sleep(0)
    return at_ten(iq, offered)


def elsewhere(iq: Iq, offered: dict[str, list[str]]) -> dict[str, str]:
    return {"places-to-meet": "Elsewhere", "times-to-meet": "22:00"}


def half(iq: Iq, offered: dict[str, list[str]]) -> dict[str, str]:
    return {"places-to-meet": "Verona Park"}


def never(iq: Iq, offered: dict[str, list[str]]) -> dict[str, str]:
    raise XMPPError("not-acceptable", "times-to-meet")


@pytest.mark.parametrize("type_", ["get", "set"])
@pytest.mark.parametrize(
    ("choose", "condition", "text"),
    [
        (at_ten, "", ""),
        (later, "", ""),
        (elsewhere, "not-acceptable", "places-to-meet"),
        (half, "feature-not-implemented", "times-to-meet"),
        (never, "not-acceptable", "times-to-meet"),
    ],
)
async def test_choosing(client: OfflineClient, type_: str, choose: Any, condition: str, text: str) -> None:
    client.plugin[XEP_0020].accept(KIND, choose)
    client.plugin[XEP_0020].from_strangers = True
    (answer,) = await client.receive(f"<iq type='{type_}' id='neg1' from='{JULIET}'>{OFFER}</iq>")
    assert (answer.get("to"), answer.get("id")) == (JULIET, "neg1")
    if condition:
        assert answer.find(f".//{ERRORS}{condition}") is not None
        assert answer.findtext(f".//{ERRORS}text") == text
        return
    assert answer.get("type") == "result"
    form = Iq(xml=answer)["feature_neg"]["form"]
    assert form["type"] == "submit"
    assert form.form_type == KIND
    assert {name: field.texts for name, field in form.field.items() if name != "FORM_TYPE"} == {
        "places-to-meet": ["Verona Park"],
        "times-to-meet": ["22:00"],
    }


ASKED = "<iq type='set' id='1' from='{}'>" + OFFER + "</iq>"


@pytest.mark.parametrize(
    ("sender", "answered"),
    [
        ("romeo@montague.net/garden", True),
        ("friend@capulet.com/x", True),
        ("stranger@capulet.com/x", False),
        ("montague.net", False),
    ],
)
async def test_who_is_answered(client: OfflineClient, sender: str, answered: bool) -> None:
    client.plugin[XEP_0020].accept(KIND, at_ten)
    await client.receive(
        "<iq type='set' id='r'><query xmlns='jabber:iq:roster'>"
        "<item jid='friend@capulet.com' subscription='both'/></query></iq>"
    )
    (answer,) = await client.receive(ASKED.format(sender))
    assert answer.get("type") == ("result" if answered else "error")
    if not answered:
        # In the same words as where nothing is negotiable.
        client.plugin[XEP_0020].accept(KIND, None)
        (other,) = await client.receive(ASKED.format(sender))
        assert ElementBase(xml=answer) == ElementBase(xml=other)


@pytest.mark.parametrize(
    ("payload", "condition"),
    [
        (feature("form", options("x", ["1"]), form_type="other"), "service-unavailable"),
        (feature("form", options("x", ["1"]), form_type=""), "service-unavailable"),
        ("<feature xmlns='http://jabber.org/protocol/feature-neg'/>", "service-unavailable"),
        (feature("form"), "bad-request"),
        (feature("form", "<field var='x'/>"), "bad-request"),
    ],
)
async def test_wrong_offers(client: OfflineClient, payload: str, condition: str) -> None:
    client.plugin[XEP_0020].accept(KIND, at_ten)
    client.plugin[XEP_0020].from_strangers = True
    (answer,) = await client.receive(f"<iq type='set' id='1' from='{JULIET}'>{payload}</iq>")
    assert answer.find(f".//{ERRORS}{condition}") is not None
    assert await client.receive(f"<iq type='error' id='1' from='{JULIET}'>{payload}</iq>") == []
    assert await client.receive(f"<message from='{JULIET}'>{payload}</message>") == []


async def test_how_many_kinds(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0020]
    plugin.max_kinds = 2
    for kind in ("a", "b", "b"):
        plugin.accept(kind, at_ten)
    with pytest.raises(ValueError, match="max_kinds"):
        plugin.accept("c", at_ten)
    plugin.accept("a", None)
    plugin.accept("c", at_ten)
    component = OfflineComponent()
    component.register_plugin("xep_0020")
    features = (await component.plugin["xep_0030"].info_of())["features"]
    assert "http://jabber.org/protocol/feature-neg" in features
    await component.aclose()


def test_one_class() -> None:
    assert OfStreams is FeatureNegotiation is negotiation_stanza.FeatureNegotiation
    made = FeatureNegotiation()
    made[Form].add_field("x", value="y")
    assert made["form"]["values"]["x"] == "y"
