"""The blocks of code in a Markdown text, so that what it shows can be compiled and run."""

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parent.parent.parent

BLOCK = re.compile(
    r"(?:^[ \t]*<!-- snippet: (?P<name>[\w-]+) -->\n)?"
    r"^(?P<indent>[ \t]*)```(?P<language>[\w-]+)[^\n]*\n(?P<text>.*?)^(?P=indent)```[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block: its text without the indentation of the list it may stand in."""

    path: Path
    line: int  # of the first line of its text
    language: str
    name: str  # from a line `<!-- snippet: name -->` above it, or empty
    text: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}"

    def compile(self) -> CodeType:
        """Compile it as Python; `await` may stand outside of functions; errors name the Markdown's line."""
        text = "\n" * (self.line - 1) + self.text
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code: CodeType = compile(text, str(self.path), "exec", flags=flags, dont_inherit=True)
        return code


def snippets_in(text: str, path: Path, language: str = "python") -> list[Snippet]:
    """Find the blocks of a language in a Markdown text."""
    return [
        Snippet(
            path,
            text.count("\n", 0, match.start("text")) + 1,
            match["language"],
            match["name"] or "",
            textwrap.dedent(match["text"]),
        )
        for match in BLOCK.finditer(text)
        if match["language"] == language
    ]


def snippets(path: Path, language: str = "python") -> list[Snippet]:
    """Find the blocks of a language in a Markdown file."""
    return snippets_in(path.read_text(encoding="utf-8"), path, language)


def snippet(name: str, path: Path = ROOT / "README.md") -> Snippet:
    """Find the one block that has a name.

    :raises LookupError: there is none, or there are several.
    """
    found = [one for one in snippets(path) if one.name == name]
    if len(found) != 1:
        raise LookupError(f"{path.name} has {len(found)} snippets named {name!r}")
    return found[0]
