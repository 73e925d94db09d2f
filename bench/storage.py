"""The rows about storage: blobs written and read on each database, beside its bare driver."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.environments import ROOT, Environment, NotInstalled, prepare

__all__ = ["CASE", "storage_tables", "table_of"]

#: What ``--only`` calls these rows.
CASE = "storage"

# The extras of helixmpp, and the drivers that it is compared with.
_ENVIRONMENT = Environment(
    CASE, ("--editable", f"{ROOT}[sql,kv]", "sqlalchemy[asyncio]>=2.0.43", "asyncpg", "redis>=5", "aiosqlite")
)
_MOST = 2.0  # times the bare driver
_LOOKUP = 3.0  # microseconds above a dictionary
_PATIENCE = 1800.0  # seconds


def storage_tables(cache: Path, *, quick: bool, rounds: int) -> tuple[str, bool]:
    """Measure; the tables, and whether it could be done at all."""
    try:
        python = prepare(_ENVIRONMENT, cache)
    except NotInstalled as error:
        return f"## Storage\n\nNOT MEASURED: {error}", False
    print(f"{CASE} …", end=" ", file=sys.stderr, flush=True)
    count = 500 if quick else 10_000
    try:
        done = subprocess.run(
            [str(python), "-m", "bench.storage_worker", str(count), str(rounds)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"## Storage\n\nNOT MEASURED: it took longer than {_PATIENCE:g} seconds", False
    print("done", file=sys.stderr, flush=True)
    if done.returncode:
        return f"## Storage\n\nNOT MEASURED: {done.stderr[-1000:]}", False
    return table_of(json.loads(done.stdout), count), True


def table_of(found: dict[str, Any], count: int) -> str:
    """What was measured, for people."""
    lines = [
        "## Storage",
        "",
        f"{count:,} blobs of 1,000 bytes, one after the other, time on the wall.",
        "",
        "| database   | write, µs | read, µs | bare: write | bare: read | ratio | target     "
        "| set_bob | get_bob |",
        "| ---------- | --------: | -------: | ----------: | ---------: | ----: | ---------- "
        "| ------: | ------: |",
    ]
    for name, row in found.items():
        if name == "lookup":
            continue
        if "missing" in row:
            lines.append(f"| {name:10} | NOT MEASURED: {row['missing']} |")
            continue
        verdict = "ok" if row["ratio"] <= _MOST else "MISSED"
        lines.append(
            f"| {name:10} | {row['write']:9.0f} | {row['read']:8.0f} | {row['bare write']:11.0f} "
            f"| {row['bare read']:10.0f} | {row['ratio']:5.2f} | <= {_MOST:g} {verdict:6}"
            f"| {row['plugin write']:7.0f} | {row['plugin read']:7.0f} |"
        )
    lookup = found["lookup"]
    above = lookup["get_bob"] - lookup["dict"]
    verdict = "ok" if above <= _LOOKUP else "MISSED"
    lines += [
        "",
        f"`get_bob` through the API, in memory: {lookup['get_bob']:.2f} µs, a dictionary {lookup['dict']:.3f} µs; "
        f"at most {_LOOKUP:g} µs above it: {above:.2f} {verdict}",
    ]
    return "\n".join(lines)
