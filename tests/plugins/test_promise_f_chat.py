"""Who may say what (promise F), for chats: one table of what comes, and of what of it a program is told.

The program is juliet@capulet.example/balcony. In each row are stanzas that come one after the other; the last one is
the question, and the row says which events it raises.
"""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from helixmpp.plugins.xep_0184 import XEP_0184
from helixmpp.plugins.xep_0191 import XEP_0191
from helixmpp.plugins.xep_0280 import XEP_0280
from helixmpp.plugins.xep_0308 import XEP_0308
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0424 import XEP_0424
from helixmpp.plugins.xep_0444 import XEP_0444
from helixmpp.stanza import Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient

OWN = "juliet@capulet.example"
HERE = f"{OWN}/balcony"
ROMEO = "romeo@montague.example"
TYBALT = "tybalt@capulet.example"
ROOM = "coven@chat.example"

PLUGINS = [
    *("xep_0085", "xep_0184", "xep_0191", "xep_0280", "xep_0297"),
    *("xep_0308", "xep_0333", "xep_0359", "xep_0424", "xep_0444"),
]
EVENTS = [
    *(
        "message",
        "carbon_received",
        "carbon_sent",
        "forwarded_stanza",
        "message_correction",
        "message_retract",
    ),
    *("reactions", "marker", "marker_displayed", "receipt_received", "chatstate", "chatstate_composing"),
    *("blocked", "unblocked"),
]


@pytest.fixture
async def juliet() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient(HERE)
    for plugin in PLUGINS:
        xmpp.register_plugin(plugin)
    xmpp.plugin[XEP_0308].authentic_only = True
    xmpp.plugin[XEP_0424].authentic_only = True
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def message(sender: str, inner: str, kind: str = "chat", id_: str = "m", to: str = HERE) -> str:
    where = f" from='{sender}'" if sender else ""
    return f"<message{where} to='{to}' type='{kind}' id='{id_}'>{inner}</message>"


def inner_message(sender: str, to: str, inner: str = "<body>psst</body>") -> str:
    return f"<message xmlns='jabber:client' from='{sender}' to='{to}' type='chat' id='i'>{inner}</message>"


def forwarded(*stanzas: str) -> str:
    return f"<forwarded xmlns='urn:xmpp:forward:0'>{''.join(stanzas)}</forwarded>"


def carbon(kind: str, content: str) -> str:
    return f"<{kind} xmlns='urn:xmpp:carbons:2'>{content}</{kind}>"


FROM_ROMEO = inner_message(f"{ROMEO}/orchard", HERE)
TO_ROMEO = inner_message(f"{OWN}/chamber", ROMEO)
RECEIVED = carbon("received", forwarded(FROM_ROMEO))
SENT = carbon("sent", forwarded(TO_ROMEO))

CARBONS: list[tuple[str, str, list[str]]] = [
    ("received, from our account", message(OWN, RECEIVED), ["carbon_received"]),
    ("sent, from our account", message(OWN, SENT), ["carbon_sent"]),
    ("to no address in the copy", message(OWN, RECEIVED.replace(f" to='{HERE}' type", " type")), ["carbon_received"]),
    ("from a stranger", message(TYBALT, RECEIVED), []),
    ("sent, from a stranger", message(f"{TYBALT}/home", SENT), []),
    ("from another resource of ours", message(f"{OWN}/chamber", RECEIVED), []),
    ("from our own full address", message(HERE, SENT), []),
    ("from our server", message("capulet.example", RECEIVED), []),
    ("from nobody", message("", RECEIVED), []),
    ("from a look-alike", message(f"{OWN}.evil.example", RECEIVED), []),
    ("from our name elsewhere", message("juliet@evil.example", RECEIVED), []),
    ("as an error", message(OWN, RECEIVED, "error"), []),
    ("as a room's", message(f"{ROOM}/juliet", RECEIVED, "groupchat"), []),
    ("of what was not for us", message(OWN, RECEIVED.replace(HERE, "nurse@capulet.example/x")), []),
    ("sent by somebody else", message(OWN, SENT.replace(f"{OWN}/chamber", TYBALT)), []),
    ("without a message", message(OWN, carbon("received", forwarded())), []),
    ("without anything", message(OWN, carbon("received", "")), []),
    ("with two messages", message(OWN, carbon("received", forwarded(FROM_ROMEO, FROM_ROMEO))), []),
    (
        "with a presence",
        message(OWN, carbon("received", forwarded("<presence xmlns='jabber:client' from='a@b.c'/>"))),
        [],
    ),
    ("both at once", message(OWN, RECEIVED + SENT), []),
    ("with a bad sender", message("a@@b", RECEIVED), []),
    ("with a bad address inside", message(OWN, RECEIVED.replace(f"to='{HERE}'", "to='a@@b'")), []),
    ("forwarded in a forwarded message", message(OWN, forwarded(inner_message(OWN, HERE, RECEIVED))), []),
    ("forwarded by a stranger", message(TYBALT, forwarded(inner_message(OWN, HERE, RECEIVED))), []),
    ("a bare forward", message(ROMEO, forwarded(FROM_ROMEO)), []),
    ("a bare forward from our account", message(OWN, forwarded(FROM_ROMEO)), []),
    ("a bare forward with words", message(ROMEO, f"<body>look</body>{forwarded(FROM_ROMEO)}"), ["message"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stanza", "expected"), [row[1:] for row in CARBONS], ids=[row[0] for row in CARBONS]
)
async def test_carbons_and_forwards(juliet: OfflineClient, stanza: str, expected: list[str]) -> None:
    events = events_of(juliet)
    assert await juliet.receive(stanza) == []
    assert [name for name, _ in events] == expected
    for name, data in events:
        if name.startswith("carbon"):
            copy = juliet.plugin[XEP_0280].copied(data)
            assert copy is not None
            assert (copy["body"], data[name]["body"]) == ("psst", "psst")


async def test_what_is_in_a_carbon_is_not_answered(juliet: OfflineClient) -> None:
    asking = "<body>x</body><request xmlns='urn:xmpp:receipts'/><composing xmlns='http://jabber.org/protocol/chatstates'/>"
    copy = inner_message(f"{ROMEO}/orchard", HERE, asking)
    events = events_of(juliet)
    assert await juliet.receive(message(OWN, carbon("received", forwarded(copy)))) == []
    assert [name for name, _ in events] == ["carbon_received"]


# -- corrections and retractions ------------------------------------------------------------------------------


def body(sender: str, id_: str, kind: str = "chat", more: str = "", to: str = HERE) -> str:
    return message(sender, f"<body>text</body>{more}", kind, id_, to)


def occupant(id_: str) -> str:
    return f"<occupant-id xmlns='urn:xmpp:occupant-id:0' id='{id_}'/>"


def by_room(id_: str, by: str = ROOM) -> str:
    return f"<stanza-id xmlns='urn:xmpp:sid:0' id='{id_}' by='{by}'/>"


NS_MUC_USER = "http://jabber.org/protocol/muc#user"
MUC = f"<x xmlns='{NS_MUC_USER}'/>"

A, B, ORCHARD, IN_ROOM = f"{ROOM}/a", f"{ROOM}/b", f"{ROMEO}/orchard", "groupchat"
X, Y = occupant("x"), occupant("y")
OF_ROMEO = body(ORCHARD, "1")
OF_A, OF_A_WITHOUT_ID = body(A, "1", IN_ROOM, X), body(A, "1", IN_ROOM)

# What was there before; who corrects or retracts, with which elements besides; what is known of the author.
AUTHORS: list[tuple[str, list[str], str, str, str, bool | None]] = [
    ("the author", [OF_ROMEO], ORCHARD, "chat", "", True),
    ("another resource", [OF_ROMEO], f"{ROMEO}/phone", "chat", "", True),
    ("the bare address", [OF_ROMEO], ROMEO, "chat", "", True),
    ("as a normal message", [body(ORCHARD, "1", "normal")], ROMEO, "chat", "", True),
    ("somebody else", [OF_ROMEO], TYBALT, "chat", "", None),
    ("an id nobody used", [], ORCHARD, "chat", "", None),
    ("an error's id", [body(ORCHARD, "1", "error")], ROMEO, "chat", "", None),
    ("a message without text", [message(ROMEO, MUC, id_="1")], ROMEO, "chat", "", None),
    ("who used our id", [f"SEND {ROMEO} 1"], ROMEO, "chat", "", False),
    ("who used our id, and uses it", [f"SEND {ROMEO} 1", body(ROMEO, "1")], ROMEO, "chat", "", False),
    ("no sender", [body(ROMEO, "1")], "", "chat", "", None),
    ("a bad sender", [body(ROMEO, "1")], "a@@b", "chat", "", None),
    ("a look-alike", [body(ROMEO, "1")], f"{ROMEO}.evil.example", "chat", "", None),
    ("an occupant id in a chat", [body(ROMEO, "1", more=X)], ROMEO, "chat", Y, True),
    ("the occupant", [OF_A], A, IN_ROOM, X, True),
    ("the occupant, renamed", [OF_A], B, IN_ROOM, X, True),
    ("the nickname's next owner", [OF_A], A, IN_ROOM, Y, False),
    ("another occupant", [OF_A], B, IN_ROOM, Y, False),
    ("an occupant id out of nowhere", [OF_A_WITHOUT_ID], B, IN_ROOM, Y, False),
    ("an occupant id left out", [OF_A], A, IN_ROOM, "", False),
    ("two occupant ids", [OF_A], A, IN_ROOM, X + Y, False),
    ("the same nickname, no ids", [OF_A_WITHOUT_ID], A, IN_ROOM, "", None),
    ("another nickname, no ids", [OF_A_WITHOUT_ID], B, IN_ROOM, "", False),
    ("the room itself", [OF_A], ROOM, IN_ROOM, "", False),
    ("another room", [OF_A], "other@chat.example/a", IN_ROOM, X, None),
    ("from the room, privately", [body(A, "1", more=MUC + X)], A, "chat", MUC + X, True),
    ("another one, privately", [body(A, "1", more=MUC)], B, "chat", MUC, False),
    ("another one, without the mark", [body(A, "1", more=MUC)], B, "chat", "", False),
    ("another one, in a known room", [body(f"{ROOM}/c", "0", IN_ROOM), body(A, "1")], B, "chat", "", False),
    ("the same one, privately", [body(A, "1", more=MUC)], A, "chat", MUC, None),
    ("who took an id that was used", [OF_A, body(B, "1", IN_ROOM, Y)], B, IN_ROOM, Y, False),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["correction", "retraction"])
@pytest.mark.parametrize(
    ("before", "sender", "mtype", "more", "known"),
    [row[1:] for row in AUTHORS],
    ids=[row[0] for row in AUTHORS],
)
async def test_only_the_author(
    juliet: OfflineClient,
    kind: str,
    before: list[str],
    sender: str,
    mtype: str,
    more: str,
    known: bool | None,
) -> None:
    for one in before:
        if one.startswith("SEND "):
            _, to, id_ = one.split()
            sent = juliet.make_message(to, "text", mtype="chat")
            sent["id"] = id_
            sent.send()
        else:
            await juliet.receive(one)
    events = events_of(juliet)
    what = {
        "correction": "<replace xmlns='urn:xmpp:message-correct:0' id='1'/>",
        "retraction": "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>",
    }[kind]
    stanza = message(sender, f"<body>new</body>{what}{more}", mtype, "2")
    assert await juliet.receive(stanza) == []
    name = {"correction": "message_correction", "retraction": "message_retract"}[kind]
    assert [event for event, _ in events] == ["message", *([name] if known else [])]
    plugin = juliet.plugin[XEP_0308] if kind == "correction" else juliet.plugin[XEP_0424]
    assert plugin.is_authentic(parsed(stanza)) is known
    # A program that asks for all gets all.
    plugin.authentic_only = False
    await juliet.receive(stanza)
    assert events[-1][0] == name


@pytest.mark.parametrize(
    ("before", "sender", "known"),
    [
        (message(OWN, RECEIVED), ROMEO, True),
        (message(OWN, RECEIVED), TYBALT, None),
        (message(OWN, SENT), ROMEO, False),
        (message(TYBALT, RECEIVED), ROMEO, None),
        (message(ROMEO, forwarded(FROM_ROMEO)), ROMEO, None),
    ],
)
async def test_copies_tell_who_wrote(
    juliet: OfflineClient, before: str, sender: str, known: bool | None
) -> None:
    await juliet.receive(before)
    correction = message(sender, "<body>y</body><replace xmlns='urn:xmpp:message-correct:0' id='i'/>")
    assert juliet.plugin[XEP_0308].is_authentic(parsed(correction)) is known


@pytest.mark.parametrize(
    ("id_", "sender", "more", "known"),
    [
        ("of-room", f"{ROOM}/a", occupant("x"), True),
        ("of-room", f"{ROOM}/b", occupant("y"), False),
        # What the sender chose is no reference in a room that gives ids.
        ("of-sender", f"{ROOM}/a", occupant("x"), None),
        ("of-origin", f"{ROOM}/a", occupant("x"), None),
        # Somebody says that somebody else's id was his.
        ("of-b", f"{ROOM}/b", occupant("y"), True),
        ("of-other", f"{ROOM}/b", occupant("y"), None),
        ("twice", f"{ROOM}/b", occupant("y"), None),
    ],
)
async def test_in_a_room_the_rooms_ids_count(
    juliet: OfflineClient, id_: str, sender: str, more: str, known: bool | None
) -> None:
    origin = "<origin-id xmlns='urn:xmpp:sid:0' id='of-origin'/>"
    await juliet.receive(
        body(f"{ROOM}/a", "of-sender", "groupchat", occupant("x") + by_room("of-room") + origin)
    )
    await juliet.receive(
        body(
            f"{ROOM}/b", "of-room", "groupchat", occupant("y") + by_room("of-b") + by_room("of-other", TYBALT)
        )
    )
    await juliet.receive(
        body(f"{ROOM}/b", "z", "groupchat", occupant("y") + by_room("twice") + by_room("thrice"))
    )
    retraction = message(
        sender, f"<retract xmlns='urn:xmpp:message-retract:1' id='{id_}'/>{more}", "groupchat", "r"
    )
    assert juliet.plugin[XEP_0424].is_authentic(parsed(retraction)) is known


# -- ids, markers, receipts, states, reactions, blocking ---------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "kind", "inner", "expected"),
    [
        (ROMEO, "chat", by_room("x", OWN), "x"),
        (ROMEO, "chat", by_room("x", ROMEO), ""),
        (ROMEO, "chat", by_room("x", HERE), ""),
        (ROMEO, "chat", by_room("x", "capulet.example"), ""),
        (ROMEO, "chat", by_room("x", OWN) + by_room("y", OWN), ""),
        (ROMEO, "chat", by_room("x", ROMEO) + by_room("y", OWN), "y"),
        (ROMEO, "chat", by_room("x", "JULIET@capulet.example"), "x"),
        (ROMEO, "chat", by_room("x", "a@@b"), ""),
        (ROMEO, "chat", "<stanza-id xmlns='urn:xmpp:sid:0' id='x'/>", ""),
        (ROMEO, "chat", f"<stanza-id xmlns='urn:xmpp:sid:0' by='{OWN}'/>", ""),
        (ROMEO, "chat", forwarded(inner_message(ROMEO, HERE, by_room("x", OWN))), ""),
        (f"{ROOM}/a", "groupchat", by_room("x"), "x"),
        (f"{ROOM}/a", "groupchat", by_room("x", OWN), ""),
        (f"{ROOM}/a", "groupchat", by_room("x", f"{ROOM}/a"), ""),
        (f"{ROOM}/a", "groupchat", by_room("x", "other@chat.example"), ""),
        (f"{ROOM}/a", "chat", by_room("x"), ""),
        ("a@@b", "groupchat", by_room("x"), ""),
    ],
)
def test_whose_ids_are_believed(
    juliet: OfflineClient, sender: str, kind: str, inner: str, expected: str
) -> None:
    assert juliet.plugin[XEP_0359].stanza_id(parsed(message(sender, inner, kind))) == expected


REQUEST = "<body>x</body><request xmlns='urn:xmpp:receipts'/>"


@pytest.mark.parametrize(
    ("stanza", "answered"),
    [
        (message(f"{ROMEO}/o", REQUEST, "chat"), True),
        (message(f"{ROMEO}/o", REQUEST, "normal"), True),
        (message(f"{ROMEO}/o", REQUEST, "headline"), True),
        (message(f"{ROMEO}/o", REQUEST, "nonsense"), True),
        (message(f"{ROMEO}/o", REQUEST, "error"), False),
        (message(f"{ROOM}/a", REQUEST, "groupchat"), False),
        (message(f"{ROMEO}/o", REQUEST, id_=""), False),
        (message(f"{ROMEO}/o", REQUEST, id_="x" * 1025), False),
        (message("", REQUEST), False),
        (message("a@@b", REQUEST), False),
        (message(f"{ROMEO}/o", f"{REQUEST}<received xmlns='urn:xmpp:receipts' id='1'/>"), False),
        (message(f"{ROMEO}/o", forwarded(inner_message(ROMEO, HERE, REQUEST))), False),
        (message(OWN, carbon("received", forwarded(inner_message(ROMEO, HERE, REQUEST)))), False),
    ],
)
async def test_receipts_are_given_where_they_may_be(
    juliet: OfflineClient, stanza: str, answered: bool
) -> None:
    assert await juliet.receive(stanza) == []  # to a stranger
    juliet.plugin[XEP_0184].ack_strangers = True
    answers = await juliet.receive(stanza)
    assert [one.tag for one in answers] == (["{jabber:client}message"] if answered else [])
    for one in answers:
        assert (one.get("to"), [child.tag for child in one]) == (
            f"{ROMEO}/o",
            ["{urn:xmpp:receipts}received"],
        )


@pytest.mark.parametrize(
    ("inner", "kind", "expected"),
    [
        ("<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", "chat", ["marker", "marker_displayed"]),
        ("<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", "error", []),
        ("<displayed xmlns='urn:xmpp:chat-markers:0'/>", "chat", []),
        ("<received xmlns='urn:xmpp:receipts' id='1'/>", "chat", ["receipt_received"]),
        ("<received xmlns='urn:xmpp:receipts' id='1'/>", "error", []),
        ("<received xmlns='urn:xmpp:receipts'/>", "chat", []),
        ("<composing xmlns='http://jabber.org/protocol/chatstates'/>", "chat", ["chatstate", "chatstate_composing"]),
        ("<composing xmlns='http://jabber.org/protocol/chatstates'/>", "error", []),
        ("<reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>x</reaction></reactions>", "chat", ["reactions"]),
        ("<reactions xmlns='urn:xmpp:reactions:0' id='1'/>", "error", []),
        ("<reactions xmlns='urn:xmpp:reactions:0'/>", "chat", []),
        ("<reactions xmlns='urn:xmpp:reactions:0' id='1'/>" * 2, "chat", []),
        ("<replace xmlns='urn:xmpp:message-correct:0'/>", "chat", []),
        ("<retract xmlns='urn:xmpp:message-retract:1'/>", "chat", []),
        (forwarded(inner_message(ROMEO, HERE, "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>")), "chat", []),
    ],
)  # fmt: skip
async def test_what_raises_events(juliet: OfflineClient, inner: str, kind: str, expected: list[str]) -> None:
    events = events_of(juliet)
    assert await juliet.receive(message(f"{ROMEO}/o", inner, kind)) == []
    assert [name for name, _ in events] == expected


@pytest.mark.parametrize(
    ("sender", "believed"),
    [
        ("", True), (OWN, True), (HERE, False), (f"{OWN}/chamber", False), ("capulet.example", False),
        (TYBALT, False), (ROMEO, False), ("a@@b", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("push", ["block", "unblock"])
async def test_block_lists_are_pushed_by_our_account(
    juliet: OfflineClient, push: str, sender: str, believed: bool
) -> None:
    events = events_of(juliet)
    where = f" from='{sender}'" if sender else ""
    (answer,) = await juliet.receive(
        f"<iq type='set' id='p'{where}><{push} xmlns='urn:xmpp:blocking'><item jid='{ROMEO}'/></{push}></iq>"
    )
    assert answer.get("type") == ("result" if believed else "error")
    assert [name for name, _ in events] == ([f"{push}ed"] if believed else [])


@pytest.mark.parametrize(
    ("sender", "kind", "more", "sure"),
    [
        (ROMEO, "chat", "", True),
        # Nobody has asked this room whether it is it that writes them: test_who_reacts_in_a_room.
        (f"{ROOM}/a", "groupchat", occupant("x"), False),
        (f"{ROOM}/a", "groupchat", "", False),
        (f"{ROOM}/a", "chat", MUC, False),
        ("", "chat", "", False),
    ],
)
def test_who_reacts(juliet: OfflineClient, sender: str, kind: str, more: str, sure: bool) -> None:
    stanza = message(sender, f"<reactions xmlns='urn:xmpp:reactions:0' id='1'/>{more}", kind)
    assert juliet.plugin[XEP_0444].is_from_participant(parsed(stanza)) is sure


@pytest.mark.parametrize("feature", ["urn:xmpp:occupant-id:0", "http://jabber.org/protocol/muc"])
@pytest.mark.parametrize("more", [occupant("x"), "", occupant("x") + occupant("y")])
async def test_who_reacts_in_a_room(juliet: OfflineClient, feature: str, more: str) -> None:
    juliet.register_plugin("xep_0421")
    juliet.plugin["xep_0045"].join_muc(ROOM, "a")
    await juliet.receive(
        f"<presence from='{ROOM}/a'><x xmlns='{NS_MUC_USER}'><status code='110'/></x></presence>"
    )
    asked = juliet.sent[-1]
    await juliet.receive(
        f"<iq type='result' from='{ROOM}' id='{asked.get('id')}'>"
        f"<query xmlns='http://jabber.org/protocol/disco#info'><feature var='{feature}'/></query></iq>"
    )
    stanza = message(f"{ROOM}/a", f"<reactions xmlns='urn:xmpp:reactions:0' id='1'/>{more}", "groupchat")
    believed = feature.startswith("urn") and more == occupant("x")
    assert juliet.plugin[XEP_0444].is_from_participant(parsed(stanza)) is believed


@pytest.mark.parametrize("kind", ["chat", "groupchat"])
def test_without_an_id_nothing_is_the_authors(juliet: OfflineClient, kind: str) -> None:
    original = parsed(f"<message from='{ROMEO}/o' type='{kind}'><body>x</body></message>")
    new = parsed(
        f"<message from='{ROMEO}/o' type='{kind}'><replace xmlns='urn:xmpp:message-correct:0' id=''/>"
        "<retract xmlns='urn:xmpp:message-retract:1' id=''/></message>"
    )
    assert juliet.plugin[XEP_0308].is_authentic(new, original) is False
    assert juliet.plugin[XEP_0424].is_authentic(new, original) is False


def test_the_table_is_long_enough() -> None:
    assert len(CARBONS) + len(AUTHORS) >= 40
    assert XEP_0191.name in PLUGINS


def events_of(xmpp: OfflineClient) -> list[tuple[str, Any]]:
    """Every event of the list above that is raised from now on."""
    found: list[tuple[str, Any]] = []
    for name in EVENTS:
        xmpp.add_event_handler(name, partial(_note, found, name))
    return found


def _note(found: list[tuple[str, Any]], name: str, data: Any) -> None:
    found.append((name, data))


def parsed(text: str) -> Message:
    return Message(xml=parse_one(text, stream_ns="jabber:client"))
