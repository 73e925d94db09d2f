"""A worker: one library in a process, which measures what the benchmark asks it to, one task a line."""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, TextIO

from bench.worker import clients, floor, iqs, receive, send
from bench.worker.library import CheckFailed, Library, Unsupported
from bench.worker.task import Outcome, Task

__all__ = ["LIBRARIES", "RUNS", "load", "perform", "serve"]

#: Where the libraries are: only the one asked for is imported, as each is in an environment of its own.
LIBRARIES = {
    "helixmpp": ("bench.worker.helix", "Helixmpp"),
    "slixmpp": ("bench.worker.slix", "Slixmpp"),
    "aioxmpp": ("bench.worker.aio", "Aioxmpp"),
}

_MOST = 9  # passes of one task

Run = Callable[[Library, Task], Coroutine[Any, Any, Outcome]]

RUNS: dict[str, Run] = {
    "messages": receive.messages,
    "presences": receive.presences,
    "joining": receive.joining,
    "roster": receive.roster,
    "send": send.messages,
    "echo": send.echoes,
    "iqs": iqs.round_trips,
    "clients": clients.clients,
}


def load(name: str) -> Library | None:
    """The library of that name; None for the floor."""
    if name == "floor":
        return None
    module, cls = LIBRARIES[name]
    library: Library = getattr(import_module(module), cls)()
    return library


def perform(library: Library | None, task: Task) -> dict[str, Any]:
    """Do a task; what is answered."""
    try:
        outcome = _middle(_passes(library, task))
    except Unsupported as error:
        return {"unsupported": str(error)}
    except CheckFailed as error:
        return {"failed": str(error)}
    except Exception:  # noqa: BLE001 - whatever a library raises is an answer, and the benchmark shows it
        return {"broken": traceback.format_exc()}
    return outcome.to_json()


def _passes(library: Library | None, task: Task) -> list[Outcome]:
    outcomes: list[Outcome] = []
    took = 0.0
    while not outcomes or (took < task.least and len(outcomes) < _MOST):
        run = floor.parse(task) if library is None else RUNS[task.run](library, task)
        outcomes.append(asyncio.run(run))
        took += outcomes[-1].reading.cpu
    return outcomes


def _middle(outcomes: list[Outcome]) -> Outcome:
    return sorted(outcomes, key=lambda one: one.reading.cpu)[len(outcomes) // 2]


def serve(name: str) -> None:
    """Answer tasks from the standard input until it ends."""
    with _own_stdout() as answers:
        library = load(name)
        hello = {
            "library": name,
            "version": floor.version() if library is None else library.version,
            "python": sys.version.split()[0],
            "notes": [] if library is None else library.notes(),
        }
        print(json.dumps(hello), file=answers, flush=True)
        for line in sys.stdin:
            print(json.dumps(perform(library, Task(**json.loads(line)))), file=answers, flush=True)


def _own_stdout() -> TextIO:
    """The standard output for the answers alone; what a library prints goes to the standard error."""
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers
