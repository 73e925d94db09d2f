"""``python -m soak``: run the promises at full size, print what was lost, doubled and reordered."""

import argparse
import asyncio
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from soak.killing import run_killing
from soak.links import run_link
from soak.places import SERVERS, Place, place
from soak.report import line, table
from soak.result import Result, summed
from soak.sizes import FULL, PROMISES, REDUCED, Size

__all__ = ["main", "run_once", "run_promise"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 1 when a promise was not kept."""
    parsed = _parser().parse_args(arguments)
    sizes = REDUCED if parsed.quick else FULL
    results: list[Result] = []
    for promise in parsed.only or PROMISES:
        size = sizes[promise]
        changes = {"seeds": parsed.seeds, "messages": parsed.messages, "cuts": parsed.cuts}
        size = dataclasses.replace(
            size, **{name: value for name, value in changes.items() if value is not None}
        )
        results.append(asyncio.run(run_promise(promise, size, parsed.server, first=parsed.first_seed)))
    print(f"\n{table(results)}")
    if parsed.json is not None:
        text = json.dumps([one.to_json() for one in results], indent=1)
        parsed.json.write_text(text + "\n", encoding="utf-8")
    return 0 if all(one.kept for one in results) else 1


async def run_promise(
    promise: str, size: Size, server: str, *, first: int = 1, quiet: bool = False
) -> Result:
    """Run all seeds of one promise against one server.

    :param server: ``prosody``, ``ejabberd`` or ``embedded``.
    :param first: the first of the seeds.
    :param quiet: nothing is printed on the way.
    """
    results: list[Result] = []
    async with place(server, management=promise != "L") as where:
        for seed in range(first, first + size.seeds):
            one = await run_once(promise, size, seed, where)
            results.append(one)
            if not quiet:
                print(line(one), file=sys.stderr, flush=True)
    return summed(results)


async def run_once(promise: str, size: Size, seed: int, where: Place) -> Result:
    """Run one seed."""
    if promise == "U":
        return await run_killing(size, seed, where, scheme="file" if seed % 2 else "sqlite")
    return await run_link(promise, size, seed, where)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m soak",
        description="Send numbered messages over links that break, and count what was lost, doubled, reordered.",
    )
    parser.add_argument(
        "--only", nargs="+", choices=sorted(PROMISES), metavar="PROMISE", help=f"of {', '.join(PROMISES)}"
    )
    parser.add_argument("--server", choices=SERVERS, default="prosody", help="default prosody")
    parser.add_argument("--seeds", type=int, metavar="N", help="how many runs of each promise")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N", help="default 1")
    parser.add_argument("--messages", type=int, metavar="N", help="of one run and direction")
    parser.add_argument("--cuts", type=int, metavar="N", help="of one run")
    parser.add_argument("--quick", action="store_true", help="small sizes: a look, not a proof")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the sums there, too")
    return parser
