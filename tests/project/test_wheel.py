"""What is installed: the wheel has the package, its typing marker and the licence, and nothing else."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, check=True, capture_output=True, timeout=60
    )
    (path,) = folder.glob("helixmpp-*-py3-none-any.whl")
    return zipfile.ZipFile(path)


def test_it_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert "helixmpp/py.typed" in wheel.namelist()


def test_every_module_is_in_it_and_no_test(wheel: zipfile.ZipFile) -> None:
    source = ROOT / "src"
    modules = {path.relative_to(source).as_posix() for path in (source / "helixmpp").rglob("*.py")}
    names = [name for name in wheel.namelist() if ".dist-info/" not in name]
    assert set(names) == modules | {"helixmpp/py.typed"}


def test_its_metadata(wheel: zipfile.ZipFile) -> None:
    (name,) = (one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(wheel.read(name).decode())
    assert metadata["Name"] == "helixmpp"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert any(one.endswith("/LICENSE") for one in wheel.namelist())


def test_the_fixtures_are_announced_to_pytest(wheel: zipfile.ZipFile) -> None:
    (name,) = (one for one in wheel.namelist() if one.endswith(".dist-info/entry_points.txt"))
    assert "[pytest11]\nhelixmpp = helixmpp.testing.pytest_plugin\n" in wheel.read(name).decode()
