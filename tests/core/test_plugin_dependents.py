"""Plugins without a client, and what is disabled together."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.core import BasePlugin, PluginManager, plugin_loader
from helixmpp.core.plugin_loader import register_plugin

# "c" and "d" need each other; "f" can do without "b" once it is disabled.
NEEDS = {"a": "", "b": "", "c": "bd", "d": "c", "e": "ad", "f": "ab"}


def teller(told: list[str], word: str) -> Callable[[Any], None]:
    def tell(plugin: Any) -> None:
        told.append(word)

    return tell


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    monkeypatch.setattr(plugin_loader, "_registered", {})
    told: list[str] = []
    for letter, needs in NEEDS.items():
        members: dict[str, Any] = {
            "name": f"dep_{letter}",
            "dependencies": {f"dep_{need}" for need in needs},
            "optional": {"dep_b"} if letter == "f" else set[str](),
            "plugin_init": teller(told, f"+{letter}"),
            "plugin_end": teller(told, f"-{letter}"),
        }
        register_plugin(type(f"Dep{letter}", (BasePlugin,), members))
    yield told


@pytest.mark.parametrize("client", [True, False])
@pytest.mark.parametrize(
    ("enabled", "disabled", "left"),
    [
        ("a", "a", ""),
        ("c", "b", ""),
        ("c", "d", "b"),
        ("e", "a", "bcd"),
        ("e", "b", "a"),
        ("f", "a", "b"),
        ("f", "b", "af"),
        ("e", "x", "abcde"),
    ],
)
def test_dependents_go_with_what_they_need(
    told: list[str], client: bool, enabled: str, disabled: str, left: str
) -> None:
    plugins = ClientXMPP("a@b.example", "x").plugin if client else PluginManager(None)
    plugins.enable(f"dep_{enabled}")
    begun = [word[1] for word in told]
    assert (len(plugins), sorted(begun)) == (len(set(begun)), sorted(set(begun)))
    plugins.disable(f"dep_{disabled}")
    assert sorted(name[-1] for name in plugins) == sorted(left)
    ended = [word[1] for word in told[len(begun) :]]
    assert sorted(ended) == sorted(set(begun) - set(left))
    # Whoever needs another one ends before it, where that is possible.
    for first, letter in enumerate(ended):
        for other in ended[first + 1 :]:
            assert other not in NEEDS or letter not in NEEDS[other] or other in NEEDS[letter]
