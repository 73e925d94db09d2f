"""``python -m helixmpp.as_slixmpp``: a program finds itself as Python itself would have started it."""

import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.as_slixmpp.conftest import ROOT, run_python
from tests.support.snippets import snippet

# What a program sees of how it was started.
FACTS = """
import json, os, sys
import __main__
print(json.dumps({
    "argv": sys.argv,
    "path0": sys.path[0],
    "name": __name__,
    "is_main": getattr(__main__, "MARK", None) == 7,
    "file": os.path.basename(globals().get("__file__", "")),
    "package": __package__ or "",
    "spec": (__spec__.name if __spec__ else None),
}))
"""
PROGRAM = f"MARK = 7\n{FACTS}"
RUNNER = ("-m", "helixmpp.as_slixmpp")


def facts(done: "subprocess.CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "bot.py").write_text(PROGRAM)
    (inner / "beside.py").write_text("import slixmpp\nVALUE = slixmpp.__version__\n")
    (inner / "uses.py").write_text("import beside\nprint(beside.VALUE)\n")
    (tmp_path / "module.py").write_text(PROGRAM)
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(PROGRAM)
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", PROGRAM)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["inner/bot.py"],
        ["inner/bot.py", "a", "--flag", "-m", "x"],
        ["-m", "module", "a", "b"],
        ["-m", "package", "a"],
        ["app.zip", "a"],
        ["package", "a"],
    ],
    ids=" ".join,
)
def test_as_python_itself_starts_it(folder: Path, arguments: list[str]) -> None:
    usual = facts(run_python(arguments, folder=folder))
    through = facts(run_python([*RUNNER, *arguments], folder=folder))
    assert through == usual


def test_what_stands_beside_it_is_found(folder: Path) -> None:
    done = run_python([*RUNNER, "inner/uses.py"], folder=folder)
    assert (done.stdout, done.stderr) == ("1.17.0\n", "")


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('no')", 1, "no\n"),
        ("import slixmpp.nothing", 1, "ModuleNotFoundError: No module named 'slixmpp.nothing'"),
        ("def f(:", 1, "SyntaxError"),
        ("import atexit\nVALUE = 5\natexit.register(lambda: print(VALUE))", 0, ""),
        ("# -*- coding: latin-1 -*-\nassert len('\xe9') == 1", 0, ""),
    ],
)
def test_how_it_ends(tmp_path: Path, source: str, code: int, says: str) -> None:
    encoding = "latin-1" if "latin-1" in source else "utf-8"
    (tmp_path / "ends.py").write_bytes(source.encode(encoding))
    done = run_python([*RUNNER, "ends.py"], folder=tmp_path)
    assert done.returncode == code
    assert says in done.stderr
    if "atexit" in source:
        assert done.stdout == "5\n"


@pytest.mark.parametrize("arguments", [[], ["-x"], ["-m"], ["nothing.py"]])
def test_what_cannot_be_run(tmp_path: Path, arguments: list[str]) -> None:
    done = run_python([*RUNNER, *arguments], folder=tmp_path)
    assert done.returncode == 2
    assert ("usage:" in done.stderr) is (arguments != ["nothing.py"])
    assert "Traceback" not in done.stderr


def test_help(tmp_path: Path) -> None:
    done = run_python([*RUNNER, "--help"], folder=tmp_path)
    assert done.returncode == 0
    assert "python -m helixmpp.as_slixmpp PROGRAM [ARGS]" in done.stdout


def test_the_demo_with_imports_of_slixmpp(tmp_path: Path) -> None:
    """``make demo``, with the names that it would have been written with for slixmpp."""
    source = (ROOT / "examples" / "demo.py").read_text(encoding="utf-8")
    as_slixmpp = source.replace(
        "from helixmpp import JID, ClientXMPP, HelixError",
        "from helixmpp import HelixError\nfrom slixmpp import JID, ClientXMPP",
    )
    as_slixmpp = as_slixmpp.replace("from helixmpp.plugins.xep_0231", "from slixmpp.plugins.xep_0231")
    assert as_slixmpp.count("from slixmpp") == 2
    (tmp_path / "demo.py").write_text(as_slixmpp, encoding="utf-8")
    done = run_python(["-W", "error", *RUNNER, "demo.py"], folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "coucou" in done.stdout


def test_the_tutorial_with_imports_of_slixmpp(tmp_path: Path) -> None:
    """The README's tutorial, every import of it from slixmpp, run twice: the second time finds what the first kept."""
    as_slixmpp = re.sub(
        r"^(from|import) helixmpp\b", r"\1 slixmpp", snippet("tutorial").text, flags=re.MULTILINE
    )
    assert as_slixmpp.count("from slixmpp") == 2
    assert "helixmpp" not in as_slixmpp
    (tmp_path / "tutorial.py").write_text(as_slixmpp, encoding="utf-8")
    outputs: list[str] = []
    for _ in range(2):
        done = run_python(["-W", "error", *RUNNER, "tutorial.py"], folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0].endswith(" b'coucou'\n")
    assert len(list((tmp_path / "blobs").iterdir())) == 1


BOT = '''
"""A bot in the oldest style: connect() before the loop runs, and then the loop until the end."""
import asyncio
import logging
import sys

from slixmpp import ClientXMPP


class EchoBot(ClientXMPP):
    def __init__(self, jid, password):
        super().__init__(jid, password)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.message)
        self.add_event_handler("disconnected", lambda _: print("disconnected"))
        self.add_event_handler("tls_success", lambda _: print("tls_success"))

    async def start(self, event):
        self.send_presence()
        await self.get_roster()
        self.send_message(mto=self.boundjid.bare, mbody="to myself", mtype="chat")

    def message(self, msg):
        print(msg["body"])
        self.disconnect()


if __name__ == "__main__":
    jid, password, host, port, ca_certs, how = sys.argv[1:]
    xmpp = EchoBot(jid, password)
    xmpp.register_plugin("xep_0030")
    xmpp.register_plugin("xep_0199")
    xmpp.ca_certs = ca_certs
    xmpp.connect(host, int(port))
    if how == "process":
        xmpp.process()
    elif how == "forever":
        xmpp.add_event_handler("disconnected", lambda _: xmpp.loop.stop())
        asyncio.get_event_loop().run_forever()
    else:
        xmpp.loop.run_until_complete(xmpp.disconnected)
'''


@pytest.mark.parametrize("how", ["process", "forever", "disconnected"])
async def test_a_bot_in_the_oldest_style(tmp_path: Path, how: str) -> None:
    from asyncio import to_thread

    from helixmpp.testing import Server

    (tmp_path / "bot.py").write_text(BOT)
    async with Server(accounts={"bot": "secret of bot"}) as server:
        place = [f"bot@{server.domain}", "secret of bot", server.host, str(server.port), str(server.ca_certs)]
        done = await to_thread(run_python, [*RUNNER, "bot.py", *place, how], folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n") == ["tls_success", "to myself", "disconnected", ""]
