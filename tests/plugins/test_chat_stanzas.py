"""The elements of the chat plugins on the wire: read by key and by attribute, built, read again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0066 import OOB, XEP_0066, OOBTransfer
from helixmpp.plugins.xep_0085 import XEP_0085, ChatState, Composing
from helixmpp.plugins.xep_0184 import XEP_0184, Received, Request
from helixmpp.plugins.xep_0191 import XEP_0191, Block, BlockList, Unblock
from helixmpp.plugins.xep_0202 import XEP_0202, EntityTime
from helixmpp.plugins.xep_0280 import XEP_0280
from helixmpp.plugins.xep_0297 import XEP_0297, Forwarded
from helixmpp.plugins.xep_0308 import XEP_0308, Replace
from helixmpp.plugins.xep_0313 import MAM, XEP_0313, Fin, Metadata, Result
from helixmpp.plugins.xep_0333 import XEP_0333, Displayed
from helixmpp.plugins.xep_0334 import XEP_0334, NoCopy, NoPermanentStore, NoStore, Store
from helixmpp.plugins.xep_0352 import XEP_0352
from helixmpp.plugins.xep_0359 import XEP_0359, OriginID, ReferencedStanza, StanzaID
from helixmpp.plugins.xep_0363 import XEP_0363, Ephemeral, FileTooLarge, Retry, Slot
from helixmpp.plugins.xep_0380 import XEP_0380, Encryption
from helixmpp.plugins.xep_0394 import XEP_0394, BlockCode, List, Markup, Span
from helixmpp.plugins.xep_0422 import XEP_0422, ApplyTo
from helixmpp.plugins.xep_0424 import XEP_0424, Retract, Retracted
from helixmpp.plugins.xep_0428 import XEP_0428, Fallback
from helixmpp.plugins.xep_0441 import XEP_0441, Preferences
from helixmpp.plugins.xep_0444 import XEP_0444, Reactions
from helixmpp.plugins.xep_0461 import XEP_0461, Reply
from helixmpp.stanza import ElementBase, Iq, Message, StanzaBase, StreamFeatures
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient

PLUGINS = [
    *(XEP_0066, XEP_0085, XEP_0184, XEP_0191, XEP_0202, XEP_0280, XEP_0297, XEP_0308, XEP_0313, XEP_0333),
    *(XEP_0334, XEP_0352, XEP_0359, XEP_0363, XEP_0380, XEP_0394, XEP_0422, XEP_0424, XEP_0428, XEP_0441),
    *(XEP_0444, XEP_0461),
]
UPLOAD = "xmlns='urn:xmpp:http:upload:0'"
QUERY = "<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data'><field var='{}'><value>{}</value></field></x></query>"
HINTS: list[tuple[type[ElementBase], str]] = [
    (Store, "store"),
    (NoStore, "no-store"),
    (NoCopy, "no-copy"),
    (NoPermanentStore, "no-permanent-store"),
]
MOMENT = datetime(2019, 9, 20, 23, 9, 32, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def registered() -> None:
    """The classes know each other once the plugins were enabled."""
    xmpp = OfflineClient()
    for plugin in PLUGINS:
        xmpp.register_plugin(plugin.name)
        assert isinstance(xmpp.plugin[plugin.name], plugin)
    await xmpp.aclose()


def in_stanza(cls: type[StanzaBase], inner: str) -> StanzaBase:
    return cls(xml=parse_one(f"<{cls.name} xmlns='jabber:client'>{inner}</{cls.name}>"))


# The stanza, the element, the class, and by the path of keys what is read there.
WIRE: list[tuple[type[StanzaBase], type[ElementBase], str, dict[str, Any]]] = [
    (Message, OOB, "<x xmlns='jabber:x:oob'><url>u:v</url><desc>d</desc></x>", {"oob/url": "u:v", "oob/desc": "d"}),
    (Iq, OOBTransfer, "<query xmlns='jabber:iq:oob' sid='a0'><url>u:v</url></query>",
     {"oob_transfer/url": "u:v", "oob_transfer/desc": "", "oob_transfer/sid": "a0"}),
    (Message, Received, "<received xmlns='urn:xmpp:receipts' id='1'/>", {"receipt": "1"}),
    (Message, Request, "<request xmlns='urn:xmpp:receipts'/>", {"request_receipt": True}),
    (Iq, BlockList, "<blocklist xmlns='urn:xmpp:blocking'><item jid='a@b.c'/><item jid='d.e'/></blocklist>",
     {"blocklist/items": {JID("a@b.c"), JID("d.e")}}),
    (Iq, Block, "<block xmlns='urn:xmpp:blocking'><item jid='A@b.c/D'/></block>", {"block/items": {JID("a@b.c/D")}}),
    (Iq, Unblock, "<unblock xmlns='urn:xmpp:blocking'/>", {"unblock/items": set()}),
    (Iq, EntityTime, "<time xmlns='urn:xmpp:time'><tzo>-06:00</tzo><utc>2019-09-20T23:09:32Z</utc></time>",
     {"entity_time/utc": MOMENT, "entity_time/time": MOMENT}),
    (Message, Replace, "<replace xmlns='urn:xmpp:message-correct:0' id='bad1'/>", {"replace/id": "bad1"}),
    (Message, Displayed, "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", {"displayed/id": "1"}),
    (Message, StanzaID, "<stanza-id xmlns='urn:xmpp:sid:0' id='x' by='r@m.c'/>",
     {"stanza_id/id": "x", "stanza_id/by": JID("r@m.c")}),
    (Message, OriginID, "<origin-id xmlns='urn:xmpp:sid:0' id='x'/>", {"origin_id/id": "x"}),
    (Message, ReferencedStanza, "<referenced-stanza xmlns='urn:xmpp:sid:0' id='x' by='r@m.c'/>",
     {"referenced_stanza/id": "x", "referenced_stanza/by": JID("r@m.c")}),
    (Message, Encryption, "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x' name='X'/>",
     {"eme/namespace": "urn:x", "eme/name": "X"}),
    (Message, Markup, "<markup xmlns='urn:xmpp:markup:0'><span start='9' end='15'><emphasis/></span>"
     "<bcode start='23' end='48' language='bash'/></markup>", {}),
    (Message, ApplyTo, "<apply-to xmlns='urn:xmpp:fasten:0' id='o' clear='true'><like xmlns='urn:l'/>"
     "<external name='body'/></apply-to>", {"apply_to/id": "o", "apply_to/clear": True, "apply_to/shell": False}),
    (Message, Retract, "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>", {"retract/id": "1"}),
    (Message, Retract, "<retract xmlns='urn:xmpp:message-retract:1' id='1'><reason>no</reason></retract>",
     {"retract/id": "1", "retract/reason": "no"}),
    (Message, Retracted, "<retracted xmlns='urn:xmpp:message-retract:1' id='1'><reason>no</reason></retracted>",
     {"retracted/id": "1", "retracted/reason": "no"}),
    (Message, Retracted, "<retracted xmlns='urn:xmpp:message-retract:1' stamp='2019-09-20T23:09:32Z' id='1'/>",
     {"retracted/id": "1", "retracted/stamp": MOMENT, "retracted/by": ""}),
    (Message, Fallback, "<fallback xmlns='urn:xmpp:fallback:0' for='urn:x'><body start='0' end='38'/></fallback>",
     {"fallback/for": "urn:x", "fallback/body/start": 0, "fallback/body/end": 38}),
    (Message, Reactions, "<reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>👋</reaction><reaction>🐢</reaction>"
     "<reaction>👋</reaction><reaction>no</reaction></reactions>",
     {"reactions/id": "1", "reactions/values": {"👋", "🐢"}}),
    (Message, Reply, "<reply xmlns='urn:xmpp:reply:0' to='a@b.c/d' id='1'/>",
     {"reply/id": "1", "reply/to": JID("a@b.c/d")}),
    (Iq, Preferences,
     "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>a@b.c</jid></always><never/></prefs>",
     {"mam_prefs/default": "roster", "mam_prefs/always": {JID("a@b.c")}, "mam_prefs/never": set()}),
    (Iq, Fin, "<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><last>l</last>"
     "</set></fin>", {"mam_fin/complete": True, "mam_fin/stable": True, "mam_fin/rsm/last": "l"}),
    (Iq, Metadata, "<metadata xmlns='urn:xmpp:mam:2'><start id='a' timestamp='2019-09-20T23:09:32Z'/></metadata>",
     {"mam_metadata/start/id": "a", "mam_metadata/start/timestamp": MOMENT, "mam_metadata/end/timestamp": None}),
    (Iq, MAM, "<query xmlns='urn:xmpp:mam:2' queryid='q'><x xmlns='jabber:x:data' type='submit'>"
     "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>"
     "<field var='start'><value>2019-09-20T23:09:32Z</value></field><field var='with'><value>a@b.c</value></field>"
     "<field var='ids'><value>1</value><value>2</value></field></x><flip-page/></query>",
     {"mam/queryid": "q", "mam/start": MOMENT, "mam/end": None, "mam/with": JID("a@b.c"), "mam/ids": ["1", "2"],
      "mam/before_id": "", "mam/flip_page": True, "mam/include_groupchat": None}),
    (Iq, Slot, "<slot xmlns='urn:xmpp:http:upload:0'><put url='https://p'><header name='Cookie'>c</header></put>"
     "<get url='https://g'/></slot>",
     {"http_upload_slot/put/url": "https://p", "http_upload_slot/get/url": "https://g"}),
]  # fmt: skip


@pytest.mark.parametrize(("stanza", "cls", "xml", "items"), WIRE, ids=[row[1].__name__ for row in WIRE])
def test_the_wire(stanza: type[StanzaBase], cls: type[ElementBase], xml: str, items: dict[str, Any]) -> None:
    given = in_stanza(stanza, xml)
    child = given.get(cls)
    assert child is not None
    for path, value in items.items():
        found: Any = given
        for key in path.split("/"):
            found = found[key]
        assert found == value
    # What is read changes nothing, and is built anew from its text.
    assert in_stanza(stanza, xml) == given
    assert stanza(xml=parse_one(str(given))) == given
    # An unknown attribute and an unknown child stay.
    more = in_stanza(stanza, xml.replace(" xmlns=", " unknown='kept' xmlns=", 1) + "<more xmlns='urn:more'/>")
    kept = stanza(xml=parse_one(str(more)))
    assert (kept[cls].xml.get("unknown"), kept.xml.find("{urn:more}more") is not None) == ("kept", True)


@pytest.mark.parametrize(
    ("stanza", "key", "value", "xml"),
    [
        (Message, "chat_state", "composing", "<composing xmlns='http://jabber.org/protocol/chatstates'/>"),
        (Message, "receipt", "1", "<received xmlns='urn:xmpp:receipts' id='1'/>"),
        (Message, "request_receipt", True, "<request xmlns='urn:xmpp:receipts'/>"),
        (Message, "request_receipt", False, ""),
        (Message, "replace/id", "1", "<replace xmlns='urn:xmpp:message-correct:0' id='1'/>"),
        (Message, "oob/url", "u:v", "<x xmlns='jabber:x:oob'><url>u:v</url></x>"),
        (Message, "eme/namespace", "urn:x", "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x'/>"),
        (Message, "retract/id", "1", "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>"),
        (Message, "reply/to", "A@b.c", "<reply xmlns='urn:xmpp:reply:0' to='a@b.c'/>"),
        (Message, "reactions/values", ["👋"],
         "<reactions xmlns='urn:xmpp:reactions:0'><reaction>👋</reaction></reactions>"),
        (Message, "reactions/values", [], "<reactions xmlns='urn:xmpp:reactions:0'/>"),
        (Message, "stanza_id/by", "r@m.c", "<stanza-id xmlns='urn:xmpp:sid:0' by='r@m.c'/>"),
        (Iq, "block/items", ["b@c.d", "a@b.c"],
         "<block xmlns='urn:xmpp:blocking'><item jid='a@b.c'/><item jid='b@c.d'/></block>"),
        (Iq, "entity_time/time", MOMENT,
         "<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>2019-09-20T23:09:32Z</utc></time>"),
        (Iq, "mam_prefs/never", ["a@b.c"], "<prefs xmlns='urn:xmpp:mam:2'><never><jid>a@b.c</jid></never></prefs>"),
    ],
)  # fmt: skip
def test_what_is_built(stanza: type[StanzaBase], key: str, value: Any, xml: str) -> None:
    built = stanza()
    first, _, second = key.partition("/")
    target: Any = built[first] if second else built
    target[second or first] = value
    assert built == in_stanza(stanza, xml)
    if second:
        del built[first]
    else:
        del built[key]
    assert built == stanza()


WRONG: list[tuple[type[ElementBase], str, Any]] = [
    (BlockList, "items", "a@b.c"),
    (BlockList, "items", ["a@@b"]),
    (EntityTime, "time", datetime(2020, 1, 1)),
    (EntityTime, "time", "noon"),
    (Reactions, "values", "👋"),
    (Reactions, "values", ["word"]),
    (Span, "types", ["bold"]),
    (Preferences, "always", "a@b.c"),
    (Preferences, "default", "sometimes"),
    (MAM, "start", "yesterday"),
    (MAM, "start", datetime(2020, 1, 1)),
    (MAM, "with", "a@@b"),
    (Replace, "id", "\0"),
    (Forwarded, "stanza", parse_one("<x xmlns='urn:x'/>")),
    (ChatState, "chat_state", "bored"),
    (Retry, "stamp", "soon"),
]


@pytest.mark.parametrize(("cls", "key", "value"), WRONG, ids=[f"{row[0].__name__}.{row[1]}" for row in WRONG])
def test_wrong_values_are_refused_and_change_nothing(cls: type[ElementBase], key: str, value: Any) -> None:
    given = cls()
    before = str(given) if cls is not ChatState else ""
    with pytest.raises(ValueError):
        given[key] = value
    assert not before or str(given) == before


@pytest.mark.parametrize(
    ("cls", "xml", "key"),
    [
        (BlockList, "<blocklist xmlns='urn:xmpp:blocking'><item jid='a@@b'/></blocklist>", "items"),
        (EntityTime, "<time xmlns='urn:xmpp:time'><utc>noon</utc></time>", "time"),
        (EntityTime, "<time xmlns='urn:xmpp:time'><tzo>+25:00</tzo></time>", "tzo"),
        (EntityTime, "<time xmlns='urn:xmpp:time'><tzo>CEST</tzo></time>", "tzo"),
        (Preferences, "<prefs xmlns='urn:xmpp:mam:2' default='x'/>", "default"),
        (Preferences, "<prefs xmlns='urn:xmpp:mam:2'><never><jid>a@@b</jid></never></prefs>", "never"),
        (Span, "<span xmlns='urn:xmpp:markup:0' start='-1'/>", "start"),
        (BlockCode, "<bcode xmlns='urn:xmpp:markup:0' end='x'/>", "end"),
        (List, "<list xmlns='urn:xmpp:markup:0' ordered='maybe'/>", "ordered"),
        (Fin, "<fin xmlns='urn:xmpp:mam:2' complete='maybe'/>", "complete"),
        (FileTooLarge, f"<file-too-large {UPLOAD}><max-file-size>-1</max-file-size></file-too-large>", "max_file_size"),
        (Ephemeral, "<ephemeral xmlns='urn:xmpp:http:upload:purpose:0' expire-before='soon'/>", "expire_before"),
        (StanzaID, "<stanza-id xmlns='urn:xmpp:sid:0' by='a@@b'/>", "by"),
        (MAM, QUERY.format("start", "x"), "start"),
        (MAM, QUERY.format("with", "a@@b"), "with"),
    ],
)  # fmt: skip
def test_wrong_values_of_peers(cls: type[ElementBase], xml: str, key: str) -> None:
    with pytest.raises(BadStanza):
        _ = cls(xml=parse_one(xml))[key]


def test_hints() -> None:
    for cls, key in (
        (Store, "store"),
        (NoStore, "no-store"),
        (NoCopy, "no-copy"),
        (NoPermanentStore, "no-permanent-store"),
    ):
        message = Message()
        assert message.get(cls) is None
        message.enable(key)
        assert message.get(cls) is not None
        assert message.xml[0].tag == f"{{urn:xmpp:hints}}{key}"
        assert key in message


def test_a_chat_state_is_an_element_of_the_message() -> None:
    message = Message()
    assert message["chat_state"] == message[ChatState].chat_state == ""
    message["chat_state"] = "paused"
    message["chat_state"] = "composing"
    assert [child.tag for child in message.xml] == ["{http://jabber.org/protocol/chatstates}composing"]
    assert message.get(Composing) is not None
    assert ChatState.states == {"active", "composing", "gone", "inactive", "paused"}
    message["chat_state"] = ""
    assert len(message.xml) == 0


def test_filters_of_a_query_come_and_go() -> None:
    iq = Iq()
    iq["mam"]["start"] = MOMENT
    iq["mam"]["with"] = "a@b.c"
    iq["mam"]["ids"] = ["1"]
    iq["mam"]["include_groupchat"] = False
    assert iq["mam"]["form"]["values"] == {
        "FORM_TYPE": ["urn:xmpp:mam:2"],
        "start": "2019-09-20T23:09:32Z",
        "with": "a@b.c",
        "ids": "1",
        "include-groupchat": "false",
    }
    iq["mam"]["start"] = "2020-01-01T00:00:00Z"
    assert iq["mam"]["start"] == datetime(2020, 1, 1, tzinfo=UTC)
    assert iq["mam"]["include_groupchat"] is False
    for key in ("start", "with", "ids", "include_groupchat"):
        iq["mam"][key] = None
    assert len(iq["mam"].xml) == 0


def test_what_is_forwarded() -> None:
    inner = Message()
    inner["body"] = "psst"
    message = Message()
    message["forwarded"]["stanza"] = inner
    assert message[Forwarded].message == inner
    assert message["forwarded"]["stanza"] is not inner
    inner["body"] = "changed"
    assert message["forwarded"]["stanza"]["body"] == "psst"
    message["forwarded"]["stanza"] = None
    assert message["forwarded"]["stanza"] is None
    result = Result(xml=parse_one("<result xmlns='urn:xmpp:mam:2' id='1'/>"))
    assert (result.message, result.stamp) == (None, None)
    with pytest.raises(FieldValueError):
        message["forwarded"]["stanza"] = "text"


def test_the_feature_of_a_stream() -> None:
    features = StreamFeatures(
        xml=parse_one(
            "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><csi xmlns='urn:xmpp:csi:0'/>"
            "</stream:features>"
        )
    )
    assert set(features["features"]) == {"csi"}
