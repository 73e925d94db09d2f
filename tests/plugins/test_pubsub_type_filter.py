"""Nodes of some types only (XEP-0462): asked for by a client, chosen by a component that is the service."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0030.stanza.items import DiscoItems
from helixmpp.plugins.xep_0462 import XEP_0462, Filter
from helixmpp.plugins.xep_0462.stanza import NS
from helixmpp.stanza import Iq, IqError
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent
from tests.plugins.test_pep import Account, info

SERVICE = "news.commons.social"
ITEMS = "http://jabber.org/protocol/disco#items"


def field(var: str, *values: str) -> str:
    return f"<field var='{var}' type='list-multi'>{''.join(f'<value>{value}</value>' for value in values)}</field>"


def filtered(*fields: str, form_type: str = NS) -> str:
    return (
        f"<filter xmlns='{NS}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>"
        f"<value>{form_type}</value></field>{''.join(fields)}</x></filter>"
    )


INCLUDED = field("included-types", "urn:xmpp:microblog:0", "")
EXCLUDED = field("excluded-types", "urn:a")


@pytest.fixture(autouse=True)
async def registered() -> None:
    """The classes know each other once the plugin was enabled."""
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0462")
    await xmpp.aclose()


def test_the_example_of_the_xep() -> None:
    read = DiscoItems(xml=parse_one(f"<query xmlns='{ITEMS}'>{filtered(INCLUDED)}</query>"))
    made = DiscoItems()
    made["filter"]["included_types"] = ["urn:xmpp:microblog:0", ""]
    assert made[Filter].included_types == read["filter"]["included_types"] == ["urn:xmpp:microblog:0", ""]
    assert (read[Filter].excluded_types, Filter().included_types) == ([], [])
    form = made.xml[0][0]
    assert (form.get("type"), form[0].get("type"), form[0][0].text) == ("submit", "hidden", NS)
    assert [one.text for one in form[1]] == ["urn:xmpp:microblog:0", None]
    made[Filter].excluded_types = ["urn:b"]
    assert made[Filter].included_types == ["urn:xmpp:microblog:0", ""]
    del made["filter"]["included_types"]
    del made["filter"]["excluded_types"]
    assert len(made.xml[0][0]) == 1
    for wrong in ("urn:a", [1]):
        with pytest.raises(FieldValueError, match="list of texts"):
            made["filter"]["included_types"] = wrong


@pytest.mark.parametrize(
    ("text", "types", "selected"),
    [
        (filtered(INCLUDED), ["urn:xmpp:microblog:0", "", "urn:a"], [True, True, False]),
        (filtered(EXCLUDED), ["urn:a", "", "urn:b"], [False, True, True]),
        (filtered(field("excluded-types", "")), ["urn:a", ""], [True, False]),
        (filtered(), ["urn:a", ""], [True, True]),
        (f"<filter xmlns='{NS}'/>", ["urn:a", ""], [True, True]),
        (filtered(field("included-types")), ["urn:a", ""], [False, False]),
    ],
)
def test_what_a_filter_selects(text: str, types: list[str], selected: list[bool]) -> None:
    read = Filter(xml=parse_one(text))
    assert [read.selects(one) for one in types] == selected


@pytest.mark.parametrize("text", [filtered(INCLUDED, EXCLUDED), filtered(INCLUDED, form_type="urn:other")])
def test_a_wrong_filter(text: str) -> None:
    with pytest.raises(BadStanza):
        Filter(xml=parse_one(text)).selects("urn:a")


# -- asking ---------------------------------------------------------------------------------------------------------


def answer(request: Element) -> str:
    return (
        f"<query xmlns='{ITEMS}'><item jid='{SERVICE}' node='a' name='A'/><item jid='{SERVICE}' node='b'/>"
        f"<item jid='evil.lit' node='c'/><item jid='{SERVICE}'/><item jid='a@b@c' node='d'/></query>"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, None),
        ({"included": ["urn:a", ""]}, ("included-types", ["urn:a", None])),
        ({"excluded": ("urn:a",)}, ("excluded-types", ["urn:a"])),
    ],
)
async def test_nodes_are_asked_for(
    options: dict[str, Any], expected: tuple[str, list[str | None]] | None
) -> None:
    xmpp = Account(answer, "xep_0462")
    plugin = xmpp.plugin[XEP_0462]
    assert await plugin.nodes(SERVICE, **options, node="top") == {"a": "A", "b": ""}
    (request,) = xmpp.sent
    assert (request.get("to"), request[0].get("node")) == (SERVICE, "top")
    if expected is None:
        assert len(request[0]) == 0
    else:
        asked = request[0][0][0][1]
        assert (asked.get("var"), [value.text for value in asked]) == expected
    with pytest.raises(ValueError, match="either"):
        await plugin.nodes(SERVICE, ["a"], ["b"])
    # A client is no service.
    assert NS not in (await xmpp.plugin[XEP_0030].info_of())["features"]
    await xmpp.aclose()


async def test_a_refusal_and_what_is_announced() -> None:
    xmpp = Account(lambda request: info(NS) if "info" in request[0].tag else "bad-request", "xep_0462")
    assert await xmpp.plugin[XEP_0462].is_supported(SERVICE)
    with pytest.raises(IqError, match="bad-request"):
        await xmpp.plugin[XEP_0462].nodes(SERVICE)
    await xmpp.aclose()


# -- being asked ----------------------------------------------------------------------------------------------------


TYPES = {"blog": "urn:xmpp:microblog:0", "comments": "urn:comments", "plain": ""}


def get_items(jid: JID, node: str | None, ifrom: JID | None, args: Iq) -> DiscoItems:
    found = DiscoItems()
    for name, kind in TYPES.items():
        if args["disco_items"]["filter"].selects(kind):
            found.add_item(jid, name)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["blog", "comments", "plain"]),
        (filtered(INCLUDED), ["blog", "plain"]),
        (filtered(field("excluded-types", "urn:comments")), ["blog", "plain"]),
        (filtered(INCLUDED, EXCLUDED), None),
    ],
)
async def test_a_component_that_is_a_service(text: str, expected: list[str] | None) -> None:
    xmpp = OfflineComponent(SERVICE)
    xmpp.register_plugin("xep_0462")
    xmpp.plugin[XEP_0030].api.register(get_items, "get_items")
    (sent,) = await xmpp.receive(
        f"<iq type='get' from='rosa@com.int/desktop' to='{SERVICE}' id='disco1'>"
        f"<query xmlns='{ITEMS}'>{text}</query></iq>"
    )
    if expected is None:
        assert (sent.get("type"), sent.find(".//{*}error") is not None) == ("error", True)
        assert sent.find(".//{*}bad-request") is not None
    else:
        assert sorted(item.get("node", "") for item in sent[0]) == expected
    assert NS in (await xmpp.plugin[XEP_0030].info_of())["features"]
    xmpp.plugin.disable("xep_0462")
    assert NS not in (await xmpp.plugin[XEP_0030].info_of())["features"]
    await xmpp.aclose()
