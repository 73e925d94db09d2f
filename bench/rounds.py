"""Running a case: the libraries take turns, round after round, so that what disturbs one disturbs all."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.cases import FLOOR, LIBRARIES, Case
from bench.imports import import_once
from bench.process import Worker, WorkerFailed
from bench.worker.task import Task

__all__ = ["CaseResult", "Options", "Problem", "run_case"]

# A first round is dropped, as a warm-up, unless it was so long (in seconds) that nothing of it can be warming up.
_LONG = 5.0
# Seconds of measured work in each round, as a short sample says little.
_LEAST = 0.2
# The part of the items that the round before looks at one by one, and their least number.
_CHECKED, _CHECKED_LEAST = 10, 100


@dataclass(frozen=True, slots=True)
class Options:
    """How it is run.

    :param rounds: how many samples of each library are wanted.
    :param budget: seconds after which a library gets no further round of a case; one it always gets.
    :param timeout: seconds for one answer.
    :param clock: what counts: ``cpu`` or ``wall``.
    """

    rounds: int = 5
    budget: float = 30.0
    timeout: float = 1000.0
    clock: str = "cpu"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there are no figures, or not to be believed.

    :param kind: ``unsupported``, ``not installed``, ``failed`` (a check), ``broken``.
    """

    kind: str
    text: str

    @property
    def is_failure(self) -> bool:
        """Whether the benchmark as a whole has failed by it."""
        return self.kind in ("failed", "broken")


@dataclass(slots=True)
class CaseResult:
    """What came of one case: samples by library and round."""

    case: Case
    samples: dict[str, dict[int, dict[str, Any]]] = field(
        default_factory=dict[str, dict[int, dict[str, Any]]]
    )
    problems: dict[str, Problem] = field(default_factory=dict[str, Problem])
    spent: dict[str, float] = field(default_factory=dict[str, float])


Notice = Callable[[dict[str, Any]], None]


class _Runner:
    """The workers of one case."""

    def __init__(self, case: Case, pythons: Mapping[str, Path], options: Options, notice: Notice) -> None:
        self._case = case
        self._pythons = pythons
        self._options = options
        self._notice = notice
        self._workers: dict[str, Worker] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "_Runner":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run(self, library: str, *, check: bool = False) -> dict[str, Any]:
        """One round of one library."""
        case = self._case
        if case.task is None:
            return import_once(self._pythons[library], dict(case.imports)[library])
        task: Task = replace(case.task, least=0.0 if case.fresh else _LEAST)
        if check:
            count = min(task.count, max(task.count // _CHECKED, _CHECKED_LEAST))
            task = replace(task, count=count, check=True, least=0.0)
        if case.fresh:
            worker = self._start(library)
            try:
                return worker.do(task)
            finally:
                worker.close()
        worker = self._workers.get(library) or self._start(library)
        if library not in self._workers:
            self._workers[library] = worker
            self._stack.callback(worker.close)
        return worker.do(task)

    def _start(self, library: str) -> Worker:
        worker = Worker(self._pythons[library], library, timeout=self._options.timeout)
        self._notice(worker.hello)
        return worker


def run_case(
    case: Case, pythons: Mapping[str, Path], options: Options, notice: Notice = lambda hello: None
) -> CaseResult:
    """Run all rounds of a case.

    :param pythons: the interpreters of the libraries that can be measured; the floor has helixmpp's.
    :param notice: called with what a worker says of itself when it begins.
    """
    result = CaseResult(case)
    known = {**pythons, FLOOR: pythons["helixmpp"]} if "helixmpp" in pythons else dict(pythons)
    libraries = [name for name in ((FLOOR, *LIBRARIES) if case.floor else LIBRARIES) if name in known]
    with _Runner(case, known, options, notice) as runner:
        if case.task is not None and not case.fresh:
            for library in list(libraries):
                if _round(runner, result, library, check=True) is None:
                    libraries.remove(library)
        # Round 0 is the warm-up.
        for number in range(options.rounds + 1):
            # Nobody is always the first, or always behind the same other.
            turn = number % len(libraries) if libraries else 0
            for library in libraries[turn:] + libraries[:turn]:
                _sample(runner, result, library, number, options)
            libraries = [name for name in libraries if name not in result.problems]
    return result


def _sample(runner: _Runner, result: CaseResult, library: str, number: int, options: Options) -> None:
    samples = result.samples.setdefault(library, {})
    if samples and result.spent.get(library, 0.0) >= options.budget:
        return
    answer = _round(runner, result, library)
    if answer is not None and (number > 0 or answer["wall"] >= _LONG):
        samples[number] = answer


def _round(
    runner: _Runner, result: CaseResult, library: str, *, check: bool = False
) -> dict[str, Any] | None:
    """One round; None where there is a problem, which is noted."""
    begun = time.perf_counter()
    try:
        answer = runner.run(library, check=check)
    except WorkerFailed as error:
        result.problems[library] = Problem("broken", str(error))
        return None
    finally:
        result.spent[library] = result.spent.get(library, 0.0) + time.perf_counter() - begun
    for kind in ("unsupported", "failed", "broken"):
        if kind in answer:
            result.problems[library] = Problem(kind, answer[kind])
            return None
    return answer
