"""What a handler is given: addresses made whole or bare, nodes, who asks, and the arguments as they are."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import pytest

from helixmpp.core.api import APIRegistry, PluginAPI
from helixmpp.errors import InvalidJID
from helixmpp.jid import JID

OWN = JID("me@example.org/desk")


@dataclass
class Owner:
    """A client or component as the registry sees it."""

    boundjid: JID = OWN
    is_component: bool = False

    def watch_task(self, awaitable: Awaitable[Any], what: str) -> "asyncio.Future[Any]":
        return asyncio.ensure_future(awaitable)


def recording(owner: Owner) -> tuple[PluginAPI[Any], list[tuple[Any, ...]]]:
    seen: list[tuple[Any, ...]] = []
    api: PluginAPI[Any] = PluginAPI(APIRegistry(owner), "xep_9999")
    api.register(lambda *given: seen.append(given), "do")
    return api, seen


@pytest.mark.parametrize(
    ("jid", "seen"),
    [
        (None, OWN),
        ("", OWN),
        (JID(""), OWN),
        ("Them@Example.org/Phone", JID("them@example.org/Phone")),
        (JID("them@example.org"), JID("them@example.org")),
        ("example.org", JID("example.org")),
    ],
)
async def test_the_address(jid: JID | str | None, seen: JID) -> None:
    api, calls = recording(Owner())
    await api["do"](jid)
    ((given, node, ifrom, args),) = calls
    assert isinstance(given, JID)
    assert (given, node, ifrom, args) == (seen, "", None, None)


@pytest.mark.parametrize(("node", "seen"), [(None, ""), ("", ""), ("n", "n"), (" ", " ")])
async def test_the_node(node: str | None, seen: str) -> None:
    api, calls = recording(Owner())
    await api["do"](None, node)
    assert calls[0][1] == seen


@pytest.mark.parametrize(
    ("ifrom", "seen"),
    [(None, None), ("", None), ("a@b.c/d", JID("a@b.c/d")), (JID("a@b.c"), JID("a@b.c"))],
)
async def test_who_asks(ifrom: JID | str | None, seen: JID | None) -> None:
    api, calls = recording(Owner())
    await api["do"](None, None, ifrom)
    assert calls[0][2] == seen
    assert not isinstance(calls[0][2], str)


@pytest.mark.parametrize("args", [None, "", "cid", {"a": 1}, object(), [], 0])
async def test_the_arguments_are_passed_as_they_are(args: object) -> None:
    api, calls = recording(Owner())
    await api["do"](None, None, None, args)
    assert calls[0][3] is args


async def test_names_of_the_arguments() -> None:
    api, calls = recording(Owner())
    await api["do"](jid="a@b.c", node="n", ifrom="d@e.f", args=5)
    assert calls == [("a@b.c", "n", "d@e.f", 5)]


async def test_an_address_that_is_none_raises() -> None:
    api, calls = recording(Owner())
    with pytest.raises(InvalidJID):
        api["do"]("a@b@c@")
    assert calls == []


@pytest.mark.parametrize(
    ("setting", "is_component", "bare"),
    [
        ({}, False, False),
        ({}, True, False),
        ({"client_bare": True}, False, True),
        ({"client_bare": True}, True, False),
        ({"component_bare": True}, True, True),
        ({"component_bare": True}, False, False),
        ({"client_bare": True, "component_bare": True}, False, True),
        ({"client_bare": False}, False, False),
    ],
)
@pytest.mark.parametrize("jid", [None, "them@example.org/phone"])
async def test_bare_addresses_where_the_plugin_wants_them(
    setting: dict[str, bool], is_component: bool, bare: bool, jid: str | None
) -> None:
    api, calls = recording(Owner(is_component=is_component))
    api.settings.update(setting)
    await api["do"](jid)
    whole = JID(jid) if jid else OWN
    assert calls[0][0] == (whole.bare_jid if bare else whole)


async def test_a_handler_of_a_full_address_answers_for_the_bare_one_where_that_is_set() -> None:
    api, _ = recording(Owner())
    api.settings["client_bare"] = True

    def handler(jid: JID, node: str, args: object) -> str:
        return f"for {jid}"

    api.register(handler, "do", "them@example.org/phone")
    assert await api["do"]("them@example.org/other") == "for them@example.org"
    api.unregister("do", "them@example.org/third")
    assert await api["do"]("them@example.org/other") is None


async def test_the_bound_address_is_looked_up_at_each_call() -> None:
    owner = Owner(boundjid=JID("me@example.org"))
    api, calls = recording(owner)
    await api["do"]()
    owner.boundjid = JID("me@example.org/given-by-the-server")
    await api["do"]()
    assert [call[0].resource for call in calls] == ["", "given-by-the-server"]
