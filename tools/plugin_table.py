"""The README's table of plugins, made from their classes: ``--write`` puts it there, ``--check`` compares."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.plugins import Found, find_plugins

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- plugins: begin (made by `make plugin-table`) -->"
END = "<!-- plugins: end -->"


def table(plugins: Iterable[Found]) -> str:
    """Make the table: a line for each plugin, with a link to its XEP."""
    lines = ["| plugin | what it does | follows |", "|---|---|---|"]
    lines.extend(f"| `{one.cls.name}` | {_cell(one.cls.description)} | {_follows(one)} |" for one in plugins)
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _follows(plugin: Found) -> str:
    if not plugin.xep:
        return ""
    link = f"[XEP-{plugin.xep}](https://xmpp.org/extensions/xep-{plugin.xep}.html)"
    return f"{link} {plugin.cls.xep_version}".rstrip()


def with_table(readme: str, text: str) -> str:
    """Put the table between the markers of a README.

    :raises ValueError: the markers are not there, once each and in order.
    """
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError(f"the README has to have one line {BEGIN!r} and one line {END!r}")
    before, _, rest = readme.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise ValueError("the README's markers of the plugin table are in the wrong order")
    return f"{before}{BEGIN}\n{text}{END}{after}"


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--check", action="store_true", help="fail when the README's table is not the present one"
    )
    what.add_argument("--write", action="store_true", help="put the present table into the README")
    options = parser.parse_args(arguments)
    plugins = find_plugins()
    readme = README.read_text(encoding="utf-8")
    fresh = with_table(readme, table(plugins))
    if options.write:
        README.write_text(fresh, encoding="utf-8")
    elif fresh != readme:
        print("the README's table of plugins is not fresh: run 'make plugin-table'", file=sys.stderr)
        return 1
    print(f"{len(plugins)} plugins in the README's table")
    return 0


if __name__ == "__main__":
    sys.exit(main())
