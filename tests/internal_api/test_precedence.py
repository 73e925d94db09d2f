"""Which handler of an operation runs: every combination of what is registered and what is asked."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from helixmpp.core.api import APIRegistry, PluginAPI
from helixmpp.jid import JID

OWN = JID("me@example.org/desk")
THEM = JID("them@example.org/phone")


@dataclass
class Owner:
    """A client or component as the registry sees it."""

    boundjid: JID = OWN
    is_component: bool = False

    def watch_task(self, awaitable: Awaitable[Any], what: str) -> "asyncio.Future[Any]":
        return asyncio.ensure_future(awaitable)


def new_api(is_component: bool = False) -> PluginAPI[Any]:
    return PluginAPI(APIRegistry(Owner(is_component=is_component)), "xep_9999")


def says(word: str) -> Callable[..., str]:
    def handler(jid: JID, node: str, ifrom: JID | None, args: object) -> str:
        return word

    return handler


# From the most specific to the least: the name, and where the handler is registered.
LEVELS: list[tuple[str, JID | None, str | None]] = [
    ("jid and node", THEM, "n"),
    ("jid", THEM, None),
    ("node", None, "n"),
    ("global", None, None),
]
# What is asked, and the levels that apply to it.
QUESTIONS = [
    (THEM, "n", ["jid and node", "jid", "node", "global"]),
    (THEM, "other", ["jid", "global"]),
    (THEM, "", ["jid", "global"]),
    (JID("else@example.org"), "n", ["node", "global"]),
    (JID("else@example.org"), "", ["global"]),
    (THEM.bare_jid, "n", ["node", "global"]),
]
REGISTERED = [
    names
    for size in range(len(LEVELS) + 1)
    for names in itertools.combinations([name for name, _, _ in LEVELS], size)
]


@pytest.mark.parametrize("registered", REGISTERED, ids=lambda names: " + ".join(names) or "none")
@pytest.mark.parametrize("backwards", [False, True])
async def test_the_most_specific_handler_runs(registered: tuple[str, ...], backwards: bool) -> None:
    api = new_api()
    levels = [level for level in LEVELS if level[0] in registered]
    for name, jid, node in reversed(levels) if backwards else levels:
        api.register(says(name), "do", jid, node)
    for jid, node, applying in QUESTIONS:
        expected = next((name for name in applying if name in registered), None)
        assert await api["do"](jid, node) == expected
        assert await api["do"](str(jid), node, "asker@example.org", "args") == expected
        assert await api.run("do", jid, node) == expected


@pytest.mark.parametrize("taken", [name for name, _, _ in LEVELS])
async def test_unregister_takes_away_exactly_one(taken: str) -> None:
    api = new_api()
    for name, jid, node in LEVELS:
        api.register(says(name), "do", jid, node)
        if name == taken:
            api.unregister("do", jid, node)
            api.unregister("do", jid, node)
    for jid, node, applying in QUESTIONS:
        assert await api["do"](jid, node) == next((name for name in applying if name != taken), None)


@pytest.mark.parametrize("again", [name for name, _, _ in LEVELS])
async def test_restore_default_puts_the_default_exactly_there(again: str) -> None:
    api = new_api()
    api.register(says("default"), "do", default=True)
    for name, jid, node in LEVELS:
        api.register(says(name), "do", jid, node)
    for name, jid, node in LEVELS:
        if name == again:
            api.restore_default("do", jid, node)
    for jid, node, applying in QUESTIONS:
        assert await api["do"](jid, node) == ("default" if applying[0] == again else applying[0])


async def test_the_later_of_two_handlers_for_the_same_counts() -> None:
    api = new_api()
    for name, jid, node in LEVELS:
        api.register(says("first"), "do", jid, node)
        api.register(says(name), "do", jid, node)
    for jid, node, applying in QUESTIONS:
        assert await api["do"](jid, node) == applying[0]


# Each step: register, register a default, unregister or restore; and what runs after it.
DEFAULTS: list[list[tuple[str, str, str | None]]] = [
    [("default", "d", "d"), ("register", "h", "h"), ("restore", "", "d")],
    [("register", "h", "h"), ("default", "d", "h"), ("restore", "", "d")],
    [("default", "d", "d"), ("unregister", "", None), ("restore", "", "d")],
    [("default", "d", "d"), ("default", "e", "e"), ("restore", "", "e")],
    [("default", "d", "d"), ("register", "h", "h"), ("default", "e", "h"), ("restore", "", "e")],
    [("default", "d", "d"), ("register", "h", "h"), ("unregister", "", None), ("restore", "", "d")],
    [("restore", "", None), ("register", "h", "h"), ("restore", "", None)],
    [("default", "d", "d"), ("register", "h", "h"), ("drop", "", "h"), ("restore", "", None)],
    [("default", "d", "d"), ("drop", "", None), ("default", "e", "e")],
    [("default", "d", "d"), ("restore at jid", "", "d"), ("unregister", "", "d"), ("drop", "", None)],
    [("register at jid", "j", "j"), ("default", "d", "j"), ("restore at jid", "", "d")],
    [("register at jid", "j", "j"), ("restore at jid", "", None)],
]


@pytest.mark.parametrize("steps", DEFAULTS, ids=lambda steps: ", ".join(step[0] for step in steps))
@pytest.mark.parametrize("short_form", [False, True])
async def test_defaults(steps: list[tuple[str, str, str | None]], short_form: bool) -> None:
    registry = APIRegistry(Owner())
    api: PluginAPI[Any] = PluginAPI(registry, "xep_9999")
    for what, word, expected in steps:
        match what:
            case "register":
                api.register(says(word), "do")
            case "register at jid":
                api.register(says(word), "do", THEM)
            case "default" if short_form:
                api.register_default(says(word), "do")
            case "default":
                api.register(says(word), "do", default=True)
            case "unregister":
                api.unregister("do")
            case "restore":
                api.restore_default("do")
            case "restore at jid":
                api.restore_default("do", THEM)
            case _:
                registry.drop_defaults("xep_9999")
        assert await api["do"](THEM) == expected, what


async def test_an_operation_that_nobody_knows_is_none() -> None:
    api = new_api()
    assert await api["never_named"](THEM, "n", OWN, "args") is None
    api.register(says("a gateway's own"), "user_modify")
    assert await api["user_modify"]() == "a gateway's own"


async def test_plugins_and_clients_do_not_share_operations() -> None:
    registry = APIRegistry(Owner())
    one: PluginAPI[Any] = PluginAPI(registry, "xep_0001")
    two: PluginAPI[Any] = PluginAPI(registry, "xep_0002")
    one.register(says("one"), "do")
    assert await one["do"]() == "one"
    assert await two["do"]() is None
    assert await new_api()["do"]() is None


@dataclass
class Whole:
    """A store with all there is."""

    word: str

    def do(self, jid: JID, node: str, ifrom: JID | None, args: object) -> str:
        return self.word


@pytest.mark.parametrize("bind_first", [False, True])
@pytest.mark.parametrize(("jid", "node"), [(None, None), (THEM, None), (None, "n"), (THEM, "n")])
async def test_an_operation_by_itself_stands_before_a_whole_store(
    bind_first: bool, jid: JID | None, node: str | None
) -> None:
    api = new_api()
    api.register(says("default"), "do", default=True)
    for binds in (True, False) if bind_first else (False, True):
        if binds:
            api.bind(Whole("whole"), jid, node)
        else:
            api.register(says("alone"), "do", jid, node)
    assert await api["do"](THEM, "n") == "alone"
    # Taken away, it leaves the place to another store.
    api.unregister("do", jid, node)
    assert await api["do"](THEM, "n") == (None if jid is None and node is None else "default")
    api.bind(Whole("another"), jid, node)
    assert await api["do"](THEM, "n") == "another"
    api.bind(Whole("a third"), jid, node)
    assert await api["do"](THEM, "n") == "a third"
    api.restore_default("do", jid, node)
    assert await api["do"](THEM, "n") == "default"
