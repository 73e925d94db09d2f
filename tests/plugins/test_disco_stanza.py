"""The payloads of XEP-0030: its examples, both spellings, sets of tuples, and what is no value."""

from typing import Any

import pytest

from helixmpp.errors import FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.stanza import DiscoInfo, DiscoItem, DiscoItems
from helixmpp.plugins.xep_0030.stanza.info import NS_INFO
from helixmpp.plugins.xep_0030.stanza.items import NS_ITEMS
from helixmpp.xml import parse_one, serialize

# Example 2 and examples 14 and 16 of XEP-0030.
INFO = f"""<query xmlns='{NS_INFO}'>
  <identity category='conference' type='text' name='Play-Specific Chatrooms'/>
  <identity category='directory' type='chatroom' name='Play-Specific Chatrooms'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/muc'/>
</query>"""
ITEMS = f"""<query xmlns='{NS_ITEMS}' node='music'>
  <item jid='catalog.shakespeare.lit' node='music/A'/>
  <item jid='catalog.shakespeare.lit' node='music/D' name='D &amp; more'/>
  <item jid='people.shakespeare.lit' name='Directory of Characters'/>
</query>"""


def info_of(text: str) -> DiscoInfo:
    return DiscoInfo(xml=parse_one(text))


def test_identities_and_features_of_the_example() -> None:
    info = info_of(INFO)
    assert info["node"] == info.node == ""
    assert (
        info["identities"]
        == info.identities
        == info.get_identities()
        == {
            ("conference", "text", None, "Play-Specific Chatrooms"),
            ("directory", "chatroom", None, "Play-Specific Chatrooms"),
        }
    )
    assert (
        info["features"]
        == info.features
        == info.get_features()
        == {
            "http://jabber.org/protocol/disco#info",
            "http://jabber.org/protocol/disco#items",
            "http://jabber.org/protocol/muc",
        }
    )


def test_what_was_built_is_read_back() -> None:
    info = DiscoInfo()
    info["node"] = "n"
    info["features"] = ["b", "a", "b"]
    info["identities"] = {("client", "bot", None, "Bot"), ("client", "bot", "de", "Roboter")}
    text = serialize(info.xml)
    again = info_of(text)
    assert (again.node, again.features) == ("n", {"a", "b"})
    assert again.identities == {("client", "bot", None, "Bot"), ("client", "bot", "de", "Roboter")}
    # The schema has identities before features; the order within is always the same.
    assert [child.tag.rpartition("}")[2] for child in again.xml] == ["identity"] * 2 + ["feature"] * 2
    assert again.get_identities("de") == {("client", "bot", "de", "Roboter")}
    assert again.get_identities("*") == again.identities
    assert again.values["features"] == {"a", "b"}


def test_adding_and_taking_away() -> None:
    info = DiscoInfo()
    assert info.add_feature("a")
    assert not info.add_feature("a")
    assert info.add_identity("client", "bot", name="Bot")
    assert not info.add_identity("client", "bot", name="Another name")
    assert info.add_identity("client", "bot", lang="de", name="Roboter")
    assert info.identities == {("client", "bot", None, "Bot"), ("client", "bot", "de", "Roboter")}
    assert info.del_identity("client", "bot")
    assert not info.del_identity("client", "bot")
    assert info.identities == {("client", "bot", "de", "Roboter")}
    assert info.del_feature("a")
    assert not info.del_feature("a")
    info.features = {"x"}
    info.identities = {("a", "b", None, None)}
    del info["features"]
    del info["identities"]
    assert len(info.xml) == 0


def test_identities_of_one_language() -> None:
    info = DiscoInfo()
    info.identities = {("a", "b", "de", "x"), ("a", "b", "en", "y"), ("a", "b", None, "z")}
    info.set_identities({("c", "d", "de", "neu")}, lang="de")
    assert info.identities == {("c", "d", "de", "neu"), ("a", "b", "en", "y"), ("a", "b", None, "z")}
    info.del_identities("en")
    assert info.identities == {("c", "d", "de", "neu"), ("a", "b", None, "z")}


def test_what_a_peer_leaves_out_is_empty() -> None:
    info = info_of(
        f"<query xmlns='{NS_INFO}'><identity/><identity type='x'/><feature/><other xmlns='urn:x'/></query>"
    )
    assert info.identities == {("", "", None, None), ("", "x", None, None)}
    assert info.features == {""}


def test_doubles_of_a_peer_can_be_seen() -> None:
    info = info_of(
        f"<query xmlns='{NS_INFO}'><feature var='a'/><feature var='a'/>"
        "<identity category='c' type='t'/><identity category='c' type='t'/></query>"
    )
    assert info.get_features(dedupe=False) == ["a", "a"]
    assert info.get_identities(dedupe=False) == [("c", "t", None, None)] * 2


WRONG_INFO: list[Any] = [5, None, b"x", "a\0b", "\ud800"]


@pytest.mark.parametrize("wrong", WRONG_INFO)
def test_wrong_values_raise_and_change_nothing(wrong: Any) -> None:
    info = DiscoInfo()
    info.features, info.identities = {"a"}, {("c", "t", None, None)}
    before = str(info)
    for attempt in (
        lambda: info.add_feature(wrong),
        lambda: info.set_features(["b", wrong]),
        lambda: info.add_identity(wrong, "t"),
        lambda: info.add_identity("d", wrong),
        lambda: info.set_identities([("d", "t", None, None), ("d", wrong, None, None)]),
    ):
        with pytest.raises((FieldValueError, TypeError)):
            attempt()
        assert str(info) == before


def test_items_of_the_example() -> None:
    items = DiscoItems(xml=parse_one(ITEMS))
    expected = {
        (JID("catalog.shakespeare.lit"), "music/A", None),
        (JID("catalog.shakespeare.lit"), "music/D", "D & more"),
        (JID("people.shakespeare.lit"), None, "Directory of Characters"),
    }
    assert items["node"] == items.node == "music"
    assert items["items"] == items.get_items() == expected
    # Addresses are equal to their strings, so that programs may compare either.
    assert ("catalog.shakespeare.lit", "music/A", None) in items["items"]
    assert len(items) == 3
    assert [(item["jid"], item["node"], item["name"]) for item in items] == [
        ("catalog.shakespeare.lit", "music/A", None),
        ("catalog.shakespeare.lit", "music/D", "D & more"),
        ("people.shakespeare.lit", None, "Directory of Characters"),
    ]
    assert all(isinstance(item, DiscoItem) for item in items)


def test_adding_and_taking_items_away() -> None:
    items = DiscoItems()
    assert items.add_item("A@b.c", "n", "Name")
    assert not items.add_item("a@B.c", "n", "Another")
    assert items.add_item(JID("a@b.c"))
    assert not items.add_item("a@b.c", "")
    assert items["items"] == {("a@b.c", "n", "Name"), ("a@b.c", None, None)}
    assert items.del_item("A@b.c", "n")
    assert not items.del_item("a@b.c", "n")
    items["items"] = [("x@y.z", None, "X"), ("x@y.z", "m", None)]
    assert DiscoItems(xml=parse_one(serialize(items.xml)))["items"] == {
        ("x@y.z", None, "X"),
        ("x@y.z", "m", None),
    }
    del items["items"]
    assert len(items) == 0


def test_an_item_without_a_valid_address_is_left_out() -> None:
    items = DiscoItems(
        xml=parse_one(
            f"<query xmlns='{NS_ITEMS}'><item/><item jid='a@@b'/><item jid=''/><item jid='a@b.c'/></query>"
        )
    )
    assert items["items"] == {("a@b.c", None, None)}


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (("a@@b", None, None), InvalidJID),
        (("a@b.c", "a\0", None), FieldValueError),
        (("a@b.c", None, 5), FieldValueError),
    ],
)
def test_wrong_items_raise_and_change_nothing(item: Any, error: type[Exception]) -> None:
    items = DiscoItems()
    items.add_item("x@y.z")
    before = str(items)
    with pytest.raises(error):
        items["items"] = [("a@b.c", None, None), item]
    with pytest.raises(error):
        items.add_item(*item)
    assert str(items) == before
