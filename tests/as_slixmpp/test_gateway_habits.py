"""What gateways written for slixmpp do, and what their tests count on."""

import datetime as dt
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree as ET

import pytest

from helixmpp import ComponentXMPP, CoroutineCallback, ElementBase, Iq, Message, StanzaPath, XMPPError
from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins import xep_0082
from helixmpp.plugins.xep_0030 import DiscoInfo, DiscoItems
from helixmpp.plugins.xep_0054 import VCardTemp
from helixmpp.plugins.xep_0060.stanza import Affiliation, OwnerAffiliation
from helixmpp.plugins.xep_0071 import XHTML_IM
from helixmpp.plugins.xep_0115 import IllFormedInfo, make_verstring
from helixmpp.plugins.xep_0203 import Delay
from helixmpp.stanza import register_stanza_plugin
from helixmpp.testing.slixtransport import TestTransport
from tests.plugins.offline import OfflineComponent, settle

NS_DISCO = "http://jabber.org/protocol/disco#"
COMMANDS = "http://jabber.org/protocol/commands"
ASKED = "<iq type='get' from='a@b.example/c' to='comp.example.org' id='1'>{}</iq>"


def no_items(*asked: Any) -> DiscoItems:
    return DiscoItems()


def no_info(*asked: Any) -> DiscoInfo:
    return DiscoInfo()


def run(iq: Iq, session: Any) -> Any:
    return session


NOON = dt.datetime(2026, 11, 22, 12, 0, 0, 500_000)


class Gateway(ComponentXMPP):
    """A component whose stream is driven by the test, with ids that are numbers."""

    def __init__(self, *plugins: str) -> None:
        super().__init__("comp.example.org", "secret")
        self.count = 0
        for name in plugins:
            self.register_plugin(name)
        self.connection_made(TestTransport(self))
        self.session_bind_event.set()
        self.written()

    def new_id(self) -> str:
        self.count += 1
        return str(self.count)

    def written(self) -> list[ET.Element]:
        found: list[ET.Element] = []
        while (data := self.transport.next_sent()) is not None:
            if not data.startswith(b"<stream:"):
                found.append(ET.fromstring(data))
        return found

    async def hears(self, text: str) -> list[ET.Element]:
        self.data_received(text)
        await settle()
        return self.written()


# -- refusals ----------------------------------------------------------------------------------------------------


async def test_a_refusal_is_sent(hook: None) -> None:
    xmpp = Gateway()

    async def refuse(message: Message) -> None:
        raise XMPPError("registration-required", "who are you?")

    xmpp.add_event_handler("message", refuse)
    (sent,) = await xmpp.hears(
        "<message from='a@b.example' to='x@comp.example.org'><body>hi</body></message>"
    )
    assert (sent.get("type"), sent.get("to")) == ("error", "a@b.example")


def test_it_is_not_without_the_hook() -> None:
    assert not Gateway().refusals_are_sent
    assert XMPPError("internal-server-error").etype == "cancel"


@pytest.mark.parametrize(
    ("condition", "etype"),
    [
        ("internal-server-error", "wait"),
        ("gone", "modify"),
        ("unexpected-request", "modify"),
        ("item-not-found", "cancel"),
        ("not-acceptable", "modify"),
    ],
)
def test_the_types_of_conditions(hook: None, condition: str, etype: str) -> None:
    assert XMPPError(condition).etype == etype
    assert XMPPError(condition, etype="auth").etype == "auth"


# -- requests ----------------------------------------------------------------------------------------------------


async def test_a_request_without_an_id_takes_none_before_it_is_answered(hook: None) -> None:
    xmpp = Gateway("xep_0030")

    async def answer(iq: Iq) -> None:
        xmpp.make_iq_get("urn:x", ito="peer.example").send()
        reply = iq.reply()
        reply.enable("disco_info")
        reply.send()

    xmpp.remove_handler("Disco Info")
    xmpp.register_handler(CoroutineCallback("asked", StanzaPath("iq@type=get/disco_info"), answer))
    sent = await xmpp.hears(ASKED.replace(" id='1'", "").format(f"<query xmlns='{NS_DISCO}info'/>"))
    assert [(one.get("type"), one.get("id")) for one in sent] == [("get", "1"), ("result", "2")]


async def test_an_answer_from_the_component_itself(hook: None) -> None:
    """Tests turn the addresses round; over a network no server would pass that on."""
    xmpp = Gateway()
    request = xmpp.make_iq_get("urn:x", ito="a@b.example/c", ifrom="comp.example.org")
    answer = request.send()
    await xmpp.hears(f"<iq type='result' from='comp.example.org' to='a@b.example/c' id='{request['id']}'/>")
    assert (await answer)["id"] == request["id"]


def test_an_id_of_the_program() -> None:
    xmpp = Gateway()
    assert xmpp.make_iq(id="0")["id"] == "0"
    assert xmpp.make_iq()["id"] == "2"


# -- service discovery -------------------------------------------------------------------------------------------


async def test_the_component_is_who_asks() -> None:
    xmpp = Gateway("xep_0030")
    for asked in (
        xmpp.plugin["xep_0030"].get_info("a@b.example"),
        xmpp.plugin["xep_0030"].get_items("a@b.example"),
    ):
        xmpp.watch_task(asked, "asked")
    await settle()
    assert [one.get("from") for one in xmpp.written()] == ["comp.example.org"] * 2


@pytest.mark.parametrize("plain", [False, True])
async def test_items_of_a_node_are_as_the_program_gives_them(
    plain: bool, request: pytest.FixtureRequest
) -> None:
    if not plain:
        request.getfixturevalue("hook")
    xmpp = Gateway("xep_0030")
    disco = xmpp.plugin["xep_0030"]
    own = xmpp.boundjid
    disco.set_node_handler("get_items", jid=own, node="n", handler=no_items)
    disco.set_node_handler("get_info", jid=own, node="n", handler=no_info)
    disco.add_item("x@y.example", node="kept", ijid="comp.example.org")
    for kind, node, named in (("items", "n", plain), ("info", "n", True), ("items", "kept", True)):
        (sent,) = await xmpp.hears(ASKED.format(f"<query xmlns='{NS_DISCO}{kind}' node='{node}'/>"))
        assert sent[0].get("node") == (node if named else None), (kind, node)


@pytest.mark.parametrize("plain", [False, True])
async def test_when_the_features_of_plugins_are_said(plain: bool, request: pytest.FixtureRequest) -> None:
    """slixmpp adds them with the session; a component's tests begin none."""
    if not plain:
        request.getfixturevalue("hook")
    xmpp = Gateway("xep_0030", "xep_0199", "xep_0050")
    disco = xmpp.plugin["xep_0030"]
    disco.add_feature("urn:own")
    features = set((await disco.info_of(xmpp.boundjid))["features"])
    assert "urn:own" in features
    assert ("urn:xmpp:ping" in features) is plain
    xmpp.plugin["xep_0050"].add_command(jid=xmpp.boundjid, node="c", handler=run)
    assert COMMANDS in (await disco.info_of(xmpp.boundjid))["features"]
    xmpp.register_plugin("xep_0092")
    assert "jabber:iq:version" in (await disco.info_of(xmpp.boundjid))["features"]
    disco.session_bind(xmpp.boundjid)
    assert "urn:xmpp:ping" in (await disco.info_of(xmpp.boundjid))["features"]


async def test_an_address_with_commands_says_so() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0050")
    disco = xmpp.plugin["xep_0030"]
    xmpp.plugin["xep_0050"].add_command(jid="room@comp.example.org", node="c", handler=run)
    assert COMMANDS in (await disco.info_of("room@comp.example.org"))["features"]
    xmpp.plugin.disable("xep_0050")
    assert COMMANDS not in (await disco.info_of("room@comp.example.org"))["features"]


async def test_capabilities_that_the_program_knows_are_not_asked_for() -> None:
    xmpp = Gateway("xep_0115")
    info = DiscoInfo()
    info.add_feature("urn:x")
    with patch.object(type(xmpp.plugin["xep_0115"]), "get_caps", return_value=info):
        sent = await xmpp.hears(
            "<presence from='a@b.example/c' to='comp.example.org'>"
            "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/></presence>"
        )
    assert [one for one in sent if one.tag.endswith("iq")] == []


async def test_the_own_capabilities_are_worked_out_when_they_are_wanted() -> None:
    """Also those of a gateway that does not say of which kind it is."""
    xmpp = Gateway("xep_0115")
    xmpp.plugin["xep_0030"].add_identity("gateway", "", "to somewhere")
    caps = xmpp.plugin["xep_0115"]
    made = await caps.get_verstring(xmpp.boundjid)
    info = await xmpp.plugin["xep_0030"].info_of(xmpp.boundjid)
    assert made == caps.generate_verstring(info) == await caps.get_verstring()
    assert await caps.get_verstring("a@b.example") is None
    with pytest.raises(IllFormedInfo):
        make_verstring(info)


# -- values ------------------------------------------------------------------------------------------------------


def test_times_are_written_as_they_are(hook: None) -> None:
    assert xep_0082.format_datetime(NOON) == "2026-11-22T12:00:00.500000"
    assert xep_0082.XEP_0082.format_datetime(NOON) == "2026-11-22T12:00:00.500000"
    assert xep_0082.format_datetime(NOON.replace(tzinfo=dt.UTC)) == "2026-11-22T12:00:00.500000Z"
    delay = Delay()
    delay["stamp"] = NOON
    assert delay.xml.get("stamp") == "2026-11-22T12:00:00.500000"
    assert delay["stamp"] == NOON.replace(tzinfo=dt.UTC)


def test_a_time_has_a_zone_without_the_hook() -> None:
    with pytest.raises(ValueError, match="zone"):
        xep_0082.format_datetime(NOON)
    assert xep_0082.format_datetime(NOON.replace(tzinfo=dt.UTC)) == "2026-11-22T12:00:00.5Z"
    with pytest.raises(FieldValueError, match="zone"):
        Delay()["stamp"] = NOON
    with pytest.raises(BadStanza):
        Delay(xml=ET.fromstring("<delay xmlns='urn:xmpp:delay' stamp='2026-11-22T12:00:00'/>"))["stamp"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("plain", "plain"),
        ("<p>x</p><p>y</p>", "<p>x</p><p>y</p>"),
        ("<p>x<br/>y</p> z", "<p>x<br />y</p> z"),
        ("a &lt;b> &amp;", "a &lt;b&gt; &amp;"),
        ("", ""),
    ],
)
def test_an_xhtml_body_is_what_stands_in_it(hook: None, body: str, found: str) -> None:
    html = XHTML_IM(
        xml=ET.fromstring(
            f"<html xmlns='{XHTML_IM.namespace}'><body xmlns='http://www.w3.org/1999/xhtml'>{body}</body></html>"
        )
    )
    assert html["body"] == html.get_body() == found
    assert list(html.bodies.values()) == [found]


class Extensions(ElementBase):
    name = plugin_attrib = "extensions"
    namespace = "urn:extensions"


class Pinned(ElementBase):
    """A payload that says all by being there, and takes itself out."""

    name = plugin_attrib = "pinned"
    namespace = "urn:pinned"
    interfaces = {"pinned"}  # noqa: RUF012 - as programs in slixmpp's style write it
    is_extension = True

    def set_pinned(self, value: Any) -> None:
        if value == "wrong":
            raise ValueError(value)
        outer: Any = self.parent() if self.parent is not None else None
        if not value:
            outer._del_sub("{urn:pinned}pinned")


register_stanza_plugin(Extensions, Pinned)


def test_a_setter_may_take_its_element_out() -> None:
    one = Extensions()
    one["pinned"] = False
    assert len(one.xml) == 0
    one["pinned"] = True
    assert len(one.xml) == 1
    one["pinned"] = False
    assert len(one.xml) == 0
    with pytest.raises(ValueError, match="wrong"):
        one["pinned"] = "wrong"
    assert len(one.xml) == 0


@pytest.mark.parametrize("inner", ["", "<PHOTO><TYPE>image/png</TYPE></PHOTO>", "<N><GIVEN>J</GIVEN></N>"])
def test_values_bring_nothing_that_was_not_there(inner: str) -> None:
    card = VCardTemp(xml=ET.fromstring(f"<vCard xmlns='vcard-temp'>{inner}</vCard>"))
    again = VCardTemp()
    again.values = card.values
    assert [child.tag for child in again.xml] == [child.tag for child in card.xml]
    assert again.values == card.values


@pytest.mark.parametrize("cls", [Affiliation, OwnerAffiliation])
def test_an_affiliation_that_there_is_not(hook: None, cls: type[ElementBase]) -> None:
    one = cls()
    one["affiliation"] = "subscriber"
    assert one["affiliation"] == one.values["affiliation"] == one.xml.get("affiliation") == "subscriber"
    again = cls()
    again.values = one.values
    assert again.xml.get("affiliation") == "subscriber"
    with pytest.raises(FieldValueError):
        one["affiliation"] = "nobody"


@pytest.mark.parametrize("plain", [False, True])
async def test_a_blob_that_is_not_here(plain: bool, request: pytest.FixtureRequest) -> None:
    if not plain:
        request.getfixturevalue("hook")
    xmpp = Gateway("xep_0231")
    (sent,) = await xmpp.hears(ASKED.format("<data xmlns='urn:xmpp:bob' cid='bogus'/>"))
    (error,) = sent
    assert [child.tag.partition("}")[2] for child in error] == ["item-not-found", "text"][: 1 if plain else 2]
    assert plain or error[1].text == "Bits of binary 'bogus' is not available"
