"""What the chat plugins send: states, receipts, markers, copies, corrections, reactions, replies."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0085 import XEP_0085
from helixmpp.plugins.xep_0184 import XEP_0184
from helixmpp.plugins.xep_0280 import XEP_0280
from helixmpp.plugins.xep_0297 import XEP_0297
from helixmpp.plugins.xep_0308 import XEP_0308, Replace
from helixmpp.plugins.xep_0333 import XEP_0333
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0424 import XEP_0424
from helixmpp.plugins.xep_0428 import XEP_0428
from helixmpp.plugins.xep_0444 import XEP_0444, Reactions, Restrictions
from helixmpp.plugins.xep_0461 import XEP_0461, Reply
from helixmpp.stanza import Message
from tests.plugins.chat_talk import ROMEO, ROOM, last, received, with_all_plugins
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

ASKS = "<markable xmlns='urn:xmpp:chat-markers:0'/>"
TO_ROMEO = f"<message to='{ROMEO}' type='chat'>"


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    async with with_all_plugins() as xmpp:
        yield xmpp


# -- states, receipts, markers --------------------------------------------------------------------------------


async def test_a_state_alone(client: OfflineClient) -> None:
    await client.plugin[XEP_0085].send_state("a@b.c", "composing", thread="t")
    assert last(client) == (
        "<message to='a@b.c' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/>"
        "<thread>t</thread></message>"
    )
    with pytest.raises(FieldValueError):
        client.plugin[XEP_0085].send_state("a@b.c", "bored")


async def test_receipts_are_asked_for(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0184]
    client.send_message("a@b.c", "x", mtype="chat")
    await settle()
    assert "<request" not in last(client)
    plugin.auto_request = True
    for kind, asks in (("chat", True), ("normal", True), ("headline", True), ("groupchat", False)):
        client.send_message("a@b.c", "x", mtype=kind)
        await settle()
        assert ("<request" in last(client)) is asks
    client.make_message("a@b.c", mtype="chat").send()
    await settle()
    assert "<request" not in last(client)
    message = client.make_message("a@b.c", "x", mtype="chat")
    message["receipt"] = "1"
    message.send()
    await settle()
    assert "<request" not in last(client)


async def test_receipts_that_are_expected(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0184]
    plugin.max_requests = 2
    ids: list[str] = []
    for _ in range(3):
        message = client.make_message("romeo@montague.example", "x", mtype="chat")
        message["request_receipt"] = True
        message.send()
        await settle()
        ids.append(message["id"])
    inner = "<received xmlns='urn:xmpp:receipts' id='{}'/>"
    known = [plugin.is_expected(received(inner.format(id_))) for id_ in (*ids, "other")]
    assert known == [False, True, True, False]
    assert not plugin.is_expected(received(inner.format(ids[2]), "tybalt@capulet.example"))


@pytest.mark.parametrize(
    ("subscription", "answers"), [("from", 1), ("both", 1), ("to", 0), ("none", 0), ("", 0)]
)
async def test_strangers_get_no_receipts(client: OfflineClient, subscription: str, answers: int) -> None:
    if subscription:
        item = f"<item jid='romeo@montague.example' subscription='{subscription}'/>"
        await client.receive(f"<iq type='set' id='r'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
    asking = "<body>x</body><request xmlns='urn:xmpp:receipts'/>"
    sent = await client.receive(str(received(asking)))
    assert len(sent) == answers
    assert len(await client.receive(str(received(asking, "juliet@capulet.example/chamber")))) == 1


async def test_receipts_by_hand(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0184]
    plugin.auto_ack = False
    asking = received("<body>x</body><request xmlns='urn:xmpp:receipts'/>")
    assert await client.receive(str(asking)) == []
    await plugin.ack(asking)
    assert (
        last(client)
        == f"<message to='{ROMEO}' type='chat'><received xmlns='urn:xmpp:receipts' id='m1'/></message>"
    )
    for wrong in (received("", kind="error"), received("", kind="groupchat"), received("", id_="")):
        with pytest.raises(ValueError):
            plugin.ack(wrong)


async def test_a_component_answers_from_the_address_that_was_written_to() -> None:
    component = OfflineComponent()
    for name in ("xep_0184", "xep_0202"):
        component.register_plugin(name)
    component.plugin[XEP_0184].ack_strangers = True
    (answer,) = await component.receive(
        "<message from='a@b.c/d' to='user@comp.example.org' id='1' type='chat'>"
        "<body>x</body><request xmlns='urn:xmpp:receipts'/></message>"
    )
    assert (answer.get("to"), answer.get("from")) == ("a@b.c/d", "user@comp.example.org")
    await component.aclose()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (received(f"<body>x</body>{ASKS}"), TO_ROMEO + "{}m1'/></message>"),
        (received("<body>x</body>"), None),
        (received(f"<body>x</body><thread>t</thread>{ASKS}"), TO_ROMEO + "{}m1'/><thread>t</thread></message>"),
        (
            received(f"<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='{ROOM}' id='s'/>", f"{ROOM}/a", "groupchat"),
            f"<message to='{ROOM}' type='groupchat'>{{}}s'/></message>",
        ),
        (received("<body>x</body>", f"{ROOM}/a", "groupchat"), None),
        (received(f"<body>x</body>{ASKS}", kind="error"), None),
        (received(f"<body>x</body>{ASKS}", id_=""), None),
        (received(f"<body>x</body>{ASKS}", "juliet@capulet.example/chamber"), None),
        (received("<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>"), None),
    ],
)  # fmt: skip
async def test_markers(client: OfflineClient, message: Message, expected: str | None) -> None:
    sent = client.plugin[XEP_0333].mark(message)
    assert (sent is None) is (expected is None)
    if expected is None:
        assert client.sent == []
    else:
        assert last(client) == expected.format("<displayed xmlns='urn:xmpp:chat-markers:0' id='")
    sent = client.plugin[XEP_0333].mark(received("<body>x</body>", id_="unasked"), unasked=True)
    assert sent is not None
    assert sent["displayed"]["id"] == "unasked"
    with pytest.raises(ValueError):
        client.plugin[XEP_0333].send_marker("a@b.c", "1", "read")
    with pytest.raises(ValueError):
        client.plugin[XEP_0333].send_marker("a@b.c", "")


# -- forwarding, carbons -----------------------------------------------------------------------------------------


async def test_forwarding(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0297]
    moment = datetime(2010, 7, 10, 23, 8, 25, tzinfo=UTC)
    plugin.forward(received("<body>x</body>"), "mercutio@verona.example", "look", delay=moment)
    assert last(client) == (
        "<message to='mercutio@verona.example' type='chat'><body>look</body><forwarded xmlns='urn:xmpp:forward:0'>"
        "<delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/><message xmlns='jabber:client' "
        f"from='{ROMEO}' to='juliet@capulet.example' type='chat' id='m1'><body>x</body></message></forwarded></message>"
    )
    with pytest.raises(FieldValueError):
        plugin.forward(received(""), "a@b.c", delay=datetime(2020, 1, 1))


@pytest.mark.parametrize("what", ["enable", "disable"])
async def test_carbons_are_switched(client: OfflineClient, what: str) -> None:
    answer = getattr(client.plugin[XEP_0280], what)()
    request = client.sent[-1]
    assert (request.get("type"), request.get("to"), request[0].tag) == (
        "set",
        None,
        f"{{urn:xmpp:carbons:2}}{what}",
    )
    await client.receive(f"<iq type='result' id='{request.get('id')}'/>")
    assert (await answer)["type"] == "result"


@pytest.mark.parametrize(("to", "hints"), [("a@b.c/d", 2), ("a@b.c", 1)])
def test_private_messages(client: OfflineClient, to: str, hints: int) -> None:
    message = client.make_message(to, "x")
    client.plugin[XEP_0280].make_private(message)
    assert [child.tag for child in message.xml][1:] == [
        "{urn:xmpp:carbons:2}private",
        "{urn:xmpp:hints}no-copy",
    ][:hints]


async def test_a_plugin_that_is_taken_off_listens_no_more(client: OfflineClient) -> None:
    client.plugin.disable("xep_0280")
    seen: list[Any] = []
    client.add_event_handler("carbon_received", seen.append)
    copy = "<message xmlns='jabber:client' from='a@b.c' to='juliet@capulet.example'><body>x</body></message>"
    carbon = (
        "<message from='juliet@capulet.example'><received xmlns='urn:xmpp:carbons:2'>"
        f"<forwarded xmlns='urn:xmpp:forward:0'>{copy}</forwarded></received></message>"
    )
    await client.receive(carbon)
    client.register_plugin("xep_0280")
    await client.receive(carbon)
    assert len(seen) == 1


# -- corrections, retractions, reactions, replies ----------------------------------------------------------------


async def test_a_correction(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0308]
    built = plugin.build_correction("bad1", "a@b.c", mbody="right")
    assert (built["replace"]["id"], built["body"], built["type"]) == ("bad1", "right", "chat")
    first = client.make_message("a@b.c", "Helo", mtype="chat")
    first["thread"] = "t"
    second = plugin.build_corrected(first, "Hallo")
    third = plugin.correct_message(second, "Hello")
    assert (third[Replace].id, third["body"], third["thread"]) == (first["id"], "Hello", "t")
    assert len({first["id"], second["id"], third["id"]}) == 3
    assert (first["body"], len(third.children_of(Replace))) == ("Helo", 1)
    assert [plugin.is_correction(one) for one in (first, second, third)] == [False, True, True]
    (sent,) = client.sent  # what is only built is not sent
    assert sent.findtext("{jabber:client}body") == "Hello"
    for make in (plugin.build_corrected, plugin.correct_message):
        with pytest.raises(ValueError):
            make(Message(), "x")


async def test_authors_by_the_programs_own_store(client: OfflineClient) -> None:
    correction = received("<body>y</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>", id_="m2")
    plugin = client.plugin[XEP_0308]
    assert plugin.is_authentic(correction) is None
    assert plugin.is_authentic(correction, received("<body>x</body>", "romeo@montague.example")) is True
    assert plugin.is_authentic(correction, received("<body>x</body>", "tybalt@capulet.example")) is False
    assert plugin.is_authentic(correction, received("<body>x</body>", id_="m0")) is False
    retraction = received("<retract xmlns='urn:xmpp:message-retract:1' id='o'/>", id_="m2")
    origin = "<body>x</body><origin-id xmlns='urn:xmpp:sid:0' id='o'/>"
    retractions = client.plugin[XEP_0424]
    assert retractions.is_authentic(retraction, received(origin)) is True
    assert retractions.is_authentic(retraction, received("<body>x</body>")) is False
    assert retractions.is_authentic(retraction, received(origin, "tybalt@capulet.example")) is False


async def test_what_is_remembered_of_authors_is_bounded(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0359]
    plugin.max_authors = 10
    for number in range(50):
        await client.receive(
            str(received("<body>x</body>", f"room{number}@chat.example/a", "groupchat", f"i{number}"))
        )
    assert len(plugin.authors) == 10
    assert plugin.authors.is_room("room49@chat.example")
    assert not plugin.authors.is_room("room0@chat.example")


async def test_a_retraction(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0424]
    plugin.send_retraction("a@b.c", "wrong-1", include_fallback=False)
    assert last(client) == (
        "<message to='a@b.c' type='chat'><retract xmlns='urn:xmpp:message-retract:1' id='wrong-1'/>"
        "<store xmlns='urn:xmpp:hints'/></message>"
    )
    plugin.send_retraction("a@b.c", "wrong-1", fallback_text="taken back")
    assert last(client) == (
        "<message to='a@b.c' type='chat'><retract xmlns='urn:xmpp:message-retract:1' id='wrong-1'/>"
        "<body>taken back</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>"
        "<store xmlns='urn:xmpp:hints'/></message>"
    )
    with pytest.raises(ValueError):
        plugin.send_retraction("a@b.c", "")
    assert plugin.namespace == "urn:xmpp:message-retract:1"


async def test_reactions(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0444]
    plugin.send_reactions("a@b.c", "1", ["👋", "🐢", "👋"])
    assert last(client) == (
        "<message to='a@b.c' type='chat'><reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>👋</reaction>"
        "<reaction>🐢</reaction></reactions><store xmlns='urn:xmpp:hints'/></message>"
    )
    message = client.make_message("a@b.c")
    plugin.set_reactions(message, "1", [], store=False)
    plugin.set_reactions(message, "2", {"❤️"}, store=False)
    assert [(one.id, one.emojis) for one in message.children_of(Reactions)] == [("2", {"❤️"})]
    for id_, values in (("", ["👋"]), ("1", ["x"]), ("1", "👋")):
        with pytest.raises(ValueError):
            plugin.send_reactions("a@b.c", id_, values)
    too_many = "".join(f"<reaction>{chr(0x1F600 + number)}</reaction>" for number in range(5))
    seen: list[Any] = []
    client.add_event_handler("reactions", seen.append)
    plugin.max_reactions = 4
    await client.receive(
        str(received(f"<reactions xmlns='urn:xmpp:reactions:0' id='1'>{too_many}</reactions>"))
    )
    assert seen == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("<field var='max_reactions_per_user'><value>1</value></field>", Restrictions(1, None)),
        ("<field var='allowlist'><value>💘</value><value>💜</value></field>", Restrictions(None, frozenset("💘💜"))),
        ("<field var='max_reactions_per_user'><value>many</value></field>", Restrictions()),
        ("", Restrictions()),
    ],
)  # fmt: skip
async def test_restrictions_of_reactions(client: OfflineClient, fields: str, expected: Restrictions) -> None:
    asking = asyncio.ensure_future(client.plugin[XEP_0444].restrictions(ROMEO))
    await settle()
    await client.receive(
        f"<iq type='result' id='{client.sent[-1].get('id')}' from='{ROMEO}'>"
        "<query xmlns='http://jabber.org/protocol/disco#info'><x xmlns='jabber:x:data' type='result'>"
        "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:reactions:0:restrictions</value></field>"
        f"{fields}</x></query></iq>"
    )
    assert await asking == expected


async def test_a_reply(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0461]
    answer = plugin.answer(received("<body>We should\nbake a cake</body>"), "Great idea!")
    assert answer["body"] == "> We should\n> bake a cake\nGreat idea!"
    assert (answer[Reply].id, answer[Reply].to, answer["to"]) == ("m1", JID(ROMEO), JID(ROMEO))
    assert answer[Reply].get_fallback_body() == "> We should\n> bake a cake\n"
    assert answer[Reply].strip_fallback_content() == "Great idea!"
    assert client.plugin[XEP_0428].stripped_body(answer, [plugin.namespace]) == "Great idea!"
    assert client.plugin[XEP_0428].stripped_body(answer, ["urn:other"]) == answer["body"]
    stanza_id = f"<stanza-id xmlns='urn:xmpp:sid:0' by='{ROOM}' id='s'/>"
    in_room = plugin.answer(received(f"<body>x</body>{stanza_id}", f"{ROOM}/anna", "groupchat"), "y")
    assert (in_room["body"], in_room[Reply].id, in_room["to"]) == ("> anna:\n> x\ny", "s", JID(ROOM))
    plugin.send_reply("a@b.c", "1", "a@b.c", "yes")
    assert last(client) == (
        "<message to='a@b.c'><body>yes</body><reply xmlns='urn:xmpp:reply:0' id='1' to='a@b.c'/></message>"
    )
    with pytest.raises(ValueError):
        plugin.answer(received("<body>x</body>", f"{ROOM}/anna", "groupchat"), "y")
    with pytest.raises(FieldValueError):
        Reply().add_quoted_fallback("x")
    assert (Reply().get_fallback_body(), Reply().strip_fallback_content()) == ("", "")
