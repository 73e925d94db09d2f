"""Who wrote which message: the same answers as from a table that looks closely at each message when it comes."""

import time
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp.jid import JID
from helixmpp.plugins.xep_0045 import Left
from helixmpp.plugins.xep_0359.authors import Author, Authors, compare
from helixmpp.stanza import Message
from tests.plugins.offline import OfflineClient

OWN = JID("me@example.org/desk")
SID = "{urn:xmpp:sid:0}"
OCCUPANT = "{urn:xmpp:occupant-id:0}occupant-id"
MUC_USER = "{http://jabber.org/protocol/muc#user}x"
ROOM = "room@chat.example"
NONE: dict[str, str] = {}

# A message; or one that refers to an id, and whether to that of its attribute.
Step = Element | tuple[Element, str, bool]


class Eager:
    """The same, with nothing put off."""

    def __init__(self, joined: set[str]) -> None:
        self.joined = joined
        self.rooms: set[str] = set()
        self.known: dict[tuple[tuple[str, ...], str, str], Author] = {}

    def author(self, xml: Element) -> Author | None:
        to = JID(xml.get("to", "")).bare
        sender = JID(xml.get("from", "")) or (OWN if to not in ("", OWN.bare) else JID(""))
        if not sender:
            return None
        bare = sender.bare
        in_room = (
            xml.get("type") == "groupchat"
            or xml.find(MUC_USER) is not None
            or bare in self.rooms
            or bare in self.joined
        )
        ids = [each.get("id", "") for each in xml.findall(OCCUPANT)]
        return Author(bare, sender.full, ids[0] if in_room and len(ids) == 1 else "", in_room)

    def scope(self, xml: Element, author: Author) -> tuple[str, ...]:
        if xml.get("type") == "groupchat":
            return (author.bare,)
        return tuple(sorted((author.bare, JID(xml.get("to", "")).bare or OWN.bare)))

    def note(self, xml: Element) -> None:
        author = self.author(xml)
        if author is None or xml.get("type") == "error":
            return
        if xml.get("type") == "groupchat":
            self.rooms.add(author.bare)
        for use, id_ in self.ids(xml, author):
            if id_:
                self.known.setdefault((self.scope(xml, author), use, id_), author)

    def ids(self, xml: Element, author: Author) -> list[tuple[str, str]]:
        id_ = xml.get("id", "")
        given = [
            each.get("id", "") for each in xml.findall(f"{SID}stanza-id") if each.get("by") == author.bare
        ]
        if xml.get("type") == "groupchat" and len(given) == 1 and given[0]:
            return [("id", id_), ("reference", given[0])]
        origins = [each.get("id", "") for each in xml.findall(f"{SID}origin-id")]
        return [
            ("id", id_),
            ("reference", id_),
            *[("reference", one) for one in origins if len(origins) == 1],
        ]

    def is_by_author(self, xml: Element, id_: str, as_sent: bool) -> bool | None:
        author = self.author(xml)
        if author is None:
            return None
        known = self.known.get((self.scope(xml, author), "id" if as_sent else "reference", id_))
        return None if known is None else compare(author, known)


def message(
    sender: str | None, to: str | None, id_: str | None, kind: str | None, marks: list[Any]
) -> Element:
    xml = Element("{jabber:client}message")
    for name, value in (("from", sender), ("to", to), ("id", id_), ("type", kind)):
        if value is not None:
            xml.set(name, value)
    SubElement(xml, "{jabber:client}body").text = "hello"
    for tag, attributes in marks:
        SubElement(xml, tag, attributes)
    return xml


IDS = st.sampled_from(["a", "b", "aa", ""])
SENDERS = st.sampled_from(
    [None, "", "me@example.org/desk", "you@example.org/x", "you@example.org/y", "eve@example.org"]
    + [f"{ROOM}/{nick}" for nick in ("alice", "mallory")]
    + [ROOM, "late@chat.example/alice", "late@chat.example/mallory"]
)
MARKS = st.lists(
    st.one_of(
        st.tuples(st.just(f"{SID}origin-id"), st.fixed_dictionaries({"id": IDS})),
        st.tuples(
            st.just(f"{SID}stanza-id"),
            st.fixed_dictionaries({"id": IDS, "by": st.sampled_from([ROOM, "late@chat.example", "x@y"])}),
        ),
        st.tuples(st.just(OCCUPANT), st.fixed_dictionaries({"id": st.sampled_from(["1", "2"])})),
        st.tuples(st.just(MUC_USER), st.just(NONE)),
    ),
    max_size=3,
)
MESSAGES = st.builds(
    message,
    SENDERS,
    st.sampled_from([None, "me@example.org/desk", "me@example.org", "you@example.org", ROOM]),
    st.one_of(st.none(), IDS),
    st.sampled_from([None, "chat", "normal", "groupchat", "groupchats", "error", "headline"]),
    MARKS,
)
STEPS = st.one_of(MESSAGES, MESSAGES, st.tuples(MESSAGES, IDS, st.booleans()))


@given(st.lists(STEPS, max_size=40), st.sampled_from([1, 3, 250]))
@settings(max_examples=300, deadline=None)
def test_the_answers_are_those_of_the_model(steps: list[Step], some: int) -> None:
    joined = {ROOM}
    authors = Authors(lambda: 10_000, lambda: OWN, joined.__contains__)
    eager = Eager(joined)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("helixmpp.plugins.xep_0359.authors._SOME", some)
        for step in steps:
            if isinstance(step, tuple):
                xml, id_, as_sent = step
                ours = authors.is_by_author(Message(xml=xml), id_, as_sent=as_sent)
                # Later known to be a room than the message came: that is only ever stricter.
                theirs = eager.is_by_author(xml, id_, as_sent)
                assert (
                    ours == theirs or (theirs is True and not ours) or _better_known(eager, xml, id_, as_sent)
                )
            else:
                authors.note(Message(xml=step))
                eager.note(step)
    for bare in (ROOM, "late@chat.example", "you@example.org"):
        assert authors.is_room(bare) == (bare in eager.rooms or bare in joined)


def _better_known(eager: Eager, xml: Element, id_: str, as_sent: bool) -> bool:
    """Whether the author came from a room that nobody knew for one then: its occupant ids are believed now."""
    author = eager.author(xml)
    if author is None or not author.in_room:
        return False
    known = eager.known.get((eager.scope(xml, author), "id" if as_sent else "reference", id_))
    return known is not None and not known.in_room


def test_what_came_from_a_room_stays_from_a_room_that_was_left() -> None:
    joined = {"late@chat.example"}
    authors = Authors(lambda: 100, lambda: OWN, joined.__contains__)
    authors.note(Message(xml=message("late@chat.example/alice", OWN.full, "a", "chat", [])))
    joined.clear()
    authors.note_room("late@chat.example")
    mallory = Message(xml=message("late@chat.example/mallory", OWN.full, "b", "chat", []))
    assert authors.is_by_author(mallory, "a", as_sent=True) is False


async def test_a_room_that_is_left_is_remembered() -> None:
    xmpp = OfflineClient()
    plugin: Any = xmpp.register_plugin("xep_0308") and xmpp.plugin["xep_0359"]
    plugin.follow()
    assert not plugin.authors.is_room(ROOM)
    xmpp.event("groupchat_left", {"made": "by a program"})
    xmpp.event("groupchat_left", Left(JID(ROOM), "me", "left", None, False))
    assert plugin.authors.is_room(ROOM)
    assert xmpp.failures == []


@pytest.mark.parametrize(
    "attributes",
    [{"id": "a\0b"}, {"from": "me@example.org/a\0b"}, {"to": "you@example.org\0"}, {"type": "chat\0"}],
)
@pytest.mark.parametrize("marks", [[], [(f"{SID}origin-id", {"id": "o"})]])
def test_what_no_xml_can_have_spoils_nothing(attributes: dict[str, str], marks: list[Any]) -> None:
    """A program's stanza passes here before it is refused."""
    authors = Authors(lambda: 100, lambda: OWN, lambda bare: False)
    authors.note(Message(xml=message("you@example.org/x", OWN.full, "a", "chat", [])))
    bad = message("me@example.org/desk", "you@example.org", "c", "chat", marks)
    bad.attrib.update(attributes)
    authors.note(Message(xml=bad))
    answer = Message(xml=message("you@example.org/y", OWN.full, "b", "chat", []))
    assert authors.is_by_author(answer, "a", as_sent=True) is True
    assert len(authors) == 2


async def test_what_a_filter_puts_in_spoils_nothing() -> None:
    xmpp = OfflineClient()
    plugin: Any = xmpp.register_plugin("xep_0308") and xmpp.plugin["xep_0359"]
    plugin.follow()
    xmpp.add_filter("in", lambda stanza: stanza.xml.set("id", "a\0b") or stanza)
    await xmpp.receive(
        "<message from='you@example.org/x' to='me@example.org/desk' type='chat' id='a'><body/></message>"
    )
    await xmpp.receive(
        "<message from='you@example.org/x' to='me@example.org/desk' type='chat'><body/></message>"
    )
    assert (xmpp.failures, len(plugin.authors)) == ([], 0)


@pytest.mark.parametrize("kind", ["chat", "groupchat"])
def test_many_strangers_hold_up_nobody(kind: str) -> None:
    """One question after thousands of messages does not look at all of them closely."""
    authors = Authors(lambda: 10_000, lambda: OWN, lambda bare: False)
    for number in range(10_000):
        sender = f"s{number}@chat.example/{number}"
        authors.note(
            Message(xml=message(sender, OWN.full, f"i{number}", kind, [(f"{SID}origin-id", {"id": "o"})]))
        )
    asked = Message(xml=message("s9000@chat.example/9000", OWN.full, "new", kind, []))
    before = authors.waiting
    start = time.process_time()
    assert authors.is_by_author(asked, "i9000", as_sent=True) is (True if kind == "chat" else None)
    assert before - authors.waiting <= 250
    assert time.process_time() - start < 0.05
    for _ in range(40):
        assert authors.is_by_author(asked, "i9000", as_sent=True) is (True if kind == "chat" else None)
    assert authors.waiting == 0


def test_long_ones_do_not_wait_in_thousands() -> None:
    """A stranger chooses how long they are."""
    authors = Authors(lambda: 10_000, lambda: OWN, lambda bare: False)
    long = [(f"{SID}stanza-id", {"id": "i" * 1024, "by": "b" * 3000})] * 8
    for number in range(1000):
        authors.note(Message(xml=message("s@example.org/x", OWN.full, f"i{number}", "chat", long)))
        assert authors.waiting <= 1
    assert len(authors) == 2000
