"""The tables, in Markdown, which a terminal shows well enough."""

from collections.abc import Callable, Iterable, Sequence

from bench.cases import FLOOR, LIBRARIES
from bench.figures import Figure
from bench.summary import OURS, Summary

__all__ = ["tables"]

_ALL = (FLOOR, *LIBRARIES)
_PEERS = tuple(name for name in LIBRARIES if name != OURS)
_NOTHING = "–"


def tables(summaries: Sequence[Summary]) -> str:
    """All tables: times, ratios and blocks, memory, targets, problems."""
    parts = [
        "## Time",
        _table(
            ("case", "unit", *_ALL),
            [(one.case.heading(), _unit(one), *(_time(one, name) for name in _ALL)) for one in summaries],
        ),
        "## Ratios and longest block of the event loop",
        _table(
            (
                "case",
                "helixmpp / floor",
                *(f"{name} / helixmpp" for name in _PEERS),
                *(f"block: {name}" for name in LIBRARIES),
            ),
            [
                (
                    one.case.heading(),
                    _number(_inverse(one.ratios.get(FLOOR)), "{:.3g} x"),
                    *(_number(one.ratios.get(name), "{:.3g} x") for name in _PEERS),
                    *(_number(one.blocks.get(name), "{:.1f} ms") for name in LIBRARIES),
                )
                for one in summaries
            ],
        ),
    ]
    with_memory = [one for one in summaries if one.kib]
    if with_memory:
        parts += [
            "## Memory",
            _table(
                ("case", *LIBRARIES),
                [
                    (one.case.heading(), *(_number(one.kib.get(name), "{:,.0f} KiB") for name in LIBRARIES))
                    for one in with_memory
                ],
            ),
        ]
    with_targets = [one for one in summaries if one.verdicts]
    if with_targets:
        parts += [
            "## Targets of helixmpp",
            _table(
                ("case", "target", "measured", ""),
                [
                    (
                        one.case.heading(),
                        verdict.text,
                        _number(verdict.value, "{:.3g}"),
                        {True: "ok", False: "MISSED", None: "NOT MEASURED"}[verdict.met],
                    )
                    for one in with_targets
                    for verdict in one.verdicts
                ],
                numbers=lambda column: column == 2,
            ),
        ]
    problems = [
        f"- {one.case.name}, {name}: {problem.kind}: {problem.text.strip()}"
        for one in summaries
        for name, problem in one.problems.items()
    ]
    if problems:
        parts += ["## Not measured", "\n".join(problems)]
    return "\n\n".join(parts)


def _unit(one: Summary) -> str:
    return one.case.unit if one.case.each else f"{one.case.unit} for all"


def _time(one: Summary, name: str) -> str:
    problem = one.problems.get(name)
    if problem is not None:
        return problem.kind
    found = one.figures.get(name)
    return _NOTHING if found is None else _figure(found)


def _figure(found: Figure) -> str:
    number = f"{found.median:,.0f}" if found.median >= 100 else f"{found.median:.3g}"
    if found.spread is None:
        return f"{number} (once)"
    return f"{number} ±{found.spread * 100:.0f} %"


def _inverse(value: float | None) -> float | None:
    return 1 / value if value else None


def _number(value: float | None, form: str) -> str:
    return _NOTHING if value is None else form.format(value)


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Callable[[int], bool] = lambda column: column > 0,
) -> str:
    """A table; columns of numbers are aligned at the right."""
    every = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(head))]
    lines: list[str] = []
    for row in every:
        cells = [
            text.rjust(width) if numbers(column) else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"| {' | '.join(cells)} |")
    rule = [
        "-" * (width - 1) + ":" if numbers(column) else "-" * width for column, width in enumerate(widths)
    ]
    lines.insert(1, f"| {' | '.join(rule)} |")
    return "\n".join(lines)
