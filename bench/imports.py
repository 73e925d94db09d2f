"""Measured: what an import costs in a process that has done nothing else."""

import subprocess
from pathlib import Path
from typing import Any

from bench.environments import ROOT
from bench.process import WorkerFailed, environment_variables

__all__ = ["import_once"]

_CODE = """
import sys, time
before = len(sys.modules)
wall, cpu = time.perf_counter(), time.process_time()
{statement}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(wall, cpu, len(sys.modules) - before, {name}.__name__)
"""


def import_once(python: Path, statement: str, *, timeout: float = 120) -> dict[str, Any]:
    """Import something in a fresh process; what a worker would answer.

    :param statement: an import; its last name has to be there afterwards.
    :raises WorkerFailed: the process fails.
    """
    name = statement.rsplit(maxsplit=1)[-1]
    try:
        done = subprocess.run(
            [str(python), "-P", "-W", "ignore", "-c", _CODE.format(statement=statement, name=name)],
            cwd=ROOT,
            env=environment_variables(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WorkerFailed(f"{statement!r} took more than {timeout:g} seconds") from error
    if done.returncode:
        raise WorkerFailed(f"{statement!r} fails: {done.stderr.strip()[-500:]}")
    wall, cpu, modules, loaded = done.stdout.split()
    if loaded != name:
        return {"failed": f"{statement!r} imported {loaded}"}
    return {"items": 1, "kib": None, "wall": float(wall), "cpu": float(cpu), "modules": int(modules)}
