"""The commands of the README: they name their parts, and say clearly what is missing on a machine."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = [ROOT / "tools" / f"{name}.sh" for name in ("venv", "packages", "prosody", "ejabberd", "databases")]

needs_shell = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("sh") is None, reason="the commands are for a POSIX shell"
)
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
SH = shutil.which("sh") or "sh"


def run(*command: str | Path, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    # Without what a `make test` around this test would hand down.
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "CI"))
    }
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=inherited | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@needs_make
def test_help_lists_every_target() -> None:
    targets = re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    shown = run("make", "help").stdout
    for target in targets:
        assert re.search(rf"(?m)^make {target} ", shown), f"'make {target}' has no line of help"
    assert {"demo", "test", "check", "clean"} <= set(targets)


@needs_make
def test_a_server_that_does_not_exist() -> None:
    done = run("make", "demo", "SERVER=ejabberd")
    assert done.returncode != 0
    assert "SERVER is 'embedded' or 'prosody', not 'ejabberd'" in done.stderr


@needs_make
@pytest.mark.parametrize(
    ("ci", "wanted"),
    [("", "wanted"), ("false", "wanted"), ("0", "wanted"), ("true", "required"), ("1", "required")],
)
def test_prosody_is_required_by_continuous_integration_only(ci: str, wanted: str) -> None:
    assert f"sh tools/prosody.sh {wanted}\n" in run("make", "--dry-run", "test", CI=ci).stdout


@needs_make
def test_make_test_runs_every_check() -> None:
    planned = run("make", "--dry-run", "test").stdout
    for part in (
        "ruff check",
        "ruff format --check",
        "lint-imports",
        "tools.check_cycles",
        "tools.check_files",
        "tools.check_plugins",
        "tools.plugin_table --check",
        "-m mypy",
        "-m pyright",
        "-m pytest",
    ):
        assert part in planned


@needs_shell
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_scripts_are_plain_shell(script: Path) -> None:
    assert run(SH, "-n", script).returncode == 0
    # What the others read is not a command.
    assert os.access(script, os.X_OK) == (script.name != "packages.sh")


@needs_shell
@pytest.mark.parametrize(
    ("python", "said"),
    [
        (None, "there is no program 'the-python'"),
        ('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n', "Python 3.9.2 is too old"),
    ],
)
def test_a_python_that_will_not_do(tmp_path: Path, python: str | None, said: str) -> None:
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "venv.sh", tmp_path / "tools")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    program = "the-python"
    if python is not None:
        program = str(tmp_path / "the-python")
        Path(program).write_text(python)
        Path(program).chmod(0o755)
    done = run(SH, "tools/venv.sh", "dev", cwd=tmp_path, PYTHON=program)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Python 3.11" in done.stderr
    assert not (tmp_path / ".venv").exists()


def without_prosody(tmp_path: Path) -> str:
    """A PATH on which there is neither Prosody nor a way to install it."""
    for name in ("id", "env", "sh"):
        program = shutil.which(name)
        assert program is not None
        (tmp_path / name).symlink_to(program)
    return str(tmp_path)


@needs_shell
@pytest.mark.parametrize(("need", "status"), [("required", 1), ("wanted", 0)])
def test_a_machine_without_prosody(tmp_path: Path, need: str, status: int) -> None:
    done = run(SH, ROOT / "tools" / "prosody.sh", need, PATH=without_prosody(tmp_path))
    assert done.returncode == status
    assert "apt-get install prosody" in done.stderr
    assert ("WILL BE SKIPPED" in done.stderr) is (need == "wanted")


@needs_shell
@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_tests_without_prosody_are_skipped_but_never_by_continuous_integration(
    tmp_path: Path, ci: str, outcome: str
) -> None:
    test = ROOT / "tests" / "support" / "test_prosody_server.py"
    done = run(
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"{test}::test_the_port_for_components_answers",
        PATH=without_prosody(tmp_path),
        CI=ci,
    )
    assert outcome in done.stdout
    assert "PROSODY IS NOT INSTALLED" in done.stdout
    assert (done.returncode == 0) is (ci == "")


@pytest.mark.prosody
def test_a_failed_test_shows_what_prosody_logged(tmp_path: Path) -> None:
    test = tmp_path / "test_failing.py"
    test.write_text(
        "def test_failing(prosody):\n"
        "    prosody.log_file.open('a').write('LOGGED' + '-NOW\\n')\n"
        "    assert 0\n"
    )
    done = run(
        sys.executable,
        "-m",
        "pytest",
        "-c",
        ROOT / "pyproject.toml",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        test,
    )
    assert "1 failed" in done.stdout
    assert "Prosody's log during this test" in done.stdout
    assert "LOGGED-NOW" in done.stdout


@needs_bash
@pytest.mark.parametrize(
    ("closing", "make_exit", "last", "status"),
    [
        ("===== 3 passed in 0.12s =====", 0, "===== 3 passed in 0.12s =====", 0),
        (
            "===== 1 failed, 2 passed in 61.20s (0:01:01) =====",
            2,
            "===== 1 failed, 2 passed in 61.20s (0:01:01) =====",
            2,
        ),
        ("error: something", 2, "a check failed, so pytest did not run", 2),
        ("nothing ran", 0, "a check failed, so pytest did not run", 1),
    ],
)
def test_continuous_integration_hides_nothing(
    tmp_path: Path, closing: str, make_exit: int, last: str, status: int
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    # A make that says what pytest would, and something behind it.
    (tmp_path / "make").write_text(
        '#!/bin/sh\necho "called with $* and CI=$CI"\n'
        f'echo "{closing}"\necho "make: something more" >&2\nexit {make_exit}\n'
    )
    (tmp_path / "make").chmod(0o755)
    done = run(tmp_path / ".ci" / "run", PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    lines = done.stdout.splitlines()
    assert lines[0] == "called with test and CI=true"
    assert "make: something more" in lines
    assert lines[-1] == last
    assert done.returncode == status
