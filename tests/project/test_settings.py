"""pyproject.toml: the checks are strict without exclusions, and the version is the same everywhere."""

import re
import tomllib
from importlib.metadata import version
from typing import Any

import pytest

import helixmpp
from tests.support.snippets import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOOL: dict[str, Any] = PROJECT["tool"]
CODE = {"src", "tests", "examples", "tools", "bench", "soak", "fuzz"}


def test_the_version_is_the_same_everywhere() -> None:
    assert PROJECT["project"]["version"] == helixmpp.__version__ == version("helixmpp")


def test_mypy_is_strict_for_all_code() -> None:
    mypy = TOOL["mypy"]
    assert mypy["strict"] is True
    assert set(mypy["files"]) == CODE
    allowed = {
        "strict",
        "python_version",
        "files",
        "mypy_path",
        "namespace_packages",
        "explicit_package_bases",
        "warn_unreachable",
    }
    assert set(mypy) <= allowed, "an exclusion, an override or a milder setting"


def test_pyright_is_strict_for_all_code() -> None:
    pyright = TOOL["pyright"]
    assert pyright["typeCheckingMode"] == "strict"
    assert set(pyright["include"]) == CODE
    assert set(pyright) <= {"include", "typeCheckingMode", "pythonVersion", "venvPath", "venv"}


@pytest.mark.parametrize(
    "tool", ["mypy.ini", ".mypy.ini", "setup.cfg", "pyrightconfig.json", "ruff.toml", "tox.ini"]
)
def test_no_other_file_has_settings(tool: str) -> None:
    assert not (ROOT / tool).exists()


def test_warnings_are_errors_in_tests() -> None:
    assert TOOL["pytest"]["ini_options"]["filterwarnings"] == ["error"]


def test_the_oldest_python_is_the_same_everywhere() -> None:
    oldest = re.fullmatch(r">=3\.(\d+)", PROJECT["project"]["requires-python"])
    assert oldest is not None
    assert TOOL["mypy"]["python_version"] == TOOL["pyright"]["pythonVersion"] == f"3.{oldest[1]}"
    assert TOOL["ruff"]["target-version"] == f"py3{oldest[1]}"
    assert f"Programming Language :: Python :: 3.{oldest[1]}" in PROJECT["project"]["classifiers"]
    assert f"Python 3.{oldest[1]} or later" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_dependencies_are_those_the_readme_names() -> None:
    names = [re.match(r"[\w-]+", line) for line in PROJECT["project"]["dependencies"]]
    assert [name[0] for name in names if name] == ["dnspython", "cryptography", "idna"]
    assert "dnspython, cryptography and idna" in (ROOT / "README.md").read_text(encoding="utf-8")
