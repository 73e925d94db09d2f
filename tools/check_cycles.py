"""Fail when modules of helixmpp import each other in a circle.

Every import statement counts, also one within a function or for the type checkers alone: the circle is there
for the reader all the same. A package that imports its own modules makes none, as long as these do not import
the package.
"""

import sys
from collections.abc import Collection, Mapping

import grimp

PACKAGE = "helixmpp"


def find_cycles(imports: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Find the strongly connected components that have more than one module, or one that imports itself.

    :param imports: for each module what it imports; a module that is no key imports nothing.
    :returns: each component sorted, and the components sorted.
    """
    # Kosaraju's algorithm: note the order in which a search leaves the modules, then search backwards in it.
    order: list[str] = []
    seen: set[str] = set()
    for start in sorted(imports):
        _search(start, imports, seen, order)
    backwards: dict[str, list[str]] = {}
    for module, imported in imports.items():
        for one in imported:
            backwards.setdefault(one, []).append(module)
    seen.clear()
    components: list[list[str]] = []
    for start in reversed(order):
        component: list[str] = []
        _search(start, backwards, seen, component)
        if len(component) > 1 or (component and start in imports.get(start, ())):
            components.append(sorted(component))
    return sorted(components)


def _search(start: str, edges: Mapping[str, Collection[str]], seen: set[str], leaves: list[str]) -> None:
    """Search depth first, without recursion; ``leaves`` gets each new node once its own are done."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(sorted(edges.get(start, ()))))]
    while path:
        node, rest = path[-1]
        following = next((one for one in rest if one not in seen), None)
        if following is None:
            leaves.append(node)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(sorted(edges.get(following, ())))))


def imports_of(package: str) -> dict[str, set[str]]:
    """Read which module of a package imports which other one of it."""
    graph = grimp.build_graph(package, cache_dir=None)
    return {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def main() -> int:
    """Print each cycle with its imports; the exit status."""
    imports = imports_of(PACKAGE)
    cycles = find_cycles(imports)
    for cycle in cycles:
        print("import cycle:", file=sys.stderr)
        for module in cycle:
            for imported in sorted(imports[module].intersection(cycle)):
                print(f"  {module} imports {imported}", file=sys.stderr)
    if not cycles:
        print(f"{len(imports)} modules, no import cycle")
    return 1 if cycles else 0


if __name__ == "__main__":
    sys.exit(main())
