"""``python -m bench``: install the peers, run the rounds, print the tables."""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.cases import CASES, LIBRARIES, Case, sized
from bench.environments import ROOT, NotInstalled, environments, packages, prepare
from bench.machine import machine
from bench.report import tables
from bench.rounds import CaseResult, Options, Problem, run_case
from bench.storage import CASE as STORAGE
from bench.storage import storage_tables
from bench.summary import Summary, summary_of

__all__ = ["failures_of", "main", "measure"]

DEFAULTS = Options()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; 0 whatever the ratios are, 1 when a check failed or something broke."""
    parsed = _parser().parse_args(arguments)
    if parsed.list:
        for case in CASES:
            print(f"{case.name:15} {case.heading()}")
        print(f"{STORAGE:15} write and read blobs on SQLite, PostgreSQL and Redis")
        return 0
    rounds = parsed.rounds or (2 if parsed.quick else DEFAULTS.rounds)
    if parsed.only == [STORAGE]:
        text, done = storage_tables(parsed.cache.resolve(), quick=parsed.quick, rounds=rounds)
        print(text)
        return 0 if done else 1
    cases = [sized(case, quick=parsed.quick) for case in _chosen(parsed.only)]
    options = Options(rounds=rounds, budget=parsed.budget, clock=parsed.clock)
    pythons, missing = _install(parsed.cache)
    if "helixmpp" not in pythons:
        print(f"helixmpp itself cannot be installed: {missing['helixmpp'].text}", file=sys.stderr)
        return 1
    facts = machine()
    begun = time.monotonic()
    summaries, hellos, raw = measure(cases, pythons, missing, options)
    took = time.monotonic() - begun
    print("\n".join(_preface(facts, hellos, missing, options, quick=parsed.quick, took=took)))
    print(f"\n{tables(summaries)}")
    if not parsed.only:
        print(f"\n{storage_tables(parsed.cache.resolve(), quick=parsed.quick, rounds=rounds)[0]}")
    if parsed.json is not None:
        report = {
            "machine": facts,
            "seconds": took,
            "quick": parsed.quick,
            "clock": options.clock,
            "rounds": options.rounds,
            "libraries": hellos,
            "packages": {name: packages(python) for name, python in pythons.items()},
            "not_installed": {name: problem.text for name, problem in missing.items()},
            "cases": [{**one.to_json(), "rounds": raw[one.case.name]} for one in summaries],
        }
        parsed.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    failures = failures_of(summaries)
    if failures:
        print(f"\nFAILED: {'; '.join(failures)}", file=sys.stderr)
    return 1 if failures else 0


def measure(
    cases: Sequence[Case],
    pythons: Mapping[str, Path],
    missing: Mapping[str, Problem],
    options: Options,
) -> tuple[list[Summary], dict[str, dict[str, Any]], dict[str, Any]]:
    """Run cases.

    :param pythons: the interpreters of the libraries.
    :param missing: why there is none of the others.
    :returns: the summaries, what the workers said of themselves, and every sample by case.
    """
    summaries: list[Summary] = []
    hellos: dict[str, dict[str, Any]] = {}
    raw: dict[str, Any] = {}

    def notice(hello: dict[str, Any]) -> None:
        hellos.setdefault(hello["library"], hello)

    for case in cases:
        print(f"{case.name} …", end=" ", file=sys.stderr, flush=True)
        begun = time.monotonic()
        result: CaseResult = run_case(case, pythons, options, notice)
        result.problems.update(missing)
        print(f"{time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
        summaries.append(summary_of(result, options.clock))
        raw[case.name] = result.samples
    return summaries, hellos, raw


def failures_of(summaries: Sequence[Summary]) -> list[str]:
    """Which checks failed, and what broke; a peer that has not what is measured, or is not there, is no failure."""
    return [
        f"{one.case.name}, {name}: {problem.kind}"
        for one in summaries
        for name, problem in one.problems.items()
        if problem.is_failure
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure helixmpp beside slixmpp, aioxmpp and the floor."
    )
    parser.add_argument(
        "--only", action="append", metavar="CASE", help="a case, or a part of names; may be repeated"
    )
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="samples of each library and case (default 5)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes and two rounds: a look, not a measurement"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there, each sample too")
    parser.add_argument(
        "--clock", choices=("cpu", "wall"), default="cpu", help="which time counts (default cpu)"
    )
    parser.add_argument(
        "--budget",
        type=float,
        default=DEFAULTS.budget,
        metavar="SECONDS",
        help="after which a library gets no further round of a case (default %(default)g)",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=ROOT / ".bench",
        metavar="FOLDER",
        help="for the environments (default .bench)",
    )
    return parser


def _chosen(only: Sequence[str] | None) -> list[Case]:
    if not only:
        return list(CASES)
    exact = {case.name for case in CASES}
    chosen = [
        case for case in CASES if any(case.name == one if one in exact else one in case.name for one in only)
    ]
    if not chosen:
        print(f"no case is called {' or '.join(only)}; see --list", file=sys.stderr)
        raise SystemExit(2)
    return chosen


def _install(cache: Path) -> tuple[dict[str, Path], dict[str, Problem]]:
    pythons: dict[str, Path] = {}
    missing: dict[str, Problem] = {}
    for environment in environments():
        print(f"environment of {environment.name} …", end=" ", file=sys.stderr, flush=True)
        try:
            pythons[environment.name] = prepare(environment, cache.resolve())
        except NotInstalled as error:
            missing[environment.name] = Problem("not installed", str(error))
            print("NOT INSTALLED", file=sys.stderr, flush=True)
        else:
            print("ok", file=sys.stderr, flush=True)
    return pythons, missing


def _preface(
    facts: Mapping[str, Any],
    hellos: Mapping[str, Mapping[str, Any]],
    missing: Mapping[str, Problem],
    options: Options,
    *,
    quick: bool,
    took: float,
) -> list[str]:
    clock = "processor time" if options.clock == "cpu" else "time on the wall"
    lines = [
        "# helixmpp beside its peers",
        "",
        f"- {facts['processor']} x {facts['processors']}, {facts['system']}, {facts['python']}, "
        f"load {facts['load']}",
        f"- medians of {options.rounds} alternating rounds, {clock}, in {took:.0f} s"
        + (" — QUICK: small sizes, which show that it runs and no more" if quick else ""),
    ]
    for name in LIBRARIES:
        if name in hellos:
            lines.append(f"- {name} {hellos[name]['version']}")
            lines += [f"  - {note}" for note in hellos[name]["notes"]]
    lines += [f"- {name}: NOT INSTALLED: {problem.text}" for name, problem in missing.items()]
    return lines
