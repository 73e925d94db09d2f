"""The project's own checks find what they are for."""

from pathlib import Path

import pytest

from tools.check_cycles import find_cycles
from tools.check_files import MAX_LINES, files, problems_of
from tools.check_plugins import missing_in
from tools.plugin_table import BEGIN, END, with_table

ROOT = Path(__file__).resolve().parent.parent.parent

# Put together from pieces, because the checks read this file, too.
IGNORE = "# type: " + "ignore"
NOQA = "# no" + "qa"


@pytest.mark.parametrize(
    ("imports", "cycles"),
    [
        ({}, []),
        ({"a": [], "b": ["a"]}, []),
        ({"a": ["b"], "b": ["a"]}, [["a", "b"]]),
        ({"a": ["a"]}, [["a"]]),
        ({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}, [["a", "b", "c"]]),
        ({"a": ["b"], "b": ["a"], "c": ["d", "a"], "d": ["c"]}, [["a", "b"], ["c", "d"]]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"p": ["p.a", "p.b"], "p.b": ["p.a"], "p.a": []}, []),
        ({"p": ["p.a"], "p.a": ["p"]}, [["p", "p.a"]]),
        ({"a": ["elsewhere"]}, []),
        ({str(n): [str(n + 1)] for n in range(5000)}, []),
        ({str(n): [str((n + 1) % 3000)] for n in range(3000)}, [sorted(map(str, range(3000)))]),
    ],
)
def test_cycles(imports: dict[str, list[str]], cycles: list[list[str]]) -> None:
    assert find_cycles(imports) == cycles


@pytest.mark.parametrize(
    ("name", "text", "problems"),
    [
        ("a.py", "x = 1\n", []),
        ("a.py", "x = 1\n" * MAX_LINES, []),
        ("a.py", "x = 1\n" * (MAX_LINES + 1), [(601, "two rooms")]),
        ("a.md", "word\n" * (MAX_LINES + 1), []),
        ("a.py", "\npath = '/ho" + "me/somebody/x'\n", [(2, "somebody's machine")]),
        ("a.md", "see /wo" + "rk/main\n", [(1, "somebody's machine")]),
        ("a.sh", "cd /ro" + "ot/x\n", [(1, "somebody's machine")]),
        ("a.py", "'C:\\Us" + "ers\\me'\n", [(1, "somebody's machine")]),
        ("a.py", "'file:///var/lib/bot', 'https://example.org/home/x', 'work/x'\n", []),
        ("a.py", "# TO" + "DO: later\n", [(1, "unfinished")]),
        ("a.py", "# XX" + "X\n", [(1, "unfinished")]),
        ("a.py", f"x = y  {IGNORE}\n", [(1, "without a reason")]),
        ("a.py", f"x = y  {IGNORE}[attr-defined]\n", [(1, "without a reason")]),
        ("a.py", f"x = y  {IGNORE}[attr-defined]  # added by the metaclass\n", []),
        ("a.py", f"x = y  {NOQA}: S603\n", [(1, "without a reason")]),
        ("a.py", f"x = y  {NOQA}: S603, B010\n", [(1, "without a reason")]),
        ("a.py", f"x = y  {NOQA}\n", [(1, "without a reason")]),
        ("a.py", f"x = y  {NOQA}: S603 - the program is the caller's\n", []),
        ("a.py", f"x = y  {NOQA}: PLC0415  (kept out of the start)\n", []),
        ("a.py", f"x = y  {NOQA}: S603 - slow to load\nx = z  {NOQA}: S603\nx = a  {NOQA}: S603\n", []),
        ("a.py", f"x = y  {NOQA}: S603 - slow to load\nx = z  {NOQA}: S101\n", [(2, "without a reason")]),
        ("a.py", f"x = y  {NOQA}: S603 - slow to load\n\nx = z  {NOQA}: S603\n", [(3, "without a reason")]),
        ("a.py", f"# The metaclass adds it.\nx = y  {IGNORE}[attr-defined]\n", []),
    ],
)
def test_files(name: str, text: str, problems: list[tuple[int, str]]) -> None:
    found = list(problems_of(Path(name), text))
    assert len(found) == len(problems)
    for problem, (line, part) in zip(found, problems, strict=True):
        assert problem.line == line
        assert part in problem.text


def test_code_and_texts_are_looked_at() -> None:
    seen = {path.relative_to(ROOT).as_posix() for path in files(ROOT)}
    assert {
        "Makefile",
        ".ci/run",
        "README.md",
        "pyproject.toml",
        "src/helixmpp/errors.py",
        "tests/project/test_tools.py",
        "tools/venv.sh",
    } <= seen


GOOD = """XEP-0000, Nothing: what it is for, said in words that one understands.

Use::

    xmpp.register_plugin("xep_0000")

Events: none.

Operations: ``get_nothing``.

Limits: none of it is kept.

Version: XEP-0000 1.0.
"""


@pytest.mark.parametrize(
    ("docstring", "missing"),
    [
        (GOOD, []),
        (GOOD.replace("Limits:", "Bounds:"), ["no part 'Limits:'"]),
        (GOOD.replace("Use::", "Use it::"), ["no part 'Use:'"]),
        (GOOD.replace("what it is for, said in words that one understands.", ""), ["what it is for"]),
        (
            "",
            [
                "no part 'Use:'",
                "no part 'Events:'",
                "no part 'Operations:'",
                "no part 'Limits:'",
                "no part 'Version:'",
                "what it is for",
            ],
        ),
    ],
)
def test_plugin_docstrings(docstring: str, missing: list[str]) -> None:
    found = list(missing_in(docstring))
    assert len(found) == len(missing)
    assert all(part in text for text, part in zip(found, missing, strict=True))


def test_the_table_takes_the_place_of_the_old_one() -> None:
    readme = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = with_table(readme, "new\n")
    assert once == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert with_table(once, "new\n") == once


@pytest.mark.parametrize("readme", ["", BEGIN, END, f"{END}\n{BEGIN}", f"{BEGIN}{BEGIN}{END}"])
def test_a_readme_without_its_markers_is_refused(readme: str) -> None:
    with pytest.raises(ValueError, match="README"):
        with_table(readme, "new\n")
