"""What other clients of the account have shown (XEP-0490): read, told, and believed only from ourselves."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError, Message, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0060.stanza import EventItem
from helixmpp.plugins.xep_0359.stanza import StanzaID
from helixmpp.plugins.xep_0490 import XEP_0490, Displayed
from helixmpp.stanza import Iq
from helixmpp.xml import parse_one
from tests.plugins.test_bookmarks import Keeper
from tests.plugins.test_pep import GOOD, NS, Account, info, options_of

NODE = "urn:xmpp:mds:displayed:0"
ME = "me@example.org"
ROMEO = "romeo@montegue.lit"
ROOM = "example@conference.shakespeare.lit"
ASSIST = "urn:xmpp:mds:server-assist:0"


def displayed(id_: str, by: str) -> str:
    return f"<displayed xmlns='{NODE}'><stanza-id xmlns='urn:xmpp:sid:0' id='{id_}' by='{by}'/></displayed>"


def item(chat: str, inner: str) -> str:
    return f"<item id='{chat}'>{inner}</item>"


def items(*inner: str, node: str = NODE) -> str:
    return f"<pubsub xmlns='{NS}'><items node='{node}'>{''.join(inner)}</items></pubsub>"


def event(*inner: str, sender: str = ME, node: str = NODE) -> str:
    return (
        f"<message from='{sender}' to='{ME}/desk' type='headline'><event xmlns='{NS}#event'>"
        f"<items node='{node}'>{''.join(inner)}</items></event></message>"
    )


STATES: list[tuple[str, dict[str, str]]] = [
    (item(ROMEO, displayed("a", ME)), {ROMEO: "a"}),
    (item(ROOM, displayed("b", ROOM)), {ROOM: "b"}),
    (item(f"{ROOM}/nurse", displayed("c", ME)), {f"{ROOM}/nurse": "c"}),
    (item(ROMEO, displayed("a", ME)) + item(ROOM, displayed("b", ROOM)), {ROMEO: "a", ROOM: "b"}),
    # Nobody else has given ids for that chat; and there is exactly one.
    (item(ROMEO, displayed("a", "evil.lit")), {}),
    (item(ROMEO, displayed("a", f"{ME}/desk")), {}),
    (item(ROMEO, displayed("a", "")), {}),
    (item(ROMEO, displayed("", ME)), {}),
    (item(ROMEO, displayed("a", ME).replace("</d", f"<stanza-id xmlns='urn:xmpp:sid:0' id='b' by='{ME}'/></d")), {}),
    (item(ROMEO, f"<displayed xmlns='{NODE}'/>"), {}),
    (item(ROMEO, "<displayed xmlns='urn:xmpp:chat-markers:0' id='a'/>"), {}),
    (item("a@b@c", displayed("a", ME)) + item(ROMEO, displayed("b", ME)), {ROMEO: "b"}),
    (item("", displayed("a", ME)), {}),
    (item(ROMEO, displayed("a", "a@b@c")), {}),
]  # fmt: skip


@pytest.mark.parametrize(("there", "expected"), STATES)
async def test_catching_up(there: str, expected: dict[str, str]) -> None:
    xmpp = Account(Keeper(items(there)), "xep_0490")
    assert await xmpp.plugin[XEP_0490].displayed() == expected
    answer = await xmpp.plugin[XEP_0490].catch_up(timeout=5)
    assert len(answer["pubsub"]["items"].xml) == len(parse_one(f"<x>{there}</x>"))
    await xmpp.aclose()


@pytest.mark.parametrize(("there", "expected"), STATES[:4])
async def test_another_client_has_shown_something(there: str, expected: dict[str, str]) -> None:
    xmpp = Account(Keeper(""), "xep_0490")
    told: list[Message] = []
    xmpp.add_event_handler("message_displayed_synchronization_publish", told.append)
    assert f"{NODE}+notify" in (await xmpp.plugin["xep_0030"].info_of())["features"]
    await xmpp.receive(event(there))
    found: dict[JID, str] = {}
    for message in told:
        found |= xmpp.plugin[XEP_0490].displayed_in(message)
    assert found == expected
    first = told[0]["pubsub_event"]["items"]["item"]
    assert (
        first["displayed"]["stanza_id"]["id"]
        == first[Displayed][StanzaID].id
        == next(iter(expected.values()))
    )
    told.clear()
    # Nobody else tells what we have shown, and what is no such state is none.
    await xmpp.receive(event(there, sender=ROMEO))
    await xmpp.receive(event(there, sender="evil.lit"))
    await xmpp.receive(event(there, sender=f"{ME}/other"))
    await xmpp.receive(event(item(ROMEO, "<displayed xmlns='urn:xmpp:chat-markers:0'/>")))
    assert told == []
    other = Message(xml=parse_one(event(there, node="urn:other"), stream_ns="jabber:client"))
    assert xmpp.plugin[XEP_0490].displayed_in(other) == {}
    await xmpp.aclose()


@pytest.mark.parametrize(("answer", "error"), [("item-not-found", None), ("forbidden", "forbidden")])
async def test_a_refusal(answer: str, error: str | None) -> None:
    xmpp = Account(Keeper(answer), "xep_0490")
    if error is None:
        assert await xmpp.plugin[XEP_0490].displayed() == {}
    else:
        with pytest.raises(IqError, match=error):
            await xmpp.plugin[XEP_0490].displayed()
    await xmpp.aclose()


def published(request: Element) -> tuple[str | None, str | None, str | None]:
    """The chat, the id and by whom."""
    (published,) = request[0][0]
    assert request[0][0].get("node") == NODE
    return published.get("id"), published[0][0].get("id"), published[0][0].get("by")


@pytest.mark.parametrize(
    ("chat", "options", "expected"),
    [
        (ROMEO, {}, (ROMEO, "s", ME)),
        (ROOM, {"by": ROOM}, (ROOM, "s", ROOM)),
        (f"{ROOM}/nurse", {}, (f"{ROOM}/nurse", "s", ME)),
    ],
)
async def test_a_chat_is_flagged(chat: str, options: dict[str, Any], expected: tuple[str, str, str]) -> None:
    keeper = Keeper("")
    xmpp = Account(keeper, "xep_0490")
    answer: Iq = await xmpp.plugin[XEP_0490].flag_chat(chat, "s", **options)
    assert answer["type"] == "result"
    (request,) = keeper.stored
    assert published(request) == expected
    values = options_of(request)
    del values["FORM_TYPE"]
    assert values == {
        "pubsub#persist_items": "1",
        "pubsub#max_items": "max",
        "pubsub#send_last_published_item": "never",
        "pubsub#access_model": "whitelist",
    }
    await xmpp.aclose()


@pytest.mark.parametrize("account", [info(), "service-unavailable"])
async def test_nothing_is_stored_where_others_might_see_it(account: str) -> None:
    keeper = Keeper("", account)
    xmpp = Account(keeper, "xep_0490")
    with pytest.raises(XMPPError, match="feature-not-implemented"):
        await xmpp.plugin[XEP_0490].flag_chat(ROMEO, "s")
    with pytest.raises(ValueError, match="needs the id"):
        await xmpp.plugin[XEP_0490].flag_chat(ROMEO, "")
    assert keeper.stored == []
    await xmpp.aclose()


def message(
    inner: str, sender: str = f"{ROMEO}/orchard", kind: str = "chat", id_: str = "the-msg-1"
) -> Message:
    attributes = f" id='{id_}'" if id_ else ""
    text = f"<message from='{sender}' to='{ME}/desk' type='{kind}'{attributes}>{inner}</message>"
    return Message(xml=parse_one(text, stream_ns="jabber:client"))


def given(id_: str, by: str) -> str:
    return f"<body>Hi</body><stanza-id xmlns='urn:xmpp:sid:0' id='{id_}' by='{by}'/>"


async def join(xmpp: Account) -> None:
    """Be in the room."""
    xmpp.plugin["xep_0045"].join_muc(ROOM, "puck")
    await xmpp.receive(
        f"<presence from='{ROOM}/puck' to='{ME}/desk'><x xmlns='http://jabber.org/protocol/muc#user'>"
        "<item affiliation='none' role='participant'/><status code='110'/></x></presence>"
    )


@pytest.mark.parametrize(
    ("came", "expected", "marked"),
    [
        (message(given("s", ME)), (ROMEO, "s", ME), (ROMEO, "the-msg-1")),
        (message(given("s", ROOM), f"{ROOM}/nurse", "groupchat"), (ROOM, "s", ROOM), (ROOM, "s")),
        (
            message(given("s", ME), f"{ROOM}/nurse"),
            (f"{ROOM}/nurse", "s", ME),
            (f"{ROOM}/nurse", "the-msg-1"),
        ),
        # The sender cannot be told of a message without an id.
        (message(given("s", ME), id_=""), (ROMEO, "s", ME), None),
        (message("<body>Hi</body>"), None, None),
        (message(given("s", "evil.lit")), None, None),
        (message(given("s", ME), kind="error"), None, None),
    ],
)
@pytest.mark.parametrize("tell_sender", [False, True])
@pytest.mark.parametrize("assisted", [False, True])
async def test_a_message_is_flagged(
    came: Message,
    expected: tuple[str, str, str] | None,
    marked: tuple[str, str] | None,
    tell_sender: bool,
    assisted: bool,
) -> None:
    keeper = Keeper("", info(f"{NS}#publish-options", ASSIST) if assisted else GOOD)
    xmpp = Account(keeper, "xep_0045", "xep_0490")
    await join(xmpp)
    flagged = await xmpp.plugin[XEP_0490].flag_message(came, tell_sender=tell_sender)
    assert flagged is (expected is not None)
    markers = [one for one in xmpp.sent if one.tag == "{jabber:client}message"]
    by_message = tell_sender and marked is not None
    if by_message and assisted:
        assert keeper.stored == []
        state = markers[0][1]
        assert state.tag == f"{{{NODE}}}displayed"
        assert (markers[0].get("to"), state[0].get("id"), state[0].get("by")) == expected
    elif expected is not None:
        assert [published(one) for one in keeper.stored] == [expected]
    else:
        assert keeper.stored == []
    assert [(one.get("to"), one[0].get("id")) for one in markers] == ([marked] if by_message else [])
    if by_message:
        # "MUST NOT" be sent to a server that does not take it out again.
        assert len(markers[0]) == 1 + assisted
        assert markers[0][0].tag == "{urn:xmpp:chat-markers:0}displayed"
    assert not xmpp.failures
    await xmpp.aclose()


async def test_the_example_round_trips() -> None:
    xmpp = Account(Keeper(""), "xep_0490")
    text = item(ROMEO, displayed("0f710f2b-52ed-4d52-b928-784dad74a52b", "juliet@capulet.lit"))
    read = EventItem(xml=parse_one(text.replace("<item", f"<item xmlns='{NS}#event'")))
    made = EventItem()
    made.id = ROMEO
    made[Displayed][StanzaID].by = "juliet@capulet.lit"
    made["displayed"]["stanza_id"]["id"] = "0f710f2b-52ed-4d52-b928-784dad74a52b"
    assert made == read
    await xmpp.aclose()
