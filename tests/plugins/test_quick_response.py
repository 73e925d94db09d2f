"""Answers and actions to choose from (XEP-0439): offered, chosen, and what peers make of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from helixmpp.plugins.xep_0439 import XEP_0439, Action, ActionSelected, Response
from helixmpp.plugins.xep_0439.stanza import NS
from helixmpp.stanza import Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient
from tests.plugins.test_muc_rooms import heard, text_of

BOT = "rootbot@example.com"
CHOICES = [("yes", "Sure!"), ("no", "Uuuuuuh...")]


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineClient]:
    client = OfflineClient()
    client.register_plugin("xep_0439")
    yield client
    assert not client.failures
    await client.aclose()


def message(inner: str, attributes: str = f"from='{BOT}' type='chat'") -> Message:
    return Message(xml=parse_one(f"<message {attributes}>{inner}</message>", stream_ns="jabber:client"))


def response(value: str, label: str = "", lang: str = "") -> str:
    language = f" xml:lang='{lang}'" if lang else ""
    return f"<response xmlns='{NS}'{language} value='{value}' label='{label}'/>"


def action(id_: str, label: str = "") -> str:
    return f"<action xmlns='{NS}' id='{id_}' label='{label}'/>"


def sent(xmpp: OfflineClient) -> Message:
    return Message(xml=xmpp.sent[-1])


# -- offering ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", [None, "en"])
async def test_answers_are_offered(xmpp: OfflineClient, lang: str | None) -> None:
    plugin = xmpp.plugin[XEP_0439]
    asked = plugin.ask_for_responses(BOT, "Execute `rm -rf /`? (yes/no)", CHOICES, "chat", lang)
    language = " xml:lang='en'" if lang else ""
    expected = f"<body{language}>Execute `rm -rf /`? (yes/no)</body>"
    expected += "".join(response(value, label, lang or "") for value, label in CHOICES)
    built = message(expected, f"to='{BOT}' type='chat' id='{asked['id']}'")
    assert sent(xmpp) == asked == built
    assert [(one["value"], one["label"], one["lang"]) for one in built["responses"]] == [
        (value, label, lang or "") for value, label in CHOICES
    ]


async def test_actions_are_offered(xmpp: OfflineClient) -> None:
    asked = xmpp.plugin[XEP_0439].ask_for_actions(BOT, "New merge request", [("merge-32643", "Merge Now")])
    expected = f"<body>New merge request</body>{action('merge-32643', 'Merge Now')}"
    assert sent(xmpp) == message(expected, f"to='{BOT}' type='chat' id='{asked['id']}'")
    assert [(one.id, one.label) for one in asked["actions"]] == [("merge-32643", "Merge Now")]


@pytest.mark.parametrize(
    "choices", [[], [("", "x")], [("a", "x"), ("a", "y")], [("a", "x"), ("b", "x")], [("a", "x"), ("", "")]]
)
async def test_what_cannot_be_offered(xmpp: OfflineClient, choices: list[tuple[str, str]]) -> None:
    plugin = xmpp.plugin[XEP_0439]
    for ask in (plugin.ask_for_responses, plugin.ask_for_actions):
        with pytest.raises(ValueError, match=r"choose|same"):
            ask(BOT, "x", choices)
    assert xmpp.sent == []
    plugin.ask_for_actions(BOT, "x", [("a", ""), ("b", "")])


@pytest.mark.parametrize(
    ("inner", "lang", "expected"),
    [
        ("<body>no</body>", None, "no"),
        ("<body xml:lang='en'>no</body>", "en", "no"),
        # Who does not know the protocol says no language.
        ("<body>no</body>", "en", "no"),
        ("<body xml:lang='de'>no</body>", "en", None),
        ("<body>no!</body>", None, None),
        ("<body/>", None, None),
        ("", None, None),
    ],
)
async def test_which_answer_was_chosen(
    xmpp: OfflineClient, inner: str, lang: str | None, expected: str | None
) -> None:
    plugin = xmpp.plugin[XEP_0439]
    asked = plugin.ask_for_responses(BOT, "?", CHOICES, lang=lang)
    assert plugin.chosen(message(inner), asked) == expected


# -- choosing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "events"),
    [
        (f"<body>?</body>{response('yes', 'Yes!')}", ["responses_received"]),
        (f"<body>?</body>{action('merge', 'Merge')}", ["action_received"]),
        (f"<action-selected xmlns='{NS}' id='merge'/>", ["action_selected"]),
        (response("yes") + action("merge"), ["responses_received", "action_received"]),
        (response(""), []),
        (action(""), []),
        (f"<action-selected xmlns='{NS}'/>", []),
        ("<action-selected xmlns='urn:other' id='merge'/>", []),
        ("<body>yes</body>", []),
    ],
)
async def test_what_peers_send(xmpp: OfflineClient, inner: str, events: list[str]) -> None:
    told = heard(xmpp, "responses_received", "action_received", "action_selected")
    await xmpp.receive(f"<message from='{BOT}' type='chat'>{inner}</message>")
    assert sorted(event for event, _ in told) == sorted(events)
    if "action_selected" in events:
        assert (told[0][1]["action_selected"]["id"], told[0][1][ActionSelected].id) == ("merge", "merge")
    told.clear()
    assert await xmpp.receive(f"<message from='{BOT}' type='error'>{inner}</message>") == []
    assert told == []


async def test_what_cannot_be_told_apart(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0439]
    came = message(
        response("a", "A") + response("a", "B") + response("b", "A") + response("") + response("c")
    )
    assert [one.value for one in plugin.responses_in(came)] == ["a", "c"]
    came = message(action("a") + action("b") + action("a", "x") + action(""))
    assert [one.id for one in plugin.actions_in(came)] == ["a", "b"]
    many = message("".join(response(str(number)) for number in range(5000)))
    assert len(plugin.responses_in(many)) == 100


@pytest.mark.parametrize(
    ("inner", "body"),
    [
        (response("yes"), "<body>yes</body>"),
        (response("yes", "Yes!", "en"), "<body xml:lang='en'>yes</body>"),
    ],
)
@pytest.mark.parametrize("typed", [False, True])
async def test_an_answer_is_chosen(xmpp: OfflineClient, inner: str, body: str, typed: bool) -> None:
    plugin = xmpp.plugin[XEP_0439]
    came = message(
        f"<thread>t</thread><body>?</body>{inner}", f"from='{BOT}/r' to='me@example.org' type='chat'"
    )
    came.stream = xmpp
    plugin.respond(came, came[Response] if typed else "yes")
    element = xmpp.sent[-1]
    assert (element.get("to"), element.get("type")) == (f"{BOT}/r", "chat")
    assert [text_of(child) for child in element] == ["<thread>t</thread>", body]
    for wrong in ("", "no"):
        with pytest.raises(ValueError, match="none of the answers"):
            plugin.respond(came, wrong)


async def test_an_action_is_chosen_in_a_room(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0439]
    came = message(f"<body>?</body>{action('merge-1')}", "from='room@muc.example/bot' type='groupchat'")
    came.stream = xmpp
    for chosen in ("merge-1", came[Action]):
        plugin.select_action(came, chosen)
        element = xmpp.sent[-1]
        assert (element.get("to"), element.get("type")) == ("room@muc.example", "groupchat")
        assert [text_of(child) for child in element] == [f"<action-selected xmlns='{NS}' id='merge-1'/>"]
    wrong: Any
    for wrong in ("", "merge-2", Action()):
        with pytest.raises(ValueError, match="none of the actions"):
            plugin.select_action(came, wrong)
