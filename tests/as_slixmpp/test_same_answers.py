"""What slixmpp's programs read and what goes out for them: the same items, the same answers, the same names."""

import asyncio
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from helixmpp import Iq, Message, Presence, as_slixmpp
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0045.stanza import MUCPresence
from helixmpp.plugins.xep_0047.stanza import Data
from helixmpp.plugins.xep_0054 import VCardTemp
from helixmpp.plugins.xep_0055 import XEP_0055
from helixmpp.plugins.xep_0059 import Set
from helixmpp.plugins.xep_0060.stanza import Options, PublishOptions, Pubsub
from helixmpp.plugins.xep_0297 import Forwarded
from helixmpp.plugins.xep_0313 import MAM
from helixmpp.plugins.xep_0461 import Reply
from helixmpp.stanza import ElementBase, Roster, StanzaBase, register_stanza_plugin
from helixmpp.testing import SlixTest
from helixmpp.xml import parse_one


class Case(SlixTest):
    """One to call by hand."""

    def runTest(self) -> None:
        """unittest wants it."""


@pytest.fixture
def case() -> Iterator[Case]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    case = Case()
    yield case
    case.tearDown()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)


# -- items ----------------------------------------------------------------------------------------------------------


def test_a_subject_is_there_or_not(hook: None) -> None:
    message = Message()
    assert (message["subject"], message.subject, "subject" in message) == (None, "", False)
    message["subject"] = ""
    assert (message["subject"], "subject" in message, len(message.xml)) == ("", True, 1)
    message["subject"] = "Dinner"
    assert (message["subject"], "subject" in message, len(message.xml)) == ("Dinner", True, 1)
    del message["subject"]
    assert (message["subject"], "subject" in message, len(message.xml)) == (None, False, 0)


def test_numbers_of_result_sets_are_texts(hook: None) -> None:
    answer = Set()
    answer["first"], answer["first_index"], answer["count"] = "a", 10, "20"
    assert (answer["first_index"], answer["count"], answer["max"]) == ("10", "20", "")
    assert (answer.first_index, answer.count, answer.max) == (10, 20, None)
    again = Set()
    again.values = answer.values
    assert again == answer


def test_texts_of_a_vcard(hook: None) -> None:
    vcard = VCardTemp()
    assert (vcard["TITLE"], vcard["NOTE"], vcard["FN"]) == (None, None, "")
    vcard["TITLE"] = "Duke"
    assert vcard["TITLE"] == "Duke"
    as_slixmpp.uninstall_as_slixmpp()
    assert VCardTemp()["TITLE"] == ""


def test_payload_is_added(hook: None) -> None:
    stanza = StanzaBase()
    stanza["payload"] = parse_one("<a xmlns='urn:a'/>")
    stanza["payload"] = [parse_one("<b xmlns='urn:b'/>"), Part()]
    assert [child.tag for child in stanza["payload"]] == ["{urn:a}a", "{urn:b}b", "{urn:same}part"]
    as_slixmpp.uninstall_as_slixmpp()
    stanza["payload"] = Part()
    assert [child.tag for child in stanza["payload"]] == ["{urn:same}part"]
    del stanza["payload"]
    assert stanza["payload"] == []


def test_without_the_hook_an_absent_subject_is_a_text() -> None:
    assert Message()["subject"] == ""


def test_approved_is_what_was_said(hook: None) -> None:
    roster = Roster(
        xml=parse_one(
            "<query xmlns='jabber:iq:roster'><item jid='a@b.c'/><item jid='d@b.c' approved='true'/>"
            "<item jid='e@b.c' approved='false'/></query>"
        )
    )
    items = roster["items"]
    assert [item["approved"] for item in items.values()] == ["", True, False]
    roster["items"] = items
    assert [child.get("approved") for child in roster.xml] == [None, "true", "false"]


def test_no_type_of_a_presence(hook: None) -> None:
    presence = Presence()
    presence["type"] = "away"
    presence["type"] = None
    assert (presence["type"], len(presence.xml)) == ("available", 0)


class Part(ElementBase):
    """A registered child."""

    name = "part"
    namespace = "urn:same"
    plugin_attrib = "part"
    interfaces = {"size"}  # noqa: RUF012 - as programs write it


class Stranger(ElementBase):
    """A class that nobody registers."""

    name = "stranger"
    namespace = "urn:same"
    interfaces = {"size"}  # noqa: RUF012 - as programs write it


class Whole(ElementBase):
    """The parent."""

    name = "whole"
    namespace = "urn:same"
    interfaces = {"size"}  # noqa: RUF012 - as programs write it


register_stanza_plugin(Whole, Part, iterable=True)


def test_what_was_appended_is_among_the_substanzas() -> None:
    whole = Whole()
    whole["part"]["size"] = "1"
    stranger = Stranger()
    stranger["size"] = "2"
    whole.append(stranger)
    assert whole["substanzas"] == [whole["part"], stranger]
    assert whole["substanzas"][1] is stranger
    values = whole.values
    assert (values["part"]["size"], [one["size"] for one in values["substanzas"]]) == ("1", ["1", "2"])
    whole.xml.remove(stranger.xml)
    assert list(whole) == [whole["part"]]


# -- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Iq, Message, Presence])
def test_an_answer_is_in_the_same_language(hook: None, kind: Any) -> None:
    stanza = kind(xml=parse_one(f"<{kind.name} xmlns='jabber:client' id='1' from='a@b.c' xml:lang='de'/>"))
    assert stanza.reply()["lang"] == "de"


def test_without_the_hook_it_says_none() -> None:
    assert (
        Iq(xml=parse_one("<iq xmlns='jabber:client' id='1' from='a@b.c' xml:lang='de'/>")).reply()["lang"]
        == ""
    )


@pytest.mark.parametrize("kind", ["subscribe", "subscribed", "unsubscribe", "unsubscribed"])
def test_a_subscription_from_nobody_in_particular(case: Case, kind: str) -> None:
    case.stream_start(plugins=[])
    seen: list[str] = []

    def came(presence: Presence) -> None:
        seen.append(presence["type"])

    case.xmpp.add_event_handler(f"presence_{kind}", came)
    case.recv(f"<presence type='{kind}'/>")
    assert seen == [kind]


def test_a_component_asked_by_nobody_in_particular(case: Case) -> None:
    case.stream_start(mode="component", jid="comp.example.org", plugins=["xep_0199"])
    case.recv("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>")
    case.send("<iq type='result' id='1'/>")
    # Over a network it is dropped: an answer would have nobody to go to.
    xmpp = case.xmpp
    assert xmpp.needs_sender is False
    case.stream_close()
    assert xmpp.needs_sender is True


@pytest.mark.parametrize("version", ["", "42"])
def test_the_version_of_the_roster(case: Case, version: str) -> None:
    case.stream_start(plugins=[])
    case.xmpp.features.add("rosterver")
    case.xmpp.client_roster.version = version
    case.xmpp.get_roster()
    case.send(f"<iq type='get' id='1'><query xmlns='jabber:iq:roster' ver='{version}'/></iq>")


def test_affiliations_of_who_is_not_in_the_room(case: Case) -> None:
    case.stream_start(plugins=["xep_0045"])
    seen: list[tuple[str, str]] = []

    def changed(message: Message) -> None:
        seen.append((str(message["muc"]["item"]["jid"]), message["muc"]["item"]["affiliation"]))

    case.xmpp.add_event_handler("muc::room@rooms.example::affiliation_change", changed)
    told = "<x xmlns='http://jabber.org/protocol/muc#user'><item jid='a@b.c' affiliation='member'/></x>"
    case.recv(f"<message from='room@rooms.example'>{told}</message>")
    # An occupant, another room, and a member of none are not the room.
    case.recv(f"<message from='room@rooms.example/eve'>{told}</message>")
    case.recv(f"<message from='other@rooms.example'>{told}</message>")
    assert seen == [("a@b.c", "member")]


def test_software(hook: None, case: Case) -> None:
    case.stream_start(plugins=["xep_0092"])
    case.recv("<iq type='get' id='1' from='a@b.c/d'><query xmlns='jabber:iq:version'/></iq>")
    case.send(
        "<iq type='result' id='1' to='a@b.c/d'><query xmlns='jabber:iq:version'>"
        "<name>Slixmpp</name><version>1.17.0</version></query></iq>"
    )


@pytest.mark.parametrize(("plugin", "brings"), [("xep_0077", "xep_0066"), ("xep_0045", "xep_0172")])
def test_what_plugins_bring_along(hook: None, case: Case, plugin: str, brings: str) -> None:
    case.stream_start(plugins=[plugin])
    assert brings in case.xmpp.plugin
    as_slixmpp.uninstall_as_slixmpp()
    case.stream_close()
    case.stream_start(plugins=[plugin])
    assert brings not in case.xmpp.plugin


# -- plugins --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hooked", [True, False])
def test_an_archive(case: Case, hooked: bool) -> None:
    if hooked:
        as_slixmpp.install_as_slixmpp()
    try:
        case.stream_start(plugins=["xep_0313"])
        case.xmpp.wrap(anext(case.xmpp.plugin["xep_0313"].retrieve(iterator=True)))
        case.wait_()
        number = 10 if hooked else 50
        case.send(
            "<iq type='set' id='2'><query xmlns='urn:xmpp:mam:2' queryid='2'>"
            f"<set xmlns='http://jabber.org/protocol/rsm'><max>{number}</max></set></query></iq>"
        )
        case.xmpp.plugin["xep_0313"].retrieve()
        case.wait_()
        case.send("<iq type='set' id='3'><query xmlns='urn:xmpp:mam:2' queryid='3'/></iq>")
    finally:
        as_slixmpp.uninstall_as_slixmpp()


def test_no_ids_are_no_filter() -> None:
    query = MAM()
    query["ids"] = []
    assert len(query.xml) == 0


def test_what_is_forwarded_by_its_kind() -> None:
    forwarded = Forwarded(
        xml=parse_one(
            "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body>hi</body></message></forwarded>"
        )
    )
    assert (forwarded["message"]["body"], forwarded["stanza"]["body"]) == ("hi", "hi")
    assert ("message" in forwarded, "presence" in forwarded) == (True, False)
    assert len(forwarded.xml) == 1


def test_options_of_a_subscription_within_it() -> None:
    iq = Iq()
    subscribe = iq[Pubsub]["subscribe"]
    subscribe["node"] = "n"
    subscribe["options"]["node"] = "n"
    assert subscribe["options"].xml in subscribe.xml
    assert iq[Pubsub].get(Options) is None


def test_publish_options_by_their_values() -> None:
    options = PublishOptions()
    form = Form()
    form["type"] = "submit"
    form.add_field("pubsub#access_model", value="open")
    options.set_publish_options(form.values)
    assert options.get_publish_options() == form


def test_a_search_that_is_asked_for_as_its_form_is(hook: None, case: Case) -> None:
    case.stream_start(mode="component", jid="people.example", plugins=["xep_0055"])

    def found(jid: object, node: object, ifrom: object, iq: Iq) -> Iq:
        answer = iq.reply()
        form = answer["search"]["form"]
        form["type"] = "result"
        form.add_reported("last")
        form.add_item({"last": iq["search"]["form"].get_values()["last"]})
        return answer

    case.xmpp.plugin[XEP_0055].api.register(found, "search_query")
    kind = "<field var='FORM_TYPE' type='hidden'><value>jabber:iq:search</value></field>"
    last = "<field var='last'><value>Capulet</value></field>"
    asked, told = [
        f"<iq type='{type_}' id='{{}}' {address}='a@b.c/d' {ours}='people.example'><query xmlns='jabber:iq:search'>"
        f"<x xmlns='jabber:x:data' type='{form}'>{kind}{inner}</x></query></iq>"
        for type_, address, ours, form, inner in (
            ("get", "from", "to", "submit", last),
            (
                "result",
                "to",
                "from",
                "result",
                f"<reported><field var='last'/></reported><item>{last}</item>",
            ),
        )
    ]
    case.recv(asked.format("1"))
    case.send(told.format("1"), use_values=False)
    case.recv(
        "<iq type='get' id='2' from='a@b.c/d' to='people.example'><query xmlns='jabber:iq:search'/></iq>"
    )
    case.send(
        "<iq type='result' id='2' to='a@b.c/d' from='people.example'><query xmlns='jabber:iq:search'>"
        f"<x xmlns='jabber:x:data' type='form'>{kind}<field var='first'/><field var='last'/></x></query></iq>",
        use_values=False,
    )


def test_a_search_made_by_hand(case: Case) -> None:
    case.stream_start(plugins=["xep_0055"])
    iq = case.xmpp.plugin[XEP_0055].make_search_iq(ito="people.example", ifrom="me@b.c")
    iq["search"]["form"].add_field(var="last", value="Capulet")
    assert (iq["type"], str(iq["to"]), str(iq["from"])) == ("set", "people.example", "me@b.c")
    assert iq["search"]["form"]["values"] == {"FORM_TYPE": ["jabber:iq:search"], "last": "Capulet"}


def test_replies(case: Case) -> None:
    case.stream_start(plugins=["xep_0461"])
    seen: list[str] = []

    def replied(message: Message) -> None:
        seen.append(message["reply"]["id"])

    case.xmpp.add_event_handler("message_reply", replied)
    for type_ in ("chat", "error"):
        case.recv(
            f"<message from='a@b.c' type='{type_}'><reply xmlns='urn:xmpp:reply:0' id='{type_}'/></message>"
        )
    assert seen == ["chat"]
    message = Message()
    message["body"] = "Great"
    message["reply"].add_quoted_fallback("Cake?")
    assert message.get(Reply) is not None


def test_texts_are_bytes_too() -> None:
    data = Data()
    data["data"] = "käse"
    assert data["data"] == "käse".encode()


@pytest.mark.parametrize("plugin", ["xep_0461", "xep_0444", "xep_0424", "xep_0428"])
def test_namespaces_of_stanza_modules(hook: None, plugin: str) -> None:
    module = importlib.import_module(f"slixmpp.plugins.{plugin}.stanza")
    ours = importlib.import_module(f"helixmpp.plugins.{plugin}.stanza")
    assert module.NS == ours.NAMESPACE
    # What these do was done when the module was imported.
    assert (module.register(), module.register_plugin(), module.register_plugins()) == (None, None, None)


def test_the_dictionary_of_plugins(hook: None) -> None:
    plugins: Any = importlib.import_module("slixmpp.pluginsdict").PluginsDict
    assert set(plugins.__annotations__) == plugins.__required_keys__
    assert all(cls.__name__.lower() == name for name, cls in plugins.__annotations__.items())
    assert not set(as_slixmpp.missing_plugins()) & plugins.__required_keys__
    assert "xep_0030" in plugins.__required_keys__


# -- names of members -----------------------------------------------------------------------------------------------


def test_what_the_item_of_a_room_says() -> None:
    presence = Presence()
    muc = presence[MUCPresence]
    assert (muc.get_item_attr("nick", "none"), muc["item_nick"], len(muc.xml)) == ("none", "", 0)
    muc["item_nick"] = "thirdwitch"
    assert (muc.get_item_attr("nick"), muc["item"]["nick"]) == ("thirdwitch", "thirdwitch")
    del muc["item_nick"]
    assert muc["item_nick"] == ""


def test_truth_of_a_field() -> None:
    field = Form().add_field("gift", "boolean")
    field.setTrue()
    assert field.value is True
    field.set_false()
    assert field.value is False


@pytest.mark.parametrize(
    ("plugin", "method", "keywords"),
    [
        ("xep_0184", "ack", ["msg"]),
        ("xep_0308", "correct_message", ["msg", "body"]),
        ("xep_0199", "disable_keepalive", ["event"]),
        ("xep_0444", "send_reactions", ["to", "to_id", "reactions", "store"]),
        ("xep_0441", "set_preferences", ["default", "always", "never", "ito", "ifrom"]),
    ],
)
def test_keywords(case: Case, plugin: str, method: str, keywords: list[str]) -> None:
    case.stream_start(plugins=[plugin])
    signature = inspect.signature(getattr(case.xmpp.plugin[plugin], method))
    assert set(keywords) <= set(signature.parameters)


@pytest.mark.parametrize("plugin", ["xep_0422", "xep_0428"])
def test_namespaces_of_plugins(case: Case, plugin: str) -> None:
    case.stream_start(plugins=[plugin])
    assert case.xmpp.plugin[plugin].namespace in case.xmpp.plugin[plugin].features
