"""What is wrong is an error for both checkers: a store with a missing or mistyped operation, a misspelt name.

Each snippet is a program of its own; the line that is marked must be the only one that is complained about.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
from helixmpp import ClientXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary

xmpp = ClientXMPP("alice@example.org", "secret")
plugin = xmpp.register_plugin(XEP_0231)
bob = BitsOfBinary()
"""
SET = "    def set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None: ...\n"
GET = "    def get_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary | None: ...\n"
DEL = "    def del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None: ...\n"
WRONG = {
    "missing_operation": f"class Store:\n{SET}{DEL}\nplugin.api.bind(Store())  # WRONG\n",
    "mistyped_operation": (
        f"class Store:\n{SET}{DEL}"
        "    def get_bob(self, jid: JID, node: str, ifrom: JID | None, args: int) -> BitsOfBinary | None: ...\n\n"
        "plugin.api.bind(Store())  # WRONG\n"
    ),
    "misspelt_field": "print(bob.maxage)  # WRONG\n",
    "misspelt_setting": "print(plugin.max_sise)  # WRONG\n",
    "wrong_value": 'bob.data = "text"  # WRONG\n',
    "wrong_setting": 'plugin.max_size = "large"  # WRONG\n',
    "wrong_argument": "xmpp.make_message(5)  # WRONG\n",
}
RIGHT = f"class Store:\n{SET}{GET}{DEL}\nplugin.api.bind(Store())\nbob.data = b'x'\nplugin.max_size = 5\n"


def programs(folder: Path) -> None:
    for name, text in WRONG.items():
        (folder / f"{name}.py").write_text(HEAD + text)
    (folder / "right.py").write_text(HEAD + RIGHT)


def check(command: list[str], folder: Path) -> dict[str, set[int]]:
    """The lines with errors, by program."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    found: dict[str, set[int]] = {}
    for name, line in re.findall(
        r"(\w+)\.py:(\d+)[:\d]* (?:-\s)?error", result.stdout.replace(": error", " error")
    ):
        found.setdefault(name, set()).add(int(line))
    assert found, result.stdout + result.stderr
    return found


def marked(name: str) -> set[int]:
    lines = (HEAD + WRONG[name]).splitlines()
    return {number for number, line in enumerate(lines, 1) if "# WRONG" in line}


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_both_checkers_find_each_mistake_and_nothing_else(checker: str, tmp_path: Path) -> None:
    programs(tmp_path)
    if checker == "mypy":
        command = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--cache-dir",
            str(tmp_path / "c"),
            ".",
        ]
    else:
        (tmp_path / "pyrightconfig.json").write_text(
            '{"typeCheckingMode": "strict", "reportUnusedImport": false, "include": ["."]}'
        )
        command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    found = check(command, tmp_path)
    assert found == {name: marked(name) for name in WRONG}
