"""``helixmpp api``: every operation of every plugin, with the signature of its store."""

import subprocess
import sys

import pytest

from helixmpp.cli.api import listing, operations_of
from helixmpp.core import BasePlugin, known_plugins
from helixmpp.core.plugin_loader import find_plugin
from helixmpp.errors import HelixError, PluginNotFound
from helixmpp.plugins.xep_0231 import XEP_0231, BobStore

STATEFUL = ("xep_0012", "xep_0030", "xep_0054", "xep_0077", "xep_0115", "xep_0231", "xep_0319")


def test_the_listing_of_one_plugin() -> None:
    lines = listing("xep_0231").splitlines()
    assert lines[0].startswith("xep_0231: ")
    assert lines[0].endswith("; store: helixmpp.plugins.xep_0231.store.BobStore")
    assert "  del_bob(jid: JID, node: str, ifrom: JID | None, args: str) -> Awaitable[None] | None" in lines
    assert "      Keep a blob." in lines
    assert [line.strip().partition("(")[0] for line in lines[1::2]] == ["del_bob", "get_bob", "set_bob"]


def test_each_operation_is_typed_by_the_store() -> None:
    assert operations_of(XEP_0231) == {
        "del_bob": BobStore.del_bob,
        "get_bob": BobStore.get_bob,
        "set_bob": BobStore.set_bob,
    }


@pytest.mark.parametrize("name", STATEFUL)
def test_every_operation_of_a_plugin_of_ours_has_its_signature(name: str) -> None:
    operations = operations_of(find_plugin(name))
    assert operations
    assert [op for op, method in operations.items() if method is None] == []


def test_the_listing_of_all_has_each_plugin_once() -> None:
    heads = [line.partition(":")[0] for line in listing().splitlines() if line and not line.startswith(" ")]
    assert heads == sorted(set(heads))
    assert set(STATEFUL) <= set(heads) <= set(known_plugins())


def test_a_plugin_of_another_package() -> None:
    class Mine(BasePlugin):
        name = "mine"
        operations = ("get_it",)

    assert operations_of(Mine) == {"get_it": None}


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(PluginNotFound):
        listing("xep_9999")
    with pytest.raises(HelixError, match="xep_0203 has no operations"):
        listing("xep_0203")


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (("api", "xep_0231"), 0, "get_bob("),
        (("api", "xep_9999"), 1, "helixmpp: there is no plugin"),
        (("--help",), 0, "storage"),
    ],
)
def test_as_a_shell_runs_it(arguments: tuple[str, ...], status: int, text: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "helixmpp", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == status
    assert text in done.stdout + done.stderr
