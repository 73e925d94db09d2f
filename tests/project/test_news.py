"""The news fragments: each has a type that towncrier knows, and the draft has all of them."""

import subprocess
import sys

import pytest

from tests.support.snippets import ROOT

TYPES = {"feature", "bugfix", "doc", "removal", "misc"}
FRAGMENTS = sorted((ROOT / "changes.d").glob("*.md"))


@pytest.mark.parametrize("name", [path.name for path in FRAGMENTS])
def test_a_fragment_has_an_issue_or_a_plus_and_a_type(name: str) -> None:
    issue, type_, _ = name.split(".")
    assert issue.isdigit() or issue.startswith("+")
    assert type_ in TYPES


def test_the_draft_has_all_of_them() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "1.2.3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "## 1.2.3" in done.stdout
    for path in FRAGMENTS:
        if ".misc." not in path.name:
            assert path.read_text(encoding="utf-8").split("\n")[0] in done.stdout
