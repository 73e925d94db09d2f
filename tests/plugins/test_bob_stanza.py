"""``<data/>`` of XEP-0231: the examples of the text, both spellings, and what is no value."""

from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0231 import BitsOfBinary
from helixmpp.plugins.xep_0231.stanza import NAMESPACE
from helixmpp.xml import parse_one, serialize

CID = "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org"
# Example 4, the PNG of a spot.
PNG = """
  iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAABGdBTUEAALGP
  C/xhBQAAAAlwSFlzAAALEwAACxMBAJqcGAAAAAd0SU1FB9YGARc5KB0XV+IA
  AAAddEVYdENvbW1lbnQAQ3JlYXRlZCB3aXRoIFRoZSBHSU1Q72QlbgAAAF1J
  REFUGNO9zL0NglAAxPEfdLTs4BZM4DIO4C7OwQg2JoQ9LE1exdlYvBBeZ7jq
  ch9//q1uH4TLzw4d6+ErXMMcXuHWxId3KOETnnXXV6MJpcq2MLaI97CER3N0
  vr4MkhoXe0rZigAAAABJRU5ErkJggg==
"""


def bob_of(text: str) -> BitsOfBinary:
    return BitsOfBinary(xml=parse_one(text))


def test_example_2_is_a_request() -> None:
    bob = bob_of(f"<data xmlns='urn:xmpp:bob' cid='{CID}'/>")
    assert (bob.cid, bob.type, bob.max_age, bob.data) == (CID, "", None, b"")


def test_example_4_is_a_picture() -> None:
    bob = bob_of(f"<data xmlns='urn:xmpp:bob' cid='{CID}' max-age='86400' type='image/png'>{PNG}</data>")
    assert bob.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert (bob.cid, bob.type, bob.max_age) == (CID, "image/png", 86400)
    assert (bob["cid"], bob["type"], bob["max_age"], bob["data"]) == (bob.cid, bob.type, 86400, bob.data)
    untyped: Any = bob  # the methods are written by the fields when the class is made
    assert (untyped.get_cid(), untyped.get_max_age(), untyped.get_data()) == (CID, 86400, bob.data)


def test_building_and_reading_again() -> None:
    bob = BitsOfBinary()
    bob["cid"] = CID
    bob["type"] = "text/plain; charset=utf-8"
    bob["max_age"] = 0
    bob["data"] = bytes(range(256))
    text = serialize(bob.xml)
    assert "\n" not in text
    again = bob_of(text)
    assert (again.cid, again.type, again.max_age, again.data) == (
        CID,
        "text/plain; charset=utf-8",
        0,
        bytes(range(256)),
    )
    del again.max_age
    bob.max_age = None
    bob["data"] = b""
    assert (again.max_age, bob.max_age, bob.data) == (None, None, b"")
    assert "max-age" not in serialize(again.xml) + serialize(bob.xml)


def test_what_is_unknown_stays() -> None:
    text = f'<data xmlns="{NAMESPACE}" cid="a@b" new="1">eA==<more xmlns="urn:x"/></data>'
    bob = bob_of(text)
    assert bob.data == b"x"
    assert serialize(bob.xml) == text


@pytest.mark.parametrize(
    ("text", "max_age"),
    [("0", 0), ("5", 5), (" 5\n", 5), ("+5", 5), ("007", 7), ("18446744073709551615", 2**64 - 1)],
)
def test_ages(text: str, max_age: int) -> None:
    assert bob_of(f"<data xmlns='urn:xmpp:bob' max-age='{text}'/>").max_age == max_age


@pytest.mark.parametrize(
    "text", ["", "-1", "1.5", "1e3", "x", "++1", "18446744073709551616", "1" * 5000, "٣", "1 2"]
)
def test_ages_that_are_none(text: str) -> None:
    bob = bob_of(f"<data xmlns='urn:xmpp:bob' max-age='{text}'/>")
    with pytest.raises(BadStanza, match="max_age"):
        bob.max_age  # noqa: B018 - reading it is what raises


@pytest.mark.parametrize("text", ["x", "eA=", "eA", "eA==eA==", "!!!!", "e A==x", "eB=="[:3]])
def test_data_that_is_no_base64(text: str) -> None:
    bob = bob_of(f"<data xmlns='urn:xmpp:bob'>{text}</data>")
    with pytest.raises(BadStanza, match="data"):
        bob["data"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("data", "text"),
        ("data", 5),
        ("max_age", -1),
        ("max_age", 1.5),
        ("max_age", True),
        ("max_age", "soon"),
        ("max_age", 2**64),
        ("cid", 5),
        ("cid", "a\0b"),
        ("type", b"image/png"),
    ],
)
def test_wrong_values_raise_where_they_are_assigned(key: str, value: object) -> None:
    bob = BitsOfBinary()
    bob.cid, bob.type, bob.max_age, bob.data = "a@b", "text/plain", 5, b"x"
    before = str(bob)
    with pytest.raises(FieldValueError, match=key):
        bob[key] = value
    with pytest.raises(FieldValueError, match=key):
        setattr(bob, key, value)
    assert str(bob) == before
