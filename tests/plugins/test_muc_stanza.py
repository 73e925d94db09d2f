"""The payloads of XEP-0045: by keys and typed, there and back."""

from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0045 import XEP_0045, MUCAdminItem, MUCUserItem
from helixmpp.plugins.xep_0045.stanza import (
    MUCAdminQuery,
    MUCDestroy,
    MUCHistory,
    MUCInvite,
    MUCJoin,
    MUCMessage,
    MUCPresence,
    MUCStatus,
)
from helixmpp.stanza import Iq, Message, Presence, register_stanza_plugin
from helixmpp.xml import parse_one

USER = "http://jabber.org/protocol/muc#user"

for stanza, payload in XEP_0045.extends:
    register_stanza_plugin(stanza, payload)


def presence(inner: str) -> Presence:
    xml = parse_one(
        f"<presence xmlns='jabber:client' from='coven@chat.shakespeare.lit/first'>{inner}</presence>"
    )
    return Presence(xml=xml)


PRESENCE = presence(
    f"<x xmlns='{USER}' unknown='kept'><item affiliation='member' role='none' jid='hag66@shakespeare.lit/pda' "
    "nick='oldhag'><actor nick='Fluellen' jid='f@shakespeare.lit'/><reason>Avaunt</reason></item>"
    "<status code='303'/><status code='110'/><status code='x'/><status/><status code='1100'/>"
    "<destroy jid='other@chat.shakespeare.lit'><password>p</password><reason>gone</reason></destroy></x>"
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("affiliation",), "member"),
        (("role",), "none"),
        (("jid",), "hag66@shakespeare.lit/pda"),
        (("nick",), "first"),
        (("room",), "coven@chat.shakespeare.lit"),
        (("status_codes",), {110, 303}),
        (("item", "nick"), "oldhag"),
        (("item", "affiliation"), "member"),
        (("item", "reason"), "Avaunt"),
        (("item", "actor", "nick"), "Fluellen"),
        (("item", "actor", "jid"), "f@shakespeare.lit"),
        (("destroy", "jid"), "other@chat.shakespeare.lit"),
        (("destroy", "reason"), "gone"),
        (("destroy", "password"), "p"),
    ],
)
def test_keys_of_a_presence(path: tuple[str, ...], value: object) -> None:
    found: Any = PRESENCE["muc"]
    for key in path:
        found = found[key]
    assert found == value


def test_the_same_typed() -> None:
    x = PRESENCE[MUCPresence]
    assert (x.affiliation, x.role, x.jid.user) == ("member", "none", "hag66")
    assert x.status_codes == {110, 303}
    assert x[MUCUserItem].nick == "oldhag"
    assert x[MUCDestroy].reason == "gone"
    assert [status.xml.get("code") for status in x.children_of(MUCStatus)] == [
        "303",
        "110",
        "x",
        None,
        "1100",
    ]


def test_what_is_absent() -> None:
    x = presence("")["muc"]
    assert (x["affiliation"], x["role"], x["jid"], x["status_codes"]) == ("", "", "", set())
    assert x["item"]["actor"]["nick"] == ""
    assert presence("").get(MUCPresence) is None


@pytest.mark.parametrize("key", ["affiliation", "role", "jid"])
def test_wrong_words_of_a_peer(key: str) -> None:
    wrong = presence(f"<x xmlns='{USER}'><item affiliation='king' role='king' jid='@'/></x>")
    with pytest.raises(BadStanza):
        wrong["muc"][key]
    with pytest.raises(BadStanza):
        wrong["muc"]["item"][key]


@pytest.mark.parametrize(
    ("codes", "texts"),
    [
        ([110], ["110"]),
        ({201, 110}, ["110", "201"]),
        (("110", 110, 100), ["100", "110"]),
        ([], []),
        (None, []),
    ],
)
def test_status_codes_are_written(codes: Any, texts: list[str]) -> None:
    made = Presence()
    made["muc"]["status_codes"] = [999]
    made["muc"]["status_codes"] = codes
    assert [child.get("code") for child in made.xml.iter(f"{{{USER}}}status")] == texts
    del made["muc"]["status_codes"]
    assert made["muc"]["status_codes"] == set()


@pytest.mark.parametrize("codes", [[99], [1000], ["x"], [None], [110, 2]])
def test_what_is_no_status_code(codes: Any) -> None:
    made = Presence()
    made["muc"]["status_codes"] = [110]
    with pytest.raises(FieldValueError):
        made[MUCPresence].status_codes = codes
    assert made["muc"]["status_codes"] == {110}


def test_parts_of_the_address_stay() -> None:
    made = presence("")
    for key in ("nick", "room"):
        before = made["muc"][key]
        made["muc"][key] = "other"
        del made["muc"][key]
        assert made["muc"][key] == before
    assert MUCPresence()["nick"] == ""


def test_building_what_is_sent() -> None:
    asked = Presence()
    asked["muc_join"]["password"] = "p"
    asked["muc_join"]["history"]["maxstanzas"] = 3
    assert (asked[MUCJoin].password, asked[MUCJoin][MUCHistory].maxstanzas) == ("p", 3)
    invitation = Message()
    for name in ("a@b.example", "c@d.example"):
        invite = MUCInvite()
        invite.to = name
        invitation["muc"].append(invite)
    assert [str(one["to"]) for one in invitation[MUCMessage]["invites"]] == ["a@b.example", "c@d.example"]
    change = Iq()
    for role in ("visitor", "none"):
        item = MUCAdminItem()
        item["role"] = role
        change["mucadmin_query"].append(item)
    assert [item["role"] for item in change[MUCAdminQuery]["items"]] == ["visitor", "none"]
    assert [item["role"] for item in change["mucadmin_query"]] == ["visitor", "none"]
    change["mucowner_query"]["destroy"]["jid"] = "x@y.example"
    assert change["mucowner_query"]["destroy"]["jid"] == "x@y.example"
