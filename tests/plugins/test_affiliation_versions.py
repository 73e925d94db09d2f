"""The lists of a room by versions (XEP-0463): brought up to date, kept, and given up when in doubt."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0030.stanza.info import DiscoInfo
from helixmpp.plugins.xep_0045 import MUCJoin, MUCMessage
from helixmpp.plugins.xep_0463 import XEP_0463, Affiliations, AffiliationsChanged, Mav
from helixmpp.plugins.xep_0463.stanza import NS
from helixmpp.plugins.xep_0463.store import from_bytes, to_bytes
from helixmpp.stanza import Message, Presence
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent, settle
from tests.plugins.test_muc_rooms import MUC, ROOM, SUBJECT, USER, Member, heard, muc
from tests.support.waiting import until as until_true

LOUISE, PETER, ROSA = "louise@commons.example", "peter@commons.example", "rosa@commons.example"
OWNERS: dict[Any, Any] = {LOUISE: "owner", PETER: "owner", ROSA: "owner"}


def mav(since: str = "", until: str = "") -> str:
    attributes = "".join(
        f" {name}='{value}'" for name, value in (("since", since), ("until", until)) if value
    )
    return f"<mav xmlns='{NS}'{attributes}/>"


def listed(
    *items: tuple[str, str], since: str = "", until: str = "", sender: str = ROOM, kind: str = ""
) -> str:
    """A message of the room with a list, or with changes of it."""
    inner = "".join(f"<item jid='{jid}' affiliation='{word}'/>" for jid, word in items)
    attributes = f" type='{kind}'" if kind else ""
    return f"<message from='{sender}'{attributes}><x xmlns='{USER}'>{mav(since, until)}{inner}</x></message>"


def present(
    nick: str, *codes: int, more: str = "", item: str = "affiliation='member'", kind: str = ""
) -> str:
    inner = "".join(f"<status code='{code}'/>" for code in codes)
    attributes = f" type='{kind}'" if kind else ""
    return f"<presence from='{ROOM}/{nick}'{attributes}><x xmlns='{USER}'>{more}<item {item}/>{inner}</x></presence>"


FULL = listed(*OWNERS.items(), until="v1")


async def join(xmpp: Member, *texts: str, until: str = "v1") -> Any:
    """Join the room, which says all that; what it was asked."""
    sent = len(xmpp.sent)
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    # A store may take its time.
    await until_true(lambda: "presence" in {one.tag.rpartition("}")[2] for one in xmpp.sent[sent:]})
    request = next(one for one in reversed(xmpp.sent) if one.tag.endswith("}presence"))
    own = present("thirdwitch", 110, more=mav(until=until) if until else "")
    for text in (*texts, present("firstwitch"), own, SUBJECT):
        await xmpp.receive(text)
    await task
    (asked,) = [child for child in request[0] if child.tag == f"{{{NS}}}mav"]
    return asked.attrib


def known(xmpp: Member) -> tuple[str | None, dict[Any, Any] | None]:
    plugin = xmpp.plugin[XEP_0463]
    return plugin.version(ROOM), plugin.affiliations(ROOM)


LISTS: list[tuple[list[str], str, Any]] = (
    [
        ([FULL], "v1", ("v1", OWNERS)),
        ([listed(until="v1")], "v1", ("v1", {})),
        # In several parts, of which one leads to the next.
        (
            [listed((LOUISE, "owner"), until="a"), listed((PETER, "admin"), since="a", until="b"),
             listed((LOUISE, "none"), since="b", until="c")],
            "c",
            ("c", {PETER: "admin"}),
        ),
        # A room that does not keep versions, or is at another one by now.
        ([], "", (None, None)),
        ([], "v1", (None, None)),
        ([FULL], "", (None, None)),
        ([FULL], "v2", (None, None)),
        # What does not follow on.
        ([listed((LOUISE, "owner"), until="a"), listed((PETER, "admin"), since="x", until="b")], "b", (None, None)),
        ([listed((LOUISE, "owner"), since="x", until="v1")], "v1", (None, None)),
        ([listed((LOUISE, "owner"))], "v1", (None, None)),
        ([listed((LOUISE, "owner"), until="v" * 2000)], "v" * 2000, (None, None)),
        # What cannot be read makes all of it unknown.
        ([listed((LOUISE, "king"), until="v1")], "v1", (None, None)),
        ([listed(("a@b@c", "owner"), until="v1")], "v1", (None, None)),
        ([listed(("", "owner"), until="v1")], "v1", (None, None)),
        # Only the room itself says it.
        ([listed((LOUISE, "owner"), until="v1", sender=f"{ROOM}/evil")], "v1", (None, None)),
        ([listed((LOUISE, "owner"), until="v1", sender="evil.lit")], "v1", (None, None)),
        ([listed((LOUISE, "owner"), until="v1", kind="error")], "v1", (None, None)),
        ([FULL, listed((LOUISE, "none"), since="v1", until="v2", sender=f"{ROOM}/evil")], "v1", ("v1", OWNERS)),
    ]
)  # fmt: skip


@pytest.mark.parametrize(("texts", "until", "expected"), LISTS)
async def test_the_list_of_a_room(texts: list[str], until: str, expected: Any) -> None:
    xmpp = Member("xep_0463")
    told = heard(xmpp, "muc_affiliations")
    assert await join(xmpp, *texts, until=until) == {}
    assert known(xmpp) == expected
    if expected[0] is None:
        assert not any(change.known for _, change in told)
    else:
        ((_, change),) = told
        assert change == AffiliationsChanged(change.room, change.own, True, expected[1])
        assert (change.room, change.own) == (ROOM, "me@example.org")
    assert not xmpp.failures
    await xmpp.aclose()


async def test_too_many_are_not_kept() -> None:
    xmpp = Member("xep_0463")
    xmpp.plugin[XEP_0463].max_members = 2
    await join(xmpp, FULL)
    assert known(xmpp) == (None, None)
    xmpp.plugin[XEP_0463].max_members = 3
    await xmpp.receive(FULL)
    assert known(xmpp) == ("v1", OWNERS)
    await xmpp.receive(listed(("x@y.z", "member"), since="v1", until="v2"))
    assert known(xmpp) == (None, None)
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("text", "expected", "changed"),
    [
        (listed((f"{PETER}/mobile", "none"), since="v1", until="v2"), ("v2", {LOUISE: "owner", ROSA: "owner"}),
         {PETER: "none"}),
        (present("peter", more=mav("v1", "v2"), item=f"jid='{PETER}/mobile' affiliation='admin'"),
         ("v2", OWNERS | {PETER: "admin"}), {PETER: "admin"}),
        (present("peter", 301, more=mav("v1", "v2"), item=f"jid='{PETER}/m' affiliation='outcast'", kind="unavailable"),
         ("v2", OWNERS | {PETER: "outcast"}), {PETER: "outcast"}),
        # Our own.
        (present("thirdwitch", 110, more=mav("v1", "v2"), item="jid='me@example.org/desk' affiliation='member'"),
         ("v2", OWNERS | {"me@example.org": "member"}), {"me@example.org": "member"}),
        # A presence that says nothing of it changes nothing; later ones of our own need not, either.
        (present("peter", item=f"jid='{PETER}/mobile' affiliation='none'"), ("v1", OWNERS), None),
        (present("thirdwitch", 110), ("v1", OWNERS), None),
        (present("thirdwitch", 110, more=mav(until="v1")), ("v1", OWNERS), None),
        # Something was missed.
        (present("thirdwitch", 110, more=mav(until="v9")), (None, None), {}),
        (listed((PETER, "none"), since="v8", until="v9"), (None, None), {}),
        (present("peter", more=mav("v1", "v2"), item="affiliation='admin'"), (None, None), {}),
        # All of it anew.
        (listed((PETER, "admin"), until="v7"), ("v7", {PETER: "admin"}),
         {PETER: "admin", LOUISE: "none", ROSA: "none"}),
        (listed((PETER, "owner"), since="v1", until="v2"), ("v2", OWNERS), None),
        # Nobody else says it.
        (listed((PETER, "none"), since="v1", until="v2", sender="other@chat.example"), ("v1", OWNERS), None),
        (listed((PETER, "none"), since="v1", until="v2", sender="a@b@c"), ("v1", OWNERS), None),
    ],
)  # fmt: skip
async def test_a_change(text: str, expected: Any, changed: dict[str, str] | None) -> None:
    xmpp = Member("xep_0463")
    await join(xmpp, FULL)
    told = heard(xmpp, "muc_affiliations")
    await xmpp.receive(text)
    assert known(xmpp) == expected
    assert [(change.known, dict(change.changed)) for _, change in told] == (
        [] if changed is None else [(expected[0] is not None, changed)]
    )
    assert not xmpp.failures
    await xmpp.aclose()


async def test_one_change_of_somebody_who_is_there_twice() -> None:
    xmpp = Member("xep_0463")
    await join(xmpp, FULL)
    told = heard(xmpp, "muc_affiliations")
    for nick in ("peter", "peter2"):
        await xmpp.receive(
            present(nick, more=mav("v1", "v2"), item=f"jid='{PETER}/{nick}' affiliation='admin'")
        )
    assert known(xmpp) == ("v2", OWNERS | {PETER: "admin"})
    assert len(told) == 1
    await xmpp.aclose()


# -- across sessions --------------------------------------------------------------------------------------------------


async def again(xmpp: Member) -> None:
    xmpp.end()
    await settle()
    assert known(xmpp) == (None, None)
    muc(xmpp).leave_muc(ROOM, "thirdwitch")
    xmpp.begin()
    await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("texts", "until", "expected", "changed"),
    [
        # Nothing has changed: nothing is sent.
        ([], "v1", ("v1", OWNERS), {}),
        (
            [listed(("vladimir@commons.example", "none"), (ROSA, "none"), since="v1", until="v3")],
            "v3",
            ("v3", {LOUISE: "owner", PETER: "owner"}),
            {ROSA: "none"},
        ),
        # The room does not know that version any more.
        (
            [listed((ROSA, "owner"), until="v9")],
            "v9",
            ("v9", {ROSA: "owner"}),
            {LOUISE: "none", PETER: "none"},
        ),
        ([], "v2", (None, None), None),
        ([], "", (None, None), None),
    ],
)
async def test_only_what_has_changed(texts: list[str], until: str, expected: Any, changed: Any) -> None:
    xmpp = Member("xep_0463")
    assert await join(xmpp, FULL) == {}
    await again(xmpp)
    told = heard(xmpp, "muc_affiliations")
    assert await join(xmpp, *texts, until=until) == {"since": "v1"}
    assert known(xmpp) == expected
    assert [dict(change.changed) for _, change in told if change.known] == (
        [] if changed is None else [changed]
    )
    await again(xmpp)
    # What was given up is asked for from the beginning.
    assert await join(xmpp, until="") == ({} if expected[0] is None else {"since": expected[0]})
    assert not xmpp.failures
    await xmpp.aclose()


class Kept(Member):
    """A member of rooms whose state is kept."""

    def __init__(self, storage: str) -> None:
        OfflineClient.__init__(self, storage=storage)
        self.session = True
        self.register_plugin("xep_0463")
        self.begin()


async def test_the_lists_outlive_the_process(tmp_path: Path) -> None:
    first, second = (Kept(f"file://{tmp_path.as_posix()}") for _ in range(2))
    await join(first, FULL)
    for _ in range(1000):
        kept = await first.plugin[XEP_0463].api["get_affiliations"](first.boundjid.bare_jid, ROOM, None, None)
        if kept is not None:
            break
        await asyncio.sleep(0.005)
    await first.aclose()
    assert await join(second) == {"since": "v1"}
    assert known(second) == ("v1", OWNERS)
    await second.aclose()


async def test_a_store_of_the_program() -> None:
    kept: dict[tuple[str, str], Affiliations] = {}

    class Store:
        def get_affiliations(self, jid: Any, node: str, ifrom: Any, args: Any) -> Affiliations | None:
            return kept.get((str(jid), node))

        async def set_affiliations(self, jid: Any, node: str, ifrom: Any, args: Affiliations) -> None:
            kept[str(jid), node] = args

        def del_affiliations(self, jid: Any, node: str, ifrom: Any, args: Any) -> None:
            kept.pop((str(jid), node), None)

    xmpp = Member("xep_0463")
    xmpp.plugin[XEP_0463].api.bind(Store())
    await join(xmpp, FULL)
    assert (kept["me@example.org", ROOM].version, kept["me@example.org", ROOM].members) == ("v1", OWNERS)
    # It cannot be changed from outside, nor by what comes later.
    given = xmpp.plugin[XEP_0463].affiliations(ROOM)
    assert given is not None
    given.clear()
    before = kept["me@example.org", ROOM]
    await xmpp.receive(listed((PETER, "none"), since="v1", until="v2"))
    assert (before.members, kept["me@example.org", ROOM].version) == (OWNERS, "v2")
    await xmpp.receive(listed((PETER, "none"), since="v8", until="v9"))
    assert kept == {}
    await xmpp.aclose()


async def test_a_store_that_fails_keeps_nobody_out() -> None:
    def fail(*_: Any) -> None:
        raise OSError("the disk is gone")

    xmpp = Member("xep_0463")
    xmpp.plugin[XEP_0463].api.register(fail, "get_affiliations")
    assert await join(xmpp, FULL) == {}
    assert known(xmpp) == ("v1", OWNERS)
    assert [type(error) for error in xmpp.failures] == [OSError]
    await xmpp.aclose()


@pytest.mark.parametrize("value", [None, b"", b"{}", b"[1, {}]", b'["", {}]', b'["v", {"a@b@c": "owner"}]',
                                   b'["v", {"a@b.c": "king"}]', b'["v", []]', b'["v"]', b"\xff"])  # fmt: skip
def test_what_is_kept_and_cannot_be_read(value: bytes | None) -> None:
    assert from_bytes(value) is None


def test_what_is_kept() -> None:
    made = from_bytes(b'["v", {"a@b.c": "owner", "d.e": "outcast"}]')
    assert made is not None
    assert [made.version, made.members] == ["v", {"a@b.c": "owner", "d.e": "outcast"}]
    assert from_bytes(to_bytes(made)) == made


async def test_lists_that_are_too_large_are_not_kept() -> None:
    xmpp = Member("xep_0463")
    xmpp.plugin[XEP_0463].kept_size = 20
    await join(xmpp, FULL)
    await again(xmpp)
    assert await join(xmpp, FULL) == {}
    await xmpp.aclose()


# -- asking, and not --------------------------------------------------------------------------------------------------


async def test_a_program_that_does_not_ask() -> None:
    xmpp = Member("xep_0463")
    xmpp.plugin[XEP_0463].ask = False
    await xmpp.enter()
    assert len([one for one in xmpp.sent[0][0] if one.tag == f"{{{NS}}}mav"]) == 0
    xmpp.plugin[XEP_0463].ask = True
    # What the program says by itself is left as it is; so are all other stanzas.
    presence = xmpp.make_presence(pto="other@chat.example/nick")
    presence[MUCJoin][Mav].since = "mine"
    presence.send()
    xmpp.send_presence(pto=f"{ROOM}/thirdwitch", pstatus="away")
    await settle()
    assert xmpp.sent[-2][0][0].attrib == {"since": "mine"}
    assert f"{{{NS}}}mav" not in {one.tag for one in xmpp.sent[-1].iter()}
    await xmpp.aclose()


async def test_a_room_says_whether_it_keeps_versions() -> None:
    xmpp = Member("xep_0463")
    await xmpp.plugin[XEP_0030].api["cache_info"](ROOM, None, None, parse_info(NS))
    assert await xmpp.plugin[XEP_0463].is_supported(ROOM)
    await xmpp.aclose()


def parse_info(*features: str) -> Any:
    info = DiscoInfo()
    for feature in features:
        info.add_feature(feature)
    return info


async def test_a_component_in_a_room_from_two_addresses() -> None:
    xmpp = OfflineComponent("comp.example.org")
    xmpp.register_plugin("xep_0463")
    plugin = xmpp.plugin[XEP_0463]
    for name in ("a", "b"):
        muc(xmpp).join_muc(ROOM, name, pfrom=f"{name}@comp.example.org/x")
    await settle()
    assert [len(one[0]) for one in xmpp.sent] == [2, 2]
    text = FULL.replace("<message", "<message to='a@comp.example.org/x'")
    await xmpp.receive(text)
    own = present("a", 110, more=mav(until="v1")).replace("<presence", "<presence to='a@comp.example.org/x'")
    await xmpp.receive(own)
    assert plugin.affiliations(ROOM, "a@comp.example.org/x") == OWNERS
    assert plugin.affiliations(ROOM, "b@comp.example.org/x") is None
    await xmpp.receive(
        present("a", 110, kind="unavailable").replace("<presence", "<presence to='a@comp.example.org/x'")
    )
    assert plugin.affiliations(ROOM, "a@comp.example.org/x") is None
    assert not xmpp.failures
    await xmpp.aclose()


# -- the wire ---------------------------------------------------------------------------------------------------------


async def test_the_examples_of_the_xep() -> None:
    xmpp = Member("xep_0463")
    await xmpp.aclose()
    presence = Presence(sto="news@chat.commons.example")
    presence["muc_join"].enable("mav")
    assert presence[MUCJoin] == MUCJoin(xml=parse_one(f"<x xmlns='{MUC}'>{mav()}</x>"))
    presence["muc_join"]["mav"]["since"] = "9pacabr2q1"
    assert presence[MUCJoin] == MUCJoin(xml=parse_one(f"<x xmlns='{MUC}'>{mav('9pacabr2q1')}</x>"))
    message = Message()
    message["muc"]["mav"]["since"] = "9pacabr2q1"
    message["muc"]["mav"]["until"] = "ruz41312vw"
    assert message[MUCMessage] == MUCMessage(
        xml=parse_one(f"<x xmlns='{USER}'>{mav('9pacabr2q1', 'ruz41312vw')}</x>")
    )
    presence = Presence()
    presence["muc"]["mav"]["until"] = "ruz41312vw"
    assert presence["muc"][Mav].until == "ruz41312vw"
