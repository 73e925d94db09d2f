"""Answers that the own server owes us may exceed the limits of size and children."""

import pytest

from helixmpp.xml import Limits
from tests.xml.streams import SHORT_HEADER, bytewise, condition_of, read

LIMITS = Limits(max_stanza_size=100, max_children=3, max_depth=5, max_attributes=4, max_owed_size=400)
ROSTER = b"<iq id='owed'>%s</iq>"


class Awaited:
    """Whether a stanza is the answer with the id ``owed``; notes who was asked about."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, tag: str, attrib: dict[str, str]) -> bool:
        self.asked.append((tag, attrib))
        return attrib.get("id") == "owed"


def text(size: int, id_: bytes = b"owed") -> bytes:
    empty = len(b"<iq id=''></iq>") + len(id_)
    return b"<iq id='%s'>%s</iq>" % (id_, b"x" * (size - empty))


@pytest.mark.parametrize(
    ("data", "asked", "condition"),
    [
        pytest.param(text(100), 0, "", id="nobody asks below the limit"),
        pytest.param(text(101), 1, "", id="size"),
        pytest.param(text(400), 1, "", id="largest size"),
        pytest.param(text(401), 1, "policy-violation", id="too large even so"),
        pytest.param(text(101, b"else"), 1, "policy-violation", id="another id"),
        pytest.param(ROSTER % (b"<a/>" * 4), 1, "", id="children"),
        pytest.param(ROSTER % (b"<q>%s</q>" % (b"<a/>" * 80)), 1, "", id="children of the child, and size"),
        pytest.param(b"<iq>%s</iq>" % (b"<a/>" * 4), 1, "policy-violation", id="no id"),
        pytest.param(ROSTER % (b"<b>" * 5 + b"</b>" * 5), 0, "policy-violation", id="depth holds"),
        pytest.param(ROSTER % b"<b a='' b='' c='' d='' e=''/>", 0, "policy-violation", id="attributes hold"),
        pytest.param(
            b"<iq id='owed' a='%s'/>" % (b"x" * 100), 0, "policy-violation", id="nobody knows the tag"
        ),
        pytest.param(ROSTER % b"<a b='%s'/>" % (b"x" * 200), 1, "", id="one tag within it exceeds the limit"),
        pytest.param(ROSTER % (b"x" * 200 + b"</b>"), 1, "not-well-formed", id="ill-formed all the same"),
        pytest.param(ROSTER % (b"<![CDATA[%s]]>" % (b"x" * 200)), 1, "", id="CDATA"),
    ],
)
def test_owed_answer(data: bytes, asked: int, condition: str) -> None:
    after = b"<ok/><ok></ok>"
    expected: list[str] | None = None
    for parts in (
        [data + after],
        [data, after],
        bytewise(data + after),
        [data[:40], data[40:70] + b"", data[70:] + after],
    ):
        awaited = Awaited()
        events = read([SHORT_HEADER, *parts], LIMITS, awaited)[1:]
        assert expected is None or events == expected
        expected = events
        assert len(awaited.asked) >= asked
        if asked:
            assert set(map(repr, awaited.asked)) == {repr(awaited.asked[0])}
            assert awaited.asked[0][0] == "{jabber:client}iq"
        else:
            assert awaited.asked == []
        if condition:
            assert (len(events), condition_of(events)) == (1, condition)
        else:
            assert len(events) == 3
            assert len(awaited.asked) == asked


def test_the_next_stanza_has_the_usual_limits_again() -> None:
    for first in (text(300), ROSTER % (b"<a/>" * 20)):
        for second in (text(101, b"else"), b"<iq>%s</iq>" % (b"<a/>" * 4)):
            for parts in ([first + second], [first, second], bytewise(first + second)):
                events = read([SHORT_HEADER, *parts], LIMITS, Awaited())[1:]
                assert len(events) == 2
                assert condition_of(events) == "policy-violation"


def test_a_large_roster_under_default_limits() -> None:
    item = "<item jid='contact{0}@example.org' subscription='both' name='Contact {0}'><group>Friends</group></item>"
    data = ROSTER % ("<query>" + "".join(item.format(at) for at in range(50_000)) + "</query>").encode()
    chunks = [data[at : at + 65_536] for at in range(0, len(data), 65_536)]
    awaited = Awaited()
    events = read([SHORT_HEADER, *chunks], None, awaited)
    assert events[1].count("<group>") == 50_000
    assert len(awaited.asked) == 1
    assert condition_of(read([SHORT_HEADER, *chunks])) == "policy-violation"


def test_an_answer_that_is_owed_has_a_limit_of_memory() -> None:
    limits = Limits(max_tree_size=20_000, max_stanza_size=10_000, max_owed_size=20_000, max_children=100)
    for number, condition in ((100, ""), (200, ""), (400, "policy-violation")):
        data = ROSTER % (b"<a/>" * number)
        for parts in ([data], bytewise(data)):
            events = read([SHORT_HEADER, *parts], limits, Awaited())[1:]
            assert len(events) == 1
            assert events[0].startswith(f"error {condition}" if condition else "element ")
