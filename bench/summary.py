"""From the samples of a case to what the tables show: figures, ratios, blocks, memory, verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.cases import FLOOR, LIBRARIES, Case
from bench.figures import Figure, figure, paired_ratio
from bench.rounds import CaseResult, Problem
from bench.targets import Measured, Verdict

__all__ = ["Summary", "summary_of"]

OURS = "helixmpp"


@dataclass(frozen=True, slots=True)
class Summary:
    """One case, summed up.

    :ivar figures: time by library, in the unit of the case.
    :ivar ratios: how many times longer than helixmpp each other one took.
    :ivar blocks: the longest block of the loop by library, in ms.
    :ivar kib: memory by library, in KiB for each item.
    """

    case: Case
    figures: dict[str, Figure]
    ratios: dict[str, float]
    blocks: dict[str, float]
    kib: dict[str, float]
    problems: dict[str, Problem]
    verdicts: list[Verdict]

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "case": self.case.name,
            "title": self.case.heading(),
            "size": self.case.size,
            "unit": self.case.unit,
            "each": self.case.each,
            "time": {
                name: {"median": one.median, "spread": one.spread, "samples": one.samples}
                for name, one in self.figures.items()
            },
            "times_helixmpp": self.ratios,
            "longest_block_ms": self.blocks,
            "kib_each": self.kib,
            "problems": {name: {"kind": one.kind, "text": one.text} for name, one in self.problems.items()},
            "targets": [{"target": one.text, "measured": one.value, "met": one.met} for one in self.verdicts],
        }


def summary_of(result: CaseResult, clock: str) -> Summary:
    """Sum a case up.

    :param clock: which of the two times counts: ``cpu`` or ``wall``.
    """
    case = result.case
    # A library that failed a check has no figures: it did not do what was measured.
    samples = {name: found for name, found in result.samples.items() if name not in result.problems}
    times = {
        name: {number: _seconds(answer, clock, case) for number, answer in found.items()}
        for name, found in samples.items()
    }
    figures: dict[str, Figure] = {}
    for name, found in times.items():
        one = figure([seconds * case.factor for seconds in found.values()])
        if one is not None:
            figures[name] = one
    ratios: dict[str, float] = {}
    for name in (FLOOR, *LIBRARIES):
        if name != OURS and name in times and OURS in times:
            ratio = paired_ratio(times[name], times[OURS])
            if ratio is not None:
                ratios[name] = ratio
    blocks = {
        name: value * 1000 for name, value in _medians(samples, f"block_{clock}").items() if name != FLOOR
    }
    kib = _medians(samples, "kib")
    floor = ratios.get(FLOOR)
    measured = Measured(
        floor=1 / floor if floor else None,
        slixmpp=ratios.get("slixmpp"),
        block=blocks.get(OURS),
        kib=kib.get(OURS),
        wall=_medians(samples, clock).get(OURS),
    )
    return Summary(
        case, figures, ratios, blocks, kib, result.problems, [one.judge(measured) for one in case.targets]
    )


def _seconds(answer: Mapping[str, Any], clock: str, case: Case) -> float:
    seconds: float = answer[clock]
    return seconds / int(answer["items"]) if case.each else seconds


def _medians(samples: Mapping[str, Mapping[int, Mapping[str, Any]]], key: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, rounds in samples.items():
        values = [float(answer[key]) for answer in rounds.values() if answer.get(key) is not None]
        if values:
            found[name] = median(values)
    return found
