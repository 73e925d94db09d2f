"""Programs of ``examples/`` as processes of their own, against a server that runs here."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins.conftest import any_world, world

__all__ = ["Program", "any_world", "start", "world"]

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30.0  # seconds; a machine may be busy


@dataclass
class Program:
    """A program that runs; its warnings are errors."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        """The next line that it prints; what went wrong instead, if it ends."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the program ended: {(await self.end())[2]}")
        return line.decode().strip()

    async def end(self) -> tuple[int, str, str]:
        """Wait for its end: exit status, what else it printed, and its errors."""
        async with asyncio.timeout(PATIENCE):
            out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()

    async def interrupt(self) -> tuple[int, str, str]:
        """Stop it as Ctrl-C does, and wait for its end."""
        self.process.send_signal(signal.SIGINT)
        return await self.end()


Start = Callable[..., Awaitable[Program]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Start a program in an empty folder: ``await start("echo_bot.py", jid, password)``."""
    # Who runs the tests in the background may have SIGINT ignored, and a program that is started would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    async with contextlib.AsyncExitStack() as stack:

        async def start_one(name: str | Path, *arguments: object) -> Program:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-W", "error", "-X", "utf8"),
                str(ROOT / "examples" / name),
                *map(str, arguments),
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            stack.push_async_callback(kill, process)
            return Program(process)

        yield start_one


async def kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.communicate()
