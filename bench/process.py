"""The benchmark's side of a worker: a process that is given tasks and gives answers, a line each."""

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from bench.environments import ROOT
from bench.worker.task import Task

__all__ = ["Worker", "WorkerFailed", "environment_variables"]

_TAIL = 2000  # characters of what a worker that failed wrote


class WorkerFailed(Exception):
    """A worker ended, or said nothing for too long."""


def environment_variables() -> dict[str, str]:
    """Those of the workers: nothing in them may add to what an environment has."""
    left_out = {
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONWARNINGS",
        "PYTHONASYNCIODEBUG",
        "PYTHONDEVMODE",
        # Where nothing compiled is kept, an import would measure the compiler.
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPYCACHEPREFIX",
    }
    return {name: value for name, value in os.environ.items() if name not in left_out}


class Worker:
    """A worker process.

    :param python: the interpreter.
    :param library: which library, or ``floor``.
    :param timeout: seconds for each answer.
    :param command: what is run instead of ``-m bench.worker``.
    :raises WorkerFailed: it does not begin.
    """

    def __init__(
        self, python: Path, library: str, *, timeout: float, command: tuple[str, ...] = ("-m", "bench.worker")
    ) -> None:
        self.library = library
        self._timeout = timeout
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            [str(python), *command, library],
            cwd=ROOT,
            env=environment_variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.hello = self._answer()
        except WorkerFailed:
            self.close()
            raise

    def do(self, task: Task) -> dict[str, Any]:
        """Have a task done; what is answered.

        :raises WorkerFailed: the worker ended, or took longer than the timeout.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(task.to_json()) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise WorkerFailed(f"the worker for {self.library} has ended: {self._tail()}") from error
        return self._answer()

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it is gone already
                self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._said.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _answer(self) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=self._timeout)
        except queue.Empty:
            self._process.kill()
            raise WorkerFailed(f"no answer from {self.library} within {self._timeout:g} seconds") from None
        if not line:
            raise WorkerFailed(f"the worker for {self.library} ended: {self._tail()}")
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise WorkerFailed(f"the worker for {self.library} wrote {line!r}") from error
        return answer

    def _tail(self) -> str:
        self._process.wait(timeout=10)
        self._said.seek(0)
        return self._said.read()[-_TAIL:].strip() or "it said nothing"
