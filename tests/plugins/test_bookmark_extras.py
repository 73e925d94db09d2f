"""What bookmarks say besides the room: that it is important (XEP-0469), and who is notified (XEP-0492)."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import XMPPError
from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0402 import Conference
from helixmpp.plugins.xep_0469 import XEP_0469, Pinned
from helixmpp.plugins.xep_0492 import XEP_0492, Advanced, Never, Notify, OnMention
from helixmpp.plugins.xep_0492.stanza import NS as NOTIFY
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient
from tests.plugins.test_bookmarks import ROOM, STATE, Keeper, items, room
from tests.plugins.test_pep import Account

PINNED = "<pinned xmlns='urn:xmpp:bookmarks-pinning:0'/>"
OTHER = "other@rooms.example.org"
PC = "identity-category='client' identity-type='pc'"
NOTE = "<note xmlns='urn:x' day='monday'/>"


def extensions(*inner: str) -> str:
    return f"<extensions>{''.join(inner)}</extensions>"


def notify(*inner: str) -> str:
    return f"<notify xmlns='{NOTIFY}'>{''.join(inner)}</notify>"


def conference(inner: str, attributes: str = "") -> Conference:
    return Conference(
        xml=parse_one(f"<conference xmlns='urn:xmpp:bookmarks:1' {attributes}>{inner}</conference>")
    )


@pytest.fixture(autouse=True)
async def registered() -> None:
    """The classes know each other once the plugins were enabled."""
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0469")
    xmpp.register_plugin("xep_0492")
    await xmpp.aclose()


def stored(keeper: Keeper) -> tuple[str | None, Conference]:
    (request,) = keeper.stored
    item: Element = request[0][0][0]
    return item.get("id"), Conference(xml=item[0])


# -- XEP-0469 -------------------------------------------------------------------------------------------------------


def test_pinned_on_the_wire() -> None:
    # The example of section 3.
    expected = conference(
        f"<nick>JC</nick>{extensions(PINNED)}", "name='The Play&apos;s the Thing' autojoin='true'"
    )
    made = Conference()
    made.name_, made.autojoin, made.nick = "The Play's the Thing", True, "JC"
    made["extensions"].enable("pinned")
    assert made == expected
    assert [made["extensions"]["pinned"]] == [True]
    assert expected["extensions"].get(Pinned) is not None
    made["extensions"]["pinned"] = False
    assert [made["extensions"]["pinned"]] == [False]
    assert Conference()["extensions"]["pinned"] is False
    made["extensions"]["pinned"] = True
    made["extensions"]["pinned"] = True
    assert len(made["extensions"].xml) == 1
    del made["extensions"]["pinned"]
    assert len(made["extensions"].xml) == 0


@pytest.mark.parametrize(
    ("there", "pinned", "expected"),
    [
        (room(ROOM, "name='C'"), True, extensions(PINNED)),
        (room(ROOM, "name='C'", extensions(STATE)), True, extensions(STATE, PINNED)),
        (room(ROOM, "name='C'", extensions(PINNED)), True, extensions(PINNED)),
        (room(ROOM, "name='C'", extensions(STATE, PINNED)), False, extensions(STATE)),
        (room(OTHER) + room(ROOM, "name='C'"), True, extensions(PINNED)),
    ],
)
async def test_a_bookmark_is_pinned(there: str, pinned: bool, expected: str) -> None:
    keeper = Keeper(items(there))
    xmpp = Account(keeper, "xep_0469")
    await xmpp.plugin[XEP_0469].pin(f"{ROOM}/nick", pinned)
    assert stored(keeper) == (ROOM, conference(expected, "name='C'"))
    await xmpp.aclose()


@pytest.mark.parametrize(
    "there", ["item-not-found", items(), items(room(OTHER)), items(f"<item id='{ROOM}'/>")]
)
async def test_what_is_no_bookmark_is_not_pinned(there: str) -> None:
    keeper = Keeper(there)
    xmpp = Account(keeper, "xep_0469")
    with pytest.raises(XMPPError, match="item-not-found"):
        await xmpp.plugin[XEP_0469].pin(ROOM)
    assert keeper.stored == []
    await xmpp.aclose()


async def test_which_rooms_are_pinned() -> None:
    answer = items(
        room(ROOM, "", extensions(PINNED)),
        room(OTHER, "", extensions("<pinned xmlns='urn:other'/>")),
        room("third@rooms.example.org"),
    )
    xmpp = Account(Keeper(answer), "xep_0469")
    assert await xmpp.plugin[XEP_0469].pinned() == [ROOM]
    await xmpp.aclose()


# -- XEP-0492 -------------------------------------------------------------------------------------------------------

# The example of section 2.3; its elements are closed here as they were opened.
COMPLEX = notify(
    f"<never identity-category='client' identity-type='pc'><advanced>{NOTE}</advanced></never>",
    "<on-mention identity-category='client' identity-type='phone'/>",
    "<on-mention identity-category='gateway'/>",
    "<always><advanced><weather xmlns='urn:y'>raining</weather></advanced></always>",
)


@pytest.mark.parametrize(
    ("text", "application", "expected"),
    [
        (notify("<never/>"), (), "never"),
        (notify("<never/>"), ("pc",), "never"),
        (COMPLEX, (), "always"),
        (COMPLEX, ("pc",), "never"),
        (COMPLEX, ("phone",), "on-mention"),
        (COMPLEX, ("web",), "always"),
        (COMPLEX, ("aim", "gateway"), "on-mention"),
        (COMPLEX, ("pc", "gateway"), "on-mention"),
        (notify(), (), None),
        (notify("<never identity-category='client' identity-type='pc'/>"), (), None),
        (notify("<never identity-category='client' identity-type='pc'/>"), ("phone",), None),
        # "You MUST NOT add" a type without a category: it is for nobody.
        (notify("<never identity-type='pc'/>"), ("pc",), None),
        (notify("<sometimes/>", "<never xmlns='urn:other'/>"), (), None),
    ],
)
def test_which_setting_counts(text: str, application: tuple[str, ...], expected: str | None) -> None:
    read = Notify(xml=parse_one(text))
    assert read.get_config(*application) == expected
    assert Notify(xml=parse_one(str(read))) == read


def test_settings_are_typed() -> None:
    read = Notify(xml=parse_one(COMPLEX))
    assert [(word, setting.identity) for word, setting in read.settings()] == [
        ("never", ("client", "pc")),
        ("always", ("", "")),
        ("on-mention", ("client", "phone")),
        ("on-mention", ("gateway", "")),
    ]
    advanced = read.nevers[0].advanced
    assert advanced is not None
    assert [part.tag for part in advanced.payload] == ["{urn:x}note"]
    assert isinstance(read["on-mentions"][1], OnMention)
    assert read["never"]["identity_type"] == "pc"
    assert read.on_mentions[0].advanced is None


@pytest.mark.parametrize(
    ("there", "arguments", "expected"),
    [
        (notify(), ("never",), notify("<never/>")),
        (notify("<never/>"), ("always",), notify("<always/>")),
        (notify("<never/><always/><never/>"), ("on-mention",), notify("<on-mention/>")),
        # Without one for all applications there comes one (section 3).
        (
            notify(),
            ("never", "pc"),
            notify("<never identity-category='client' identity-type='pc'/>", "<never/>"),
        ),
        (
            notify("<always/>"),
            ("never", None, "gateway"),
            notify("<always/>", "<never identity-category='gateway'/>"),
        ),
        # What other programs keep there goes along.
        (
            notify(f"<never {PC}><advanced>{NOTE}</advanced></never>", "<always/>"),
            ("on-mention", "pc"),
            notify(
                f"<on-mention {PC}><advanced>{NOTE}</advanced></on-mention>",
                "<always/>",
            ),
        ),
        (notify("<sometimes/>"), ("never",), notify("<sometimes/>", "<never/>")),
    ],
)  # fmt: skip
async def test_a_setting_is_changed(there: str, arguments: tuple[Any, ...], expected: str) -> None:
    keeper = Keeper(items(room(ROOM, "name='C'", extensions(STATE, there))))
    xmpp = Account(keeper, "xep_0492")
    await xmpp.plugin[XEP_0492].configure(ROOM, *arguments)
    assert stored(keeper) == (ROOM, conference(extensions(STATE, expected), "name='C'"))
    await xmpp.aclose()


async def test_there_is_no_such_setting() -> None:
    keeper = Keeper(items(room(ROOM)))
    xmpp = Account(keeper, "xep_0492")
    wrong: Any = "sometimes"
    with pytest.raises(FieldValueError, match="never, always, on-mention"):
        await xmpp.plugin[XEP_0492].configure(ROOM, wrong)
    assert xmpp.requests == []
    await xmpp.aclose()


async def test_the_settings_of_all_rooms() -> None:
    answer = items(
        room(ROOM, "", extensions(COMPLEX)),
        room(OTHER, "", extensions(notify("<never/>"))),
        room("third@rooms.example.org"),
    )
    xmpp = Account(Keeper(answer), "xep_0492")
    plugin = xmpp.plugin[XEP_0492]
    assert await plugin.settings() == {ROOM: "always", OTHER: "never"}
    assert await plugin.settings("phone") == {ROOM: "on-mention", OTHER: "never"}
    await xmpp.aclose()


def test_built_by_hand() -> None:
    made = Notify()
    never = Never()
    never.identity_category = "client"
    advanced = Advanced()
    advanced.payload = [parse_one(NOTE)]
    never.advanced = advanced
    made.append(never)
    assert made == Notify(
        xml=parse_one(notify(f"<never identity-category='client'><advanced>{NOTE}</advanced></never>"))
    )
