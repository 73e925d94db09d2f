"""The hook for the time of one test, and programs as processes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import helixmpp
from helixmpp.as_slixmpp import uninstall_as_slixmpp
from helixmpp.core import plugin_loader

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = Path(__file__).resolve().parent / "programs"


@pytest.fixture(autouse=True)
def plugins_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plugin classes that a test registers are forgotten behind it."""
    known = vars(plugin_loader)["_registered"]
    monkeypatch.setattr(plugin_loader, "_registered", dict(known))


@pytest.fixture
def hook() -> Iterator[None]:
    helixmpp.install_as_slixmpp()
    yield
    uninstall_as_slixmpp()


def run_python(
    arguments: Sequence[str], *, folder: Path, python: str = sys.executable, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a Python that finds this checkout, in a folder."""
    return subprocess.run(
        [python, "-X", "utf8", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
