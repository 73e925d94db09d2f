"""Each case runs at a tiny size, and each of its checks fails when the library does it wrong.

All of it is done in one other process: the benchmark's stand-ins are known to a whole process, and the tests of the
library itself are not to meet them.
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import wire
from bench.cases import CASES
from bench.environments import python_of
from bench.process import Worker
from bench.worker.floor import parse_bytes
from bench.worker.library import CheckFailed
from bench.worker.task import Task

ROOT = Path(__file__).resolve().parent.parent.parent
TINY = 12
LIMIT = 0.2  # seconds for what never comes

MESSAGES = Task("messages", TINY, plugins=True, check=True)
PHONE = replace(MESSAGES, payloads=True)
PRESENCES = Task("presences", TINY, plugins=True, check=True)
JOINING = Task("joining", TINY, plugins=True, check=True)
SEND = Task("send", TINY)
PAYLOADS = Task("send", TINY, plugins=True, payloads=True)
ECHO = Task("echo", TINY)
ONE_IQ = Task("iqs", TINY)
MANY_IQS = Task("iqs", TINY, together=True)
ROSTER = Task("roster", TINY)
CLIENTS = Task("clients", 3, plugins=True)

# What is done wrong, at which task, and what the check says of it.
WRONG: list[tuple[str, Task, str]] = [
    ("losing", MESSAGES, "11 of 12 stanzas ran their handler"),
    ("doubling", MESSAGES, "12 stanzas ran a handler 24 times"),
    ("repeating", MESSAGES, "and should say"),
    ("misreading", MESSAGES, "the last message is not"),
    ("losing", PHONE, "11 of 12 stanzas"),
    ("skipping", PHONE, "3 of 12 chat states"),
    ("losing", PRESENCES, "11 of 12 stanzas"),
    ("doubling", PRESENCES, "ran a handler 24 times"),
    ("repeating", PRESENCES, "not from the occupants"),
    ("misreading", PRESENCES, "the last presence is not"),
    ("losing", JOINING, "12 of 13 stanzas"),
    ("miscounting", JOINING, "3 of 12 occupants"),
    ("truncating", SEND, "a message left with the text"),
    ("misdirecting", SEND, "left to eve@evil.example"),
    ("chattering", SEND, "24 stanzas left"),
    ("mangling", SEND, "what left is no XML"),
    ("swallowing", SEND, "11 of 12 messages left"),
    ("nameless", SEND, "without an id of their own"),
    ("truncating", PAYLOADS, "a message left with the text"),
    ("plain", PAYLOADS, "{urn:xmpp:message-correct:0}replace of message 0 is wrong"),
    ("renaming", PAYLOADS, "{urn:xmpp:message-correct:0}replace of message 0 is wrong"),
    ("swallowing", ECHO, "11 of 12 messages left"),
    ("parroting", ECHO, "a message left to"),
    ("confusing", ONE_IQ, "was asked, and the answer is from"),
    ("believing", MANY_IQS, "the answer is from eve@evil.example"),
    ("guessing", MANY_IQS, "the answer with the id other is the one to"),
    ("unanswered", MANY_IQS, "0 of 12 requests were answered"),
    ("forgetting", ROSTER, "the roster has 11 of 12 items"),
    ("unnamed", ROSTER, "and should have"),
    ("bare", CLIENTS, "a client is without ['xep_0030'"),
    ("single", CLIENTS, "one client was given out twice"),
    ("deaf", CLIENTS, "a client that was made received no message"),
]
RIGHT = [MESSAGES, PHONE, PRESENCES, JOINING, SEND, PAYLOADS, ECHO, ONE_IQ, MANY_IQS, ROSTER, CLIENTS]


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    """What came of all tasks: first of those that are done wrong, then of those that are done right."""
    wrong = [{"wrong": name, "task": replace(task, limit=LIMIT).to_json()} for name, task, _ in WRONG]
    right = [{"wrong": "honest", "task": task.to_json()} for task in RIGHT]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.saboteur"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        input="".join(json.dumps(order) + "\n" for order in [*wrong, *right]),
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(WRONG) + len(RIGHT)
    return found


@pytest.mark.parametrize("index", range(len(WRONG)), ids=[f"{name}-{task.run}" for name, task, _ in WRONG])
def test_a_check_finds_what_is_done_wrong(index: int, answers: list[dict[str, Any]]) -> None:
    answer = answers[index]
    assert set(answer) == {"failed"}, answer
    assert WRONG[index][2] in answer["failed"]


@pytest.mark.parametrize("index", range(len(RIGHT)), ids=[f"{task.run}-{n}" for n, task in enumerate(RIGHT)])
def test_what_is_done_right_is_measured(index: int, answers: list[dict[str, Any]]) -> None:
    task, answer = RIGHT[index], answers[len(WRONG) + index]
    assert answer.get("items") == (task.count - 1 if task.run == "clients" else task.count), answer
    assert answer["wall"] > 0
    assert answer["cpu"] > 0
    assert 0 < answer["block_wall"] <= answer["wall"] + 0.01
    assert (answer["kib"] is not None) == (task.run == "clients" and sys.platform != "win32")


def test_every_kind_of_task_is_among_these() -> None:
    assert {task.run for task in RIGHT} == {case.task.run for case in CASES if case.task is not None}


@pytest.mark.parametrize("library", ["slixmpp", "aioxmpp"])
def test_the_peers_do_the_same(library: str) -> None:
    python = python_of(ROOT / ".bench" / library)
    if not python.exists():
        pytest.skip(f"{library} is not installed here: make bench does that")
    worker = Worker(python, library, timeout=60)
    try:
        for task in RIGHT:
            answer = worker.do(replace(task, limit=20))
            assert "items" in answer, (task, answer)
    finally:
        worker.close()


@pytest.mark.parametrize(
    "task", [MESSAGES, PHONE, PRESENCES, JOINING, ROSTER], ids=lambda task: f"{task.run}-{task.payloads}"
)
def test_the_floor_parses_what_the_libraries_get(task: Task) -> None:
    from bench.worker.serve import perform

    assert perform(None, task)["items"] == TINY


def test_the_floor_has_nothing_to_parse_where_nothing_comes() -> None:
    from bench.worker.serve import perform

    assert set(perform(None, SEND)) == {"unsupported"}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (wire.chats(3).data, "3 of 4 stanzas"),
        (wire.chats(5).data, "5 of 4 stanzas"),
        (b"<message/>" * 4, "nothing in them"),
    ],
)
def test_the_floor_counts(data: bytes, text: str) -> None:
    with pytest.raises(CheckFailed, match=text):
        asyncio.run(parse_bytes(data, 4))
