"""How results are printed."""

from collections.abc import Sequence

from soak.result import Result
from soak.sizes import PROMISES

__all__ = ["line", "table"]

COLUMNS = (
    "",
    "runs",
    "messages",
    "cuts",
    "resumed",
    "lost",
    "doubled",
    "reordered",
    "no outcome",
    "outcomes",
    "s",
)


def line(result: Result) -> str:
    """One run on one line."""
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(result.outcomes.items()))
    text = (
        f"{result.promise} seed {result.seed}, {result.server}: {result.sent} messages, {result.cuts} cuts, "
        f"{result.resumed} resumed: {result.lost} lost, {result.doubled} doubled, {result.reordered} reordered"
        f"{f' ({outcomes})' if outcomes else ''}, {result.seconds:.1f} s"
    )
    return "\n".join([text, *(f"    NOT KEPT: {problem}" for problem in result.problems)])


def table(results: Sequence[Result]) -> str:
    """All promises, for people and for Markdown."""
    rows = [
        (
            f"{one.promise}: {PROMISES[one.promise]}",
            *map(
                str,
                (one.seed, one.sent, one.cuts, one.resumed, one.lost, one.doubled, one.reordered, one.silent),
            ),
            ", ".join(f"{count} {name}" for name, count in sorted(one.outcomes.items())),
            f"{one.seconds:.0f}",
        )
        for one in results
    ]
    widths = [max(len(row[index]) for row in [COLUMNS, *rows]) for index in range(len(COLUMNS))]
    lines = [_row(COLUMNS, widths), _row(["-" * width for width in widths], widths)]
    lines += [_row(row, widths) for row in rows]
    for one in results:
        lines += [f"\n{one.promise} NOT KEPT: {problem}" for problem in one.problems]
    return "\n".join(lines)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"
