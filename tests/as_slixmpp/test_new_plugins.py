"""What programs for slixmpp rely on in plugins for gateways, files, cards and bookmarks."""

import asyncio
import datetime as dt
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0402 import Conference, Extensions
from helixmpp.plugins.xep_0492 import Notify
from helixmpp.stanza import Iq, Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

pytestmark = pytest.mark.usefixtures("hook")

PRIVILEGE = "urn:xmpp:privilege:2"
MDS = "urn:xmpp:mds:displayed:0"
OLD = "urn:xmpp:notification-settings:0"


def module(name: str) -> Any:
    return importlib.import_module(f"slixmpp.plugins.{name}")


# -- XEP-0356 -------------------------------------------------------------------------------------------------------


async def test_what_a_gateway_makes_for_its_users() -> None:
    xmpp: Any = OfflineComponent("gateway.capulet.lit")
    xmpp.register_plugin("xep_0356")
    plugin = xmpp["xep_0356"]
    asked = plugin._make_get_roster("juliet@capulet.lit")
    assert (asked["type"], asked["to"], asked.xml[0].tag) == (
        "get",
        "juliet@capulet.lit",
        "{jabber:iq:roster}query",
    )
    changed = plugin._make_set_roster("juliet@capulet.lit", {"nurse@gateway.capulet.lit": {"name": "Nurse"}})
    assert changed["roster"]["items"]["nurse@gateway.capulet.lit"]["name"] == "Nurse"
    wrapped = plugin._make_privileged_message(Message(sto="romeo@montague.lit", sfrom="juliet@capulet.lit"))
    assert (wrapped.get_to(), wrapped.get_from()) == ("capulet.lit", "gateway.capulet.lit")
    assert wrapped["privilege"]["forwarded"]["message"]["to"] == "romeo@montague.lit"
    assert xmpp.sent == []
    await xmpp.aclose()


async def test_a_request_that_is_not_allowed_is_sent_by_the_gateway_itself() -> None:
    xmpp: Any = OfflineComponent("gateway.capulet.lit")
    xmpp.register_plugin("xep_0356")
    request = xmpp.make_iq_get("http://jabber.org/protocol/pubsub", ito="upload.capulet.lit")
    request.set_from("juliet@capulet.lit")
    request["id"] = "before"
    with pytest.raises(PermissionError):
        await xmpp["xep_0356"].send_privileged_iq(request)
    assert request["id"] not in ("", "before")
    await xmpp.aclose()


async def test_some_servers_say_no_more_than_that_it_is_done() -> None:
    xmpp: Any = OfflineComponent("gateway.capulet.lit")
    xmpp.register_plugin("xep_0356")
    plugin = xmpp["xep_0356"]
    plugin.granted_privileges["capulet.lit"].iq["jabber:iq:roster"] = "both"
    request = Iq(stype="set", sfrom="juliet@capulet.lit", sto="juliet@capulet.lit")
    request.enable("roster")
    task = asyncio.ensure_future(plugin.send_privileged_iq(request, iq_id="7"))
    await settle()
    await xmpp.receive("<iq id='7' type='result' from='juliet@capulet.lit' to='gateway.capulet.lit'/>")
    assert (await task)["type"] == "result"
    await xmpp.aclose()


# -- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sfs", "sims"])
async def test_the_date_of_a_file_is_the_one_on_the_wall(name: str, tmp_path: Path) -> None:
    xmpp: Any = OfflineClient()
    plugin = "xep_0447" if name == "sfs" else "xep_0385"
    xmpp.register_plugin(plugin)
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    os.utime(path, ns=(1, 1_600_000_000_123_456_000))
    made = getattr(xmpp[plugin], f"get_{name}")(path, ["https://example.org/a"])
    file = (made if name == "sfs" else made["sims"])["file"]
    written = file.xml.findtext(f"{{{file.namespace}}}date")
    wanted = dt.datetime.fromtimestamp(path.stat().st_mtime)
    assert written == module("xep_0082").format_datetime(wanted)
    assert "." in written and not written.endswith("Z")
    await xmpp.aclose()


ABSENT: list[tuple[str, str, str, Any]] = [
    ("xep_0013.stanza", "Item", "action", ""),
    ("xep_0033.stanza", "Address", "type", ""),
    ("xep_0080.stanza", "Geoloc", "lat", None),
    ("xep_0080.stanza", "Geoloc", "text", ""),
    ("xep_0264.stanza", "Thumbnail", "width", None),
    ("xep_0264.stanza", "Thumbnail", "uri", ""),
    ("xep_0292.stanza", "BDay", "date", None),
    ("xep_0300.stanza", "Hash", "value", None),
    ("xep_0300.stanza", "Hash", "algo", ""),
    ("xep_0317.stanza", "Hat", "hue", None),
    ("xep_0385.stanza", "File", "size", None),
    ("xep_0446.stanza", "File", "size", None),
    ("xep_0446.stanza", "File", "width", None),
    ("xep_0446.stanza", "File", "name", ""),
    ("xep_0447.stanza", "StatelessFileSharing", "disposition", ""),
    ("xep_0511.stanza", "LinkMetadata", "title", None),
    ("xep_0511.stanza", "LinkMetadata", "about", None),
]


@pytest.mark.parametrize(("path", "name", "key", "expected"), ABSENT)
def test_what_is_not_there(path: str, name: str, key: str, expected: Any) -> None:
    stanza = getattr(module(path), name)()
    assert stanza[key] == expected
    assert type(stanza[key]) is type(expected)
    # Programs put back what they have read, and take things out.
    stanza[key] = stanza[key]
    assert not stanza.xml.attrib and not len(stanza.xml)
    del stanza[key]
    assert stanza[key] == expected


# -- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("xep_0292.stanza", "Adr"),
        ("xep_0292.stanza", "BDay"),
        ("xep_0292.stanza", "Fn"),
        ("xep_0292.stanza", "N"),
        ("xep_0292.stanza", "Parameters"),
        ("xep_0292.stanza", "Type"),
        ("xep_0377", "Text"),
        ("xep_0449.stanza", "register"),
        ("xep_0492.stanza", "NS"),
        ("xep_0511.stanza", "OG_NAMESPACE"),
        ("xep_0511.stanza", "RDF_NAMESPACE"),
    ],
)
def test_names(path: str, name: str) -> None:
    assert getattr(module(path), name)


def test_options_of_nodes() -> None:
    assert module("xep_0223").XEP_0223.node_profiles == {}


# -- cards ----------------------------------------------------------------------------------------------------------


def test_a_card() -> None:
    card = module("xep_0292.stanza").VCard4()
    card["bday"]["date"] = dt.date(1984, 5, 21)
    card["tel"]["parameters"]["type_"]["text"] = "work"
    card["tel"]["uri"] = "tel:+1"
    assert (card["bday"]["date"], card.bday.date) == (dt.date(1984, 5, 21), "1984-05-21")
    assert card["tel"]["types"] == ["work"]
    text = str(card)
    card.values = card.values
    assert sorted(str(card)) == sorted(text)
    again = type(card)()
    again.values = card.values
    assert again["tel"]["parameters"]["type_"]["text"] == "work"
    card["bday"].xml[0].text = "--05-21"
    assert (card["bday"]["date"], card.bday.date) == (None, "--05-21")


# -- links ----------------------------------------------------------------------------------------------------------


def test_links_of_a_message() -> None:
    module("xep_0511.stanza").register_plugin()
    ns, og = module("xep_0511.stanza").RDF_NAMESPACE, module("xep_0511.stanza").OG_NAMESPACE
    inner = "".join(
        f"<r:Description xmlns:r='{ns}' xmlns:og='{og}' r:about='{n}'><og:title>T{n}</og:title></r:Description>"
        for n in "ab"
    )
    message = Message(xml=parse_one(f"<message xmlns='jabber:client'>{inner}</message>"))
    assert "link_metadata" in message
    found = [(one["about"], one["title"], one["url"]) for one in message["link_metadatas"]]
    assert found == [("a", "Ta", None), ("b", "Tb", None)]


# -- what was displayed ---------------------------------------------------------------------------------------------


async def test_a_gateway_is_told_what_its_users_have_seen() -> None:
    xmpp: Any = OfflineComponent("gateway.capulet.lit")
    xmpp.register_plugin("xep_0490")
    features = (await xmpp["xep_0030"].info_of())["features"]
    assert {MDS, f"{MDS}+notify"} <= set(features)
    told: list[Message] = []
    xmpp.add_event_handler("message_displayed_synchronization_publish", told.append)
    await xmpp.receive(
        "<message from='juliet@capulet.lit' to='gateway.capulet.lit' type='headline'>"
        f"<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{MDS}'>"
        f"<item id='room@gateway.capulet.lit'><displayed xmlns='{MDS}'><stanza-id xmlns='urn:xmpp:sid:0' "
        "by='room@gateway.capulet.lit' id='1337'/></displayed></item></items></event></message>"
    )
    (message,) = told
    item = message["pubsub_event"]["items"]["item"]
    assert (message["from"], item["id"], item["displayed"]["stanza_id"]["id"]) == (
        "juliet@capulet.lit",
        "room@gateway.capulet.lit",
        "1337",
    )
    assert xmpp["xep_0490"].displayed_in(message) == {"room@gateway.capulet.lit": "1337"}
    assert not xmpp.failures
    await xmpp.aclose()


# -- who is notified ------------------------------------------------------------------------------------------------


def test_notification_settings_are_in_the_form_that_peers_know() -> None:
    stanza = module("xep_0492.stanza")
    stanza.register_plugin()
    bookmark = module("xep_0402.stanza").Conference()
    notify = bookmark["extensions"]["notify"]
    notify.configure("never", client_type="pc")
    assert (notify.get_config(), notify.get_config("pc"), notify.get_config("phone")) == (None, "never", None)
    notify.configure("on-mention")
    notify.configure("always", "pc")
    assert notify.get_config("phone") is None
    found = [(one.tag, dict(one.attrib)) for one in notify.xml]
    assert sorted(found, key=str) == [
        (f"{{{OLD}}}always", {"client-type": "pc"}),
        (f"{{{OLD}}}on-mention", {}),
    ]
    assert isinstance(notify, stanza.Notify) and not isinstance(Notify(), stanza.Notify)
    notify["advanced"].append(parse_one("<x xmlns='urn:x'/>"))
    assert notify.xml[-1].tag == f"{{{OLD}}}advanced"


async def test_notification_settings_of_a_client() -> None:
    xmpp: Any = OfflineClient()
    xmpp.register_plugin("xep_0492")
    assert xmpp["xep_0492"].stanza.NS == OLD
    made = Conference()
    made[Extensions][Notify].configure("never")
    assert made[Extensions][Notify].xml.tag == f"{{{OLD}}}notify"
    await xmpp.aclose()


# -- what begins without being awaited ------------------------------------------------------------------------------


CALLS: list[tuple[str, Callable[[Any], Any]]] = [
    ("xep_0050", lambda plugin: plugin.get_commands("juliet@example.org")),
    ("xep_0077", lambda plugin: plugin.change_password("secret")),
    ("xep_0257", lambda plugin: plugin.get_certs()),
]


@pytest.mark.parametrize(("plugin", "call"), CALLS)
async def test_what_begins_at_the_call(plugin: str, call: Callable[[Any], Any]) -> None:
    xmpp: Any = OfflineClient()
    xmpp.register_plugin(plugin)
    future = call(xmpp[plugin])
    await settle()
    assert len(xmpp.sent) == 1
    future.cancel()
    await xmpp.aclose()


@pytest.mark.parametrize("name", ["coucou", "md5"])
def test_a_hash_function_that_there_is_not(name: str) -> None:
    with pytest.raises(FieldValueError):
        module("xep_0300").Hash()["algo"] = name
