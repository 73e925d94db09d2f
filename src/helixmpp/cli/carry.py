"""``helixmpp storage export`` and ``import``: from an engine to a file or pipe, and back, with a progress bar."""

import asyncio
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from helixmpp.core.engines import Engine, engine_for
from helixmpp.errors import StorageError
from helixmpp.storage import export_lines, import_lines
from helixmpp.storage.carrying import Progress as Report
from helixmpp.storage.carrying import write_file

__all__ = ["run_export", "run_import"]

_PIPE = "-"


def run_export(url: str, file: str, account: str | None) -> None:
    """Write what is kept at ``url`` to a file, or to standard output.

    :raises StorageError: it could not be read or written.
    """
    asyncio.run(_export(_opened(url), file, account))


def run_import(url: str, file: str, account: str | None) -> None:
    """Put the lines of a file, or of standard input, into what is kept at ``url``.

    :raises StorageError: a line is wrong, or something could not be kept.
    """
    engine = _opened(url)
    if file == _PIPE:
        asyncio.run(_import(engine, sys.stdin.buffer, None, account))
        return
    try:
        with open(file, "rb") as lines:
            total = sum(1 for _ in lines) - 2
            lines.seek(0)
            asyncio.run(_import(engine, lines, max(total, 0), account))
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror or error}") from error


def _opened(url: str) -> Engine:
    start, _, name = url.partition(":")
    if start == "env":
        found = os.environ.get(name)
        if not found:
            raise StorageError(f"the environment variable {name!r} is not set")
        url = found
    if url.partition(":")[0].lower() == "memory":
        raise StorageError("memory:// keeps nothing that another process could see")
    return engine_for(url)


async def _export(engine: Engine, file: str, account: str | None) -> None:
    try:
        with _bar("exported", None) as report:
            lines = export_lines(engine, account=account, progress=report)
            if file != _PIPE:
                await write_file(Path(file), lines)
                return
            async for line in lines:
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    finally:
        await engine.close()


async def _import(engine: Engine, lines: Iterable[bytes], total: int | None, account: str | None) -> None:
    try:
        with _bar("imported", total) as report:
            await import_lines(engine, lines, account=account, progress=report)
    finally:
        await engine.close()


@contextmanager
def _bar(what: str, total: int | None) -> Generator[Report]:
    """A progress bar on standard error; where that is no terminal, one line at the end."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    done = 0
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"values {what}", total=total)

        def report(count: int) -> None:
            nonlocal done
            done = count
            bar.update(task, completed=count)

        yield report
    console.print(f"{done} values {what}", highlight=False)
