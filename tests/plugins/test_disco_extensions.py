"""Forms in the answers of service discovery (XEP-0128), without a connection."""

import asyncio
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP, Iq
from helixmpp.errors import FieldValueError, StorageError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo
from helixmpp.plugins.xep_0128 import XEP_0128, ExtendedInfo, ExtendedInfoStore
from helixmpp.xml import parse_one


@pytest.fixture
def xmpp() -> ClientXMPP:
    xmpp = ClientXMPP("me@example.org/desk", "secret")
    xmpp.register_plugin("xep_0128")
    return xmpp


def more(xmpp: ClientXMPP | ComponentXMPP) -> XEP_0128:
    return xmpp.plugin[XEP_0128]


def form(form_type: str = "", **values: str) -> Form:
    made = Form()
    if form_type:
        made.add_field("FORM_TYPE", "hidden", value=form_type)
    for var, value in values.items():
        made.add_field(var, value=value)
    return made


async def shown(
    xmpp: ClientXMPP | ComponentXMPP, node: str = "", jid: str | None = None
) -> list[dict[str, Any]]:
    info = await xmpp.plugin[XEP_0030].info_of(jid, node)
    forms: list[Form] = info["forms"]
    assert all(one["type"] == "result" for one in forms)
    return [{var: value for var, value in one["values"].items() if var != "FORM_TYPE"} for one in forms]


async def test_forms_are_set_added_and_taken_away(xmpp: ClientXMPP) -> None:
    await xmpp.plugin[XEP_0030].add_feature("urn:x")
    given = form("urn:a", os="Linux")
    await more(xmpp).set_extended_info(data=given)
    assert (await shown(xmpp), given["type"]) == ([{"os": "Linux"}], "form")
    given.add_field("later", value="x")
    await more(xmpp).add_extended_info(data=[form("urn:b", b="1"), form(c="2")])
    assert await shown(xmpp) == [{"os": "Linux"}, {"b": "1"}, {"c": "2"}]
    # There is one form of a FORM_TYPE.
    await more(xmpp).add_extended_info(data=form("urn:a", os="BSD"))
    assert sorted(map(str, await shown(xmpp))) == ["{'b': '1'}", "{'c': '2'}", "{'os': 'BSD'}"]
    await more(xmpp).set_extended_info(data=form("urn:c", d="3"))
    assert await shown(xmpp) == [{"d": "3"}]
    await more(xmpp).del_extended_info()
    await more(xmpp).del_extended_info()
    assert await shown(xmpp) == []
    assert "urn:x" in (await xmpp.plugin[XEP_0030].info_of()).features


async def test_nodes_and_addresses_are_apart() -> None:
    xmpp = ComponentXMPP("comp.example.org", "secret")
    xmpp.register_plugin("xep_0128")
    await more(xmpp).add_extended_info(node="n", data=form(at="n"))
    await more(xmpp).add_extended_info(jid="one@comp.example.org", data=form(at="one"))
    assert await shown(xmpp, "n") == [{"at": "n"}]
    assert await shown(xmpp, jid="one@comp.example.org") == [{"at": "one"}]
    assert await shown(xmpp) == []
    assert (await xmpp.plugin[XEP_0030].info_of(node="n")).node == "n"


def test_it_works_before_there_is_a_loop(xmpp: ClientXMPP) -> None:
    more(xmpp).add_extended_info(data=form("urn:a", os="Linux"))
    more(xmpp).api["add_extended_info"](None, None, None, form("urn:b", b="1"))
    more(xmpp).api["add_extended_info"](None, None, None, {"data": None})
    assert asyncio.run(shown(xmpp)) == [{"os": "Linux"}, {"b": "1"}]


@pytest.mark.parametrize("data", ["text", [5], [Form(), None]])
async def test_what_is_no_form(xmpp: ClientXMPP, data: Any) -> None:
    with pytest.raises(FieldValueError):
        await more(xmpp).set_extended_info(data=data)
    assert await shown(xmpp) == []


async def test_there_is_room_for_so_many(xmpp: ClientXMPP) -> None:
    more(xmpp).max_forms = 2
    await more(xmpp).set_extended_info(data=[form(a="1"), form(b="2")])
    with pytest.raises(StorageError, match="max_forms"):
        await more(xmpp).add_extended_info(data=form(c="3"))
    assert await shown(xmpp) == [{"a": "1"}, {"b": "2"}]


async def test_a_store_of_service_discovery_has_the_forms_too(xmpp: ClientXMPP) -> None:
    kept: dict[str, DiscoInfo] = {}

    async def get_info(jid: JID, node: str, ifrom: JID | None, args: Any) -> Iq | DiscoInfo | None:
        if node != "iq":
            return kept.get(node)
        iq = xmpp.make_iq_result()
        iq.append(DiscoInfo())
        return iq

    async def set_info(jid: JID, node: str, ifrom: JID | None, args: DiscoInfo) -> None:
        kept[node] = args

    disco = xmpp.plugin[XEP_0030]
    disco.api.register(get_info, "get_info")
    disco.api.register(set_info, "set_info")
    for node in ("", "iq"):
        await more(xmpp).add_extended_info(node=node, data=form(a="1"))
        await more(xmpp).add_extended_info(node=node, data=form("urn:b", b="2"))
    assert [one["values"].get("a") for one in kept[""]["forms"]] == ["1", None]
    assert [one["values"].get("b") for one in kept["iq"]["forms"]] == ["2"]


async def test_every_operation_is_replaced(xmpp: ClientXMPP) -> None:
    class Store:
        def __init__(self) -> None:
            self.calls: list[tuple[str, str, str]] = []

        def set_extended_info(self, jid: JID, node: str, ifrom: JID | None, args: ExtendedInfo) -> None:
            self.calls.append(("set", str(jid), node))

        async def add_extended_info(self, jid: JID, node: str, ifrom: JID | None, args: ExtendedInfo) -> None:
            assert not isinstance(args, Form)
            self.calls.append(("add", str(jid), node))

        def del_extended_info(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
            self.calls.append(("del", str(jid), node))

    store = Store()
    typed: ExtendedInfoStore = store
    more(xmpp).api.bind(typed)
    await more(xmpp).set_extended_info(data=form(a="1"))
    await more(xmpp).add_extended_info("a@b.c", "n", data=form(a="1"))
    await more(xmpp).del_extended_info("a@b.c", "n")
    assert store.calls == [("set", "me@example.org/desk", ""), ("add", "a@b.c", "n"), ("del", "a@b.c", "n")]


def test_the_example() -> None:
    ClientXMPP("a@b.c", "x").register_plugin("xep_0128")
    info = DiscoInfo(
        xml=parse_one(
            """<query xmlns='http://jabber.org/protocol/disco#info'>
    <identity category='server' type='im' name='shakespeare.lit jabber server'/>
    <feature var='jabber:iq:register'/>
    <x xmlns='jabber:x:data' type='result'>
      <field var='FORM_TYPE' type='hidden'><value>http://jabber.org/network/serverinfo</value></field>
      <field var='c2s_port'><value>5222</value></field>
      <field var='ip_version'><value>ipv4</value><value>ipv6</value></field>
    </x>
  </query>"""
        )
    )
    assert info["forms"][0].form_type == "http://jabber.org/network/serverinfo"
    assert info["form"]["values"]["ip_version"] == ["ipv4", "ipv6"]
