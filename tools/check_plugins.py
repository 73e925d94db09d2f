"""Fail when a plugin's class or its module's docstring does not say what CONTRIBUTING.md asks for."""

import re
import sys
from collections.abc import Iterator

from tools.plugins import Found, find_plugins

# Each stands at the start of a line, followed by a colon.
PARTS = ("Use", "Events", "Operations", "Limits", "Version")
LEAST_WORDS = 8  # of what it is for, before the first of the parts


def missing_in(docstring: str) -> Iterator[str]:
    """Say what a plugin's docstring lacks: what it is for, and each of the ``PARTS``."""
    heads = {match[1]: match.start() for match in re.finditer(r"(?m)^[ \t]*(\w+)::?(?:\s|$)", docstring)}
    for part in PARTS:
        if part not in heads:
            yield f"its docstring has no part '{part}:'"
    opening = docstring[: min((heads[part] for part in PARTS if part in heads), default=len(docstring))]
    if len(opening.split()) < LEAST_WORDS:
        yield "its docstring does not begin by saying what it is for"


def problems_of(plugin: Found) -> Iterator[str]:
    """Say what is missing in one plugin."""
    yield from missing_in(plugin.docstring)
    if not plugin.cls.description:
        yield "its class has no description"
    if plugin.xep and not plugin.cls.xep_version:
        yield "its class has no xep_version"
    if plugin.xep and f"XEP-{plugin.xep}" not in plugin.docstring:
        yield f"its docstring does not name XEP-{plugin.xep}"
    if plugin.cls.xep_version and plugin.cls.xep_version not in plugin.docstring:
        yield f"its docstring does not name the version {plugin.cls.xep_version} of the class"


def main() -> int:
    """Print what is missing; the exit status."""
    plugins = find_plugins()
    problems = [f"{plugin.module}: {text}" for plugin in plugins for text in problems_of(plugin)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(
            f"{len(plugins)} plugins, each says what it is for, its use, events, operations, limits, version"
        )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
