"""Fail for what no file may have: too many lines, a machine's paths, unfinished spots, bare ignores."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ("src", "tests", "examples", "tools", "bench", "soak", "fuzz")
TEXTS = ("*.md", "*.toml", "Makefile", ".ci/*", "changes.d/*", "design/*")
MAX_LINES = 600

# Written so that these patterns do not match themselves.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home)/\w|[A-Za-z]:\\Users\\")
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b")
IGNORES = re.compile(
    r"#\s*(?:type: *ignore|pyright: *ignore|noqa)"
    r"(?P<codes>\[[^\]]*\]|:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*|)(?P<reason>.*)"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Where something is that must not be, and what."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def problems_of(path: Path, text: str) -> Iterator[Problem]:
    """Look at one file.

    :param path: as it is reported; a name ending in ``.py`` is looked at as Python.
    :param text: what it says.
    """
    lines = text.splitlines()
    python = path.suffix == ".py"
    explained: str | None = None  # codes whose reason holds on: lines in a row share the first one's
    if python and len(lines) > MAX_LINES:
        yield Problem(path, len(lines), f"more than {MAX_LINES} lines: make it two rooms")
    for number, line in enumerate(lines, start=1):
        if MACHINE_PATHS.search(line):
            yield Problem(path, number, "a path of somebody's machine")
        if UNFINISHED.search(line):
            yield Problem(path, number, "an unfinished spot")
        above = lines[number - 2].strip() if number > 1 else ""
        mark = IGNORES.search(line) if python else None
        if mark is None:
            explained = None
        elif above.startswith("#") or _has_reason(mark):
            explained = mark["codes"]
        elif explained != mark["codes"]:
            yield Problem(path, number, "a check is ignored without a reason beside it")


def _has_reason(mark: re.Match[str]) -> bool:
    return len(re.findall(r"[^\W\d_]{2,}", mark["reason"])) >= 2


def files(root: Path) -> Iterator[Path]:
    """Find the files that are looked at: code, and the texts beside it."""
    for folder in CODE:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in {".py", ".pyi", ".sh", ".md", ".lua", ".xml"}:
                yield path
    for pattern in TEXTS:
        yield from sorted(path for path in root.glob(pattern) if path.is_file())


def main() -> int:
    """Print each problem; the exit status."""
    count = 0
    problems: list[Problem] = []
    for path in files(ROOT):
        count += 1
        problems.extend(problems_of(path.relative_to(ROOT), path.read_text(encoding="utf-8")))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{count} files, none over {MAX_LINES} lines, nothing that must not be there")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
