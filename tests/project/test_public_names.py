"""Each public package says what it offers: an `__all__` that is complete and true."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import helixmpp

PACKAGES = ["helixmpp"] + [
    f"helixmpp.{info.name}"
    for info in pkgutil.iter_modules(helixmpp.__path__)
    if info.ispkg and info.name != "plugins"
]
SOURCE = Path(helixmpp.__path__[0])
MODULES = sorted(
    ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
)


def imported_names(path: Path) -> set[str]:
    """Find what a package's `__init__` imports from helixmpp, also what it imports for type checkers only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helixmpp")
        for alias in node.names
    }


def init_of(package: str) -> Path:
    file = importlib.import_module(package).__file__
    assert file is not None, f"{package} has no __init__.py"
    return Path(file)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_in_all_is_there(package: str) -> None:
    # That the list is sorted is ruff's to check (RUF022).
    module = importlib.import_module(package)
    names: list[str] = module.__all__
    assert len(names) == len(set(names))
    for name in names:
        assert getattr(module, name) is not None
    assert set(names) <= set(dir(module))


@pytest.mark.parametrize("package", PACKAGES)
def test_all_has_every_public_name_that_is_imported(package: str) -> None:
    names: list[str] = importlib.import_module(package).__all__
    public = {name for name in imported_names(init_of(package)) if not name.startswith("_")}
    assert public - set(names) == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_star_import_gives_exactly_these_names(package: str) -> None:
    space: dict[str, object] = {}
    exec(f"from {package} import *", space)
    assert set(space) - {"__builtins__"} == set(importlib.import_module(package).__all__)


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_lists_in_all_it_has(name: str) -> None:
    module = importlib.import_module(name)
    missing = [one for one in getattr(module, "__all__", []) if not hasattr(module, one)]
    assert missing == []
