"""From samples to tables: medians, spreads, ratios, verdicts, and that nothing that went wrong is left out."""

from typing import Any

import pytest

from bench.cases import CASES, LIBRARIES, Case, sized
from bench.command import failures_of
from bench.figures import figure, paired_ratio
from bench.report import tables
from bench.rounds import CaseResult, Problem
from bench.summary import summary_of
from bench.targets import Measured, Target
from bench.worker.library import PLUGINS
from bench.worker.standins_table import TABLE
from bench.worker.task import Task


@pytest.mark.parametrize(
    ("samples", "median", "spread"),
    [
        ([2.0], 2.0, None),
        ([1.0, 3.0], 2.0, 0.25),
        ([1.0, 2.0, 3.0, 4.0, 100.0], 3.0, 1 / 3),
        ([0.0, 0.0], 0.0, None),
    ],
)
def test_figures(samples: list[float], median: float, spread: float | None) -> None:
    found = figure(samples)
    assert found is not None
    assert (found.median, found.spread, found.samples) == (median, spread, len(samples))


def test_no_samples_make_no_figure() -> None:
    assert figure([]) is None


@pytest.mark.parametrize(
    ("upper", "lower", "ratio"),
    [
        ({1: 10.0, 2: 20.0}, {1: 5.0, 2: 10.0}, 2.0),
        # A machine that is slower in one round slows both down.
        ({1: 10.0, 2: 100.0, 3: 10.0}, {1: 5.0, 2: 50.0, 3: 5.0}, 2.0),
        ({1: 9.0, 2: 10.0, 3: 11.0}, {2: 5.0}, 2.0),
        ({0: 30.0}, {1: 10.0, 2: 12.0, 3: 11.0}, 30 / 11),
        ({}, {1: 1.0}, None),
        ({1: 1.0}, {}, None),
        ({1: 1.0}, {1: 0.0}, None),
    ],
)
def test_ratios(upper: dict[int, float], lower: dict[int, float], ratio: float | None) -> None:
    assert paired_ratio(upper, lower) == ratio


NOTHING = Measured(None, None, None, None, None)


@pytest.mark.parametrize(
    ("target", "measured", "met"),
    [
        (Target("floor", 2), Measured(2.0, None, None, None, None), True),
        (Target("floor", 2), Measured(2.01, None, None, None, None), False),
        (Target("slixmpp", 15), Measured(None, 15.0, None, None, None), True),
        (Target("slixmpp", 15), Measured(None, 14.9, None, None, None), False),
        (Target("block", 50), Measured(None, None, 50.1, None, None), False),
        (Target("kib", 60), Measured(None, None, None, 60.0, None), True),
        (Target("wall", 1), Measured(None, None, None, None, 1.5), False),
        (Target("wall", 1), NOTHING, None),
    ],
)
def test_targets(target: Target, measured: Measured, met: bool | None) -> None:
    verdict = target.judge(measured)
    assert verdict.met is met
    assert f"{target.limit:g}" in verdict.text


def answer(seconds: float, **more: Any) -> dict[str, Any]:
    return {"items": 1000, "kib": None, "wall": seconds * 3, "cpu": seconds, "block_cpu": 0.01, **more}


def result(**problems: Problem) -> CaseResult:
    case = Case(
        "some",
        "some {n}",
        Task("messages", 1000),
        floor=True,
        targets=(Target("floor", 2), Target("slixmpp", 15), Target("block", 50), Target("kib", 60)),
    )
    samples = {
        "floor": {1: answer(0.002), 2: answer(0.002)},
        "helixmpp": {1: answer(0.006, kib=50.0), 2: answer(0.004, kib=52.0)},
        "slixmpp": {1: answer(0.09), 2: answer(0.06)},
        "aioxmpp": {1: answer(0.2)},
    }
    return CaseResult(case, samples, problems)


def test_a_summary_has_figures_ratios_and_verdicts() -> None:
    found = summary_of(result(), "cpu")
    assert found.figures["helixmpp"].median == pytest.approx(5.0)  # µs each
    assert found.figures["slixmpp"].median == pytest.approx(75.0)
    assert found.ratios["slixmpp"] == pytest.approx(15.0)
    assert found.ratios["floor"] == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert found.blocks == {"helixmpp": 10.0, "slixmpp": 10.0, "aioxmpp": 10.0}
    assert found.kib == {"helixmpp": 51.0}
    assert [one.met for one in found.verdicts] == [False, True, True, True]
    assert found.to_json()["targets"][0] == {
        "target": "at most 2 x the floor",
        "measured": pytest.approx(2.4),
        "met": False,
    }


def test_the_tables_show_all_of_it() -> None:
    text = tables([summary_of(result(), "cpu")])
    for part in ("some 1,000", "5 ±10 %", "75 ±10 %", "200 (once)", "15 x", "10.0 ms", "51 KiB", "MISSED"):
        assert part in text
    assert "Not measured" not in text
    lines = text.splitlines()
    for table in ("## Time", "## Targets of helixmpp"):
        begin = lines.index(table) + 2
        assert len({len(line) for line in lines[begin : begin + 3]}) == 1


@pytest.mark.parametrize(
    ("problem", "fails"),
    [
        (Problem("not installed", "pip could not build it"), False),
        (Problem("unsupported", "it has no rooms"), False),
        (Problem("failed", "a message was lost"), True),
        (Problem("broken", "Traceback"), True),
    ],
)
@pytest.mark.parametrize("library", ["helixmpp", "slixmpp"])
def test_what_went_wrong_has_no_figure_and_is_named(library: str, problem: Problem, fails: bool) -> None:
    summary = summary_of(result(**{library: problem}), "cpu")
    assert library not in summary.figures
    assert summary.ratios.get("slixmpp") is None
    assert [one.met for one in summary.verdicts][1] is None
    text = tables([summary])
    assert f"- some, {library}: {problem.kind}: {problem.text}" in text
    assert "NOT MEASURED" in text
    assert failures_of([summary]) == ([f"some, {library}: {problem.kind}"] if fails else [])


def test_cases_have_names_of_their_own_and_a_quick_size() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        quick = sized(case, quick=True)
        assert quick.size <= case.size
        assert sized(case, quick=False) is case
        assert (case.task is None) == bool(case.imports)
        assert {name for name, _ in case.imports} <= {"floor", *LIBRARIES}


def test_each_plugin_that_counts_can_be_stood_in_for() -> None:
    assert len(set(PLUGINS)) == 21
    assert set(PLUGINS) <= set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_stand_in_has_what_it_names(name: str) -> None:
    row = TABLE[name]
    assert set(row.needs) <= set(TABLE)
    known = {"features", "iq", "message", "presence"}
    pairs: set[tuple[str, str]] = set()
    for payload in row.payloads:
        parent, _, rest = payload.partition("/")
        key = rest.partition("=")[2] or rest
        assert parent in known, payload
        assert (parent, key) not in pairs, payload
        pairs.add((parent, key))
        known.add(key)
    for path in row.handlers:
        if not path.startswith("<"):
            kind, _, rest = path.partition("/")
            assert kind.partition("@")[0] in {"iq", "message", "presence"}
            # Each step is a payload of this plugin, or the path would never match.
            assert set(rest.split("/")) <= known, path
