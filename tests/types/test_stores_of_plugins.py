"""A store with a missing or mistyped operation is an error for both checkers: for each operation of each plugin.

The programs are generated from the plugins' classes, so that a new plugin, or a new operation, is among them.
"""

import ast
import builtins
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from helixmpp import plugins
from helixmpp.core import BasePlugin
from tests.types.test_wrong_types import check


def stores() -> dict[type[BasePlugin], type]:
    """Every plugin that has a typed store."""
    found: dict[type[BasePlugin], type] = {}
    for info in pkgutil.iter_modules(plugins.__path__):
        if not info.name.startswith("xep_"):
            continue
        module = importlib.import_module(f"helixmpp.plugins.{info.name}")
        plugin: Any = getattr(module, info.name.upper())
        given: tuple[Any, ...] = get_args(get_type_hints(plugin)["api"])
        store: Any = given[0] if given else None
        if inspect.isclass(store) and getattr(store, "_is_protocol", False):
            found[plugin] = store
    return found


STORES = stores()


def module_of(store: type) -> tuple[Any, ast.Module]:
    module: Any = importlib.import_module(store.__module__)
    return module, ast.parse(inspect.getsource(module))


def methods_of(store: type) -> dict[str, ast.FunctionDef]:
    """The operations, by name, in the order of the class and its bases."""
    found: dict[str, ast.FunctionDef] = {}
    for cls in reversed(store.__mro__):
        if cls.__module__.startswith("helixmpp."):
            tree = ast.parse(inspect.getsource(importlib.import_module(cls.__module__)))
            (node,) = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == cls.__name__]
            found |= {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def imports_for(store: type, methods: dict[str, ast.FunctionDef]) -> Iterator[str]:
    """What the annotations need, imported from where the store's own module has it."""
    module, tree = module_of(store)
    wanted = {
        node.id
        for method in methods.values()
        for part in (method.args, method.returns)
        if part is not None
        for node in ast.walk(part)
        if isinstance(node, ast.Name) and not hasattr(builtins, node.id)
    }
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            names = [alias for alias in node.names if (alias.asname or alias.name) in wanted]
            wanted -= {alias.asname or alias.name for alias in names}
            if names:
                yield ast.unparse(ast.ImportFrom(node.module, names, node.level))
    if wanted:
        yield f"from {module.__name__} import {', '.join(sorted(wanted))}"


def method(node: ast.FunctionDef, *, mistyped: bool = False) -> str:
    """One operation; mistyped, it takes another thing for the address."""
    arguments = ast.unparse(node.args)
    if mistyped:
        assert "jid: JID" in arguments
        arguments = arguments.replace("jid: JID", "jid: bytes")
    returns = ast.unparse(node.returns) if node.returns is not None else "None"
    return f"    def {node.name}({arguments}) -> {returns}:\n        raise NotImplementedError\n"


def program(plugin: type[BasePlugin], store: type) -> str:
    """Binds a right store, and for each operation one without it and one where it is of another type."""
    methods = methods_of(store)
    lines = [
        "from __future__ import annotations",
        "from helixmpp import ClientXMPP",
        f"from helixmpp.plugins.{plugin.name} import {plugin.__name__}",
        *imports_for(store, methods),
        'xmpp = ClientXMPP("alice@example.org", "secret")',
        f"plugin = xmpp.register_plugin({plugin.__name__})",
        "class Right:",
        *(method(node) for node in methods.values()),
        "plugin.api.bind(Right())",
    ]
    for name in methods:
        others = [method(node) for other, node in methods.items() if other != name]
        lines += [
            f"class Without_{name}:",
            *(others or ["    other = 5"]),
            f"plugin.api.bind(Without_{name}())  # WRONG",
            f"class Mistyped_{name}:",
            *others,
            method(methods[name], mistyped=True),
            f"plugin.api.bind(Mistyped_{name}())  # WRONG",
        ]
    return "\n".join(lines) + "\n"


def test_every_plugin_of_the_promise_has_a_typed_store() -> None:
    sizes = {plugin.name: len(methods_of(store)) for plugin, store in STORES.items()}
    promised = "0012 0027 0030 0047 0050 0054 0055 0065 0077 0095 0100 0115 0128 0153 0231 0319"
    assert sum(sizes[f"xep_{number}"] for number in promised.split()) == 68


@pytest.mark.parametrize("plugin", STORES, ids=lambda plugin: plugin.name)
async def test_a_store_types_exactly_the_operations_that_the_plugin_has(plugin: type[BasePlugin]) -> None:
    from helixmpp import ComponentXMPP

    xmpp = ComponentXMPP("comp.example.org", "secret")
    xmpp.register_plugin(plugin)
    assert sorted(methods_of(STORES[plugin])) == sorted(xmpp.api.operations(plugin.name))


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_both_checkers_find_each_wrong_store_and_nothing_else(checker: str, tmp_path: Path) -> None:
    wrong: dict[str, set[int]] = {}
    for plugin, store in STORES.items():
        text = program(plugin, store)
        (tmp_path / f"of_{plugin.name}.py").write_text(text, encoding="utf-8")
        wrong[f"of_{plugin.name}"] = {
            number for number, line in enumerate(text.splitlines(), 1) if "# WRONG" in line
        }
        assert len(wrong[f"of_{plugin.name}"]) == 2 * len(methods_of(store))
    if checker == "mypy":
        cache = ("--cache-dir", str(tmp_path / "cache"))
        command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", *cache, "."]
    else:
        (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "include": ["."]}')
        command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    assert check(command, tmp_path) == wrong
