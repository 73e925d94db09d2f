"""Workers, rounds and environments: what is answered is kept, and what fails is told with its reason."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.cases import Case
from bench.command import main, measure
from bench.environments import Environment, NotInstalled, prepare, python_of
from bench.imports import import_once
from bench.process import Worker, WorkerFailed
from bench.rounds import Options, Problem, run_case
from bench.worker.task import Task

PYTHON = Path(sys.executable)
TASK = Task("messages", 10)

HELLO = 'print(\'{"library": "x", "version": "1", "python": "3", "notes": []}\', flush=True)'
ANSWER = {"items": 10, "kib": None, "wall": 0.1, "cpu": 0.1, "block_wall": 0.01, "block_cpu": 0.01}

needs_shebang = pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")


def pretender(tmp_path: Path, name: str, *lines: str) -> Path:
    """A program that takes itself for the interpreter of a worker's environment."""
    path = tmp_path / name
    body = "\n".join(["import sys, json, time", *lines])
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def answering(tmp_path: Path, name: str, answer: dict[str, Any]) -> Path:
    return pretender(
        tmp_path,
        name,
        HELLO,
        "for line in sys.stdin:",
        f"    print(json.dumps({answer!r}), flush=True)",
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("import sys; sys.exit('no such library')", "no such library"),
        ("print('hello')", "wrote 'hello"),
        ("import time; time.sleep(60)", "no answer from x within"),
        (f"{HELLO}", "has ended|ended: it said nothing"),
        (f"{HELLO}; input(); import sys; sys.exit('it fell over')", "it fell over"),
        (f"{HELLO}; input(); import time; time.sleep(60)", "no answer from x within"),
    ],
)
def test_a_worker_that_fails_says_how(code: str, text: str) -> None:
    timeout = 0.5 if "sleep" in code else 20
    with pytest.raises(WorkerFailed, match=text):
        worker = Worker(PYTHON, "x", timeout=timeout, command=("-c", code))
        try:
            worker.do(TASK)
        finally:
            worker.close()


def test_a_worker_answers() -> None:
    code = f"""
import sys, json
{HELLO}
for line in sys.stdin:
    print(json.dumps({{"items": json.loads(line)["count"] + 1}}), flush=True)
"""
    worker = Worker(PYTHON, "x", timeout=20, command=("-c", code))
    try:
        assert worker.hello["version"] == "1"
        assert worker.do(TASK) == {"items": 11}
        assert worker.do(Task("messages", 1)) == {"items": 2}
    finally:
        worker.close()


@needs_shebang
def test_the_libraries_take_turns(tmp_path: Path) -> None:
    log = tmp_path / "log"
    pythons = {
        name: pretender(
            tmp_path,
            name,
            HELLO,
            "for line in sys.stdin:",
            f"    open({str(log)!r}, 'a').write(sys.argv[-1] + (' check' if json.loads(line)['check'] else '') + ' ')",
            f"    print(json.dumps({ANSWER!r}), flush=True)",
        )
        for name in ("helixmpp", "slixmpp")
    }
    result = run_case(Case("some", "some", TASK, floor=True), pythons, Options(rounds=2))
    assert log.read_text().split(" ") == [
        *("floor", "check", "helixmpp", "check", "slixmpp", "check"),
        *("floor", "helixmpp", "slixmpp"),
        *("helixmpp", "slixmpp", "floor"),
        *("slixmpp", "floor", "helixmpp", ""),
    ]
    # The first round was for warming up.
    assert {name: sorted(found) for name, found in result.samples.items()} == {
        "floor": [1, 2],
        "helixmpp": [1, 2],
        "slixmpp": [1, 2],
    }
    assert result.problems == {}


@needs_shebang
def test_a_long_first_round_counts_and_a_spent_budget_ends_it(tmp_path: Path) -> None:
    pythons = {"helixmpp": answering(tmp_path, "helixmpp", {**ANSWER, "wall": 9.0})}
    result = run_case(Case("some", "some", TASK), pythons, Options(rounds=4, budget=0.0))
    assert list(result.samples["helixmpp"]) == [0]


@needs_shebang
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"failed": "a message was lost"}, "failed"),
        ({"unsupported": "no rooms"}, "unsupported"),
        ({"broken": "Traceback"}, "broken"),
    ],
)
def test_a_library_with_a_problem_is_left_out_and_named(
    tmp_path: Path, answer: dict[str, Any], kind: str
) -> None:
    pythons = {
        "helixmpp": answering(tmp_path, "helixmpp", ANSWER),
        "slixmpp": answering(tmp_path, "slixmpp", answer),
    }
    missing = {"aioxmpp": Problem("not installed", "pip could not build it")}
    summaries, hellos, raw = measure([Case("some", "some", TASK)], pythons, missing, Options(rounds=1))
    assert {name: one.kind for name, one in summaries[0].problems.items()} == {
        "slixmpp": kind,
        "aioxmpp": "not installed",
    }
    assert list(summaries[0].figures) == ["helixmpp"]
    assert list(raw["some"]) == ["helixmpp"]
    assert json.dumps(raw)
    assert hellos


@needs_shebang
def test_a_worker_that_ends_is_a_problem(tmp_path: Path) -> None:
    pythons = {"helixmpp": pretender(tmp_path, "helixmpp", HELLO, "sys.exit('it fell over')")}
    result = run_case(Case("some", "some", TASK), pythons, Options(rounds=1))
    assert result.problems["helixmpp"].kind == "broken"
    assert "it fell over" in result.problems["helixmpp"].text


@pytest.mark.parametrize("statement", ["import asyncio, ssl, xml.etree.ElementTree", "import helixmpp"])
def test_an_import_is_measured(statement: str) -> None:
    answer = import_once(PYTHON, statement)
    assert answer["items"] == 1
    assert answer["wall"] > 0
    assert answer["modules"] > 0


def test_an_import_of_something_else_fails_its_check() -> None:
    assert "posixpath" in import_once(PYTHON, "import os.path").get("failed", "posixpath")
    assert import_once(PYTHON, "from os import fspath as walk") == {
        "failed": "'from os import fspath as walk' imported fspath"
    }


def test_an_import_that_fails_says_why() -> None:
    with pytest.raises(WorkerFailed, match="no_such_module"):
        import_once(PYTHON, "import no_such_module")


def test_an_environment_is_made_anew_for_other_versions_and_else_once(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = cache / "peer"
    nothing = Environment("peer", ("--no-index", "no-such-package-for-helixmpp==1"))
    with pytest.raises(NotInstalled, match="no-such-package-for-helixmpp"):
        prepare(nothing, cache)
    assert not (folder / ".made-from").exists()
    (folder / "left over").touch()

    (tmp_path / "none.txt").touch()
    empty = Environment("peer", ("--no-index", "--requirement", str(tmp_path / "none.txt")))
    python = prepare(empty, cache)
    assert python == python_of(folder)
    assert python.exists()
    assert not (folder / "left over").exists()

    (folder / "kept").touch()
    assert prepare(empty, cache) == python
    assert (folder / "kept").exists()
    assert (cache / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_cases_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    shown = capsys.readouterr().out
    assert "receive-21" in shown
    assert "10,000" in shown


def test_a_case_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "no-such-case"])
    assert "no case is called no-such-case" in capsys.readouterr().err
