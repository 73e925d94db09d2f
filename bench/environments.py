"""The virtual environments of the libraries: each in one of its own, made once, with pinned versions."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Environment", "NotInstalled", "environments", "prepare", "python_of"]

ROOT = Path(__file__).resolve().parent.parent

# slixmpp's plugin for XEP-0363 needs aiohttp. aioxmpp 0.13 asks tzlocal for what only its versions before 5 have,
# and imports pytz without saying so.
PINNED = {
    "slixmpp": ("slixmpp==1.17.0", "aiohttp>=3.9,<4"),
    "aioxmpp": ("aioxmpp==0.13.3", "tzlocal<5", "pytz"),
}


class NotInstalled(Exception):
    """A library could not be installed; the text says why."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One library's environment.

    :param name: of the library, and of the folder.
    :param arguments: for ``pip install``.
    """

    name: str
    arguments: tuple[str, ...]


def environments() -> list[Environment]:
    """What is measured: this checkout, and its peers from the package index."""
    own = Environment("helixmpp", ("--editable", str(ROOT)))
    return [own, *(Environment(name, pinned) for name, pinned in PINNED.items())]


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare(environment: Environment, cache: Path) -> Path:
    """Make an environment, unless it was made from the same before; its interpreter.

    :raises NotInstalled: venv or pip failed.
    """
    folder = cache / environment.name
    python = python_of(folder)
    mark = folder / ".made-from"
    made_from = f"{sys.version}\n{folder}\n{environment.arguments}\n"
    if python.exists() and mark.exists() and mark.read_text(encoding="utf-8") == made_from:
        return python
    cache.mkdir(parents=True, exist_ok=True)
    # Whatever else looks at the files of this folder leaves these out.
    (cache / ".gitignore").write_text("*\n", encoding="utf-8")
    _run(environment, [sys.executable, "-m", "venv", "--clear", str(folder)])
    _run(
        environment,
        [
            str(python),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
            *environment.arguments,
        ],
    )
    mark.write_text(made_from, encoding="utf-8")
    return python


def packages(python: Path) -> list[str]:
    """What is installed in an environment, with versions."""
    done = subprocess.run(
        [str(python), "-m", "pip", "--disable-pip-version-check", "freeze", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in done.stdout.splitlines() if "==" in line]


def _run(environment: Environment, command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=1800
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{environment.name}: {error}") from error
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        # pip says in its last lines what it could not do.
        reason = " / ".join(lines[-3:]) or f"exit status {done.returncode}"
        raise NotInstalled(f"{environment.name}: {reason}")
