"""README and CONTRIBUTING: what they show compiles, and what they name exists."""

import re
from pathlib import Path

import pytest

from tests.support.snippets import ROOT, Snippet, snippet, snippets, snippets_in

README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
MAKEFILE = ROOT / "Makefile"


@pytest.mark.parametrize("block", [*snippets(README), *snippets(CONTRIBUTING)], ids=str)
def test_each_block_compiles(block: Snippet) -> None:
    block.compile()


def test_the_tutorial_is_there_and_its_calls_are_those_promised() -> None:
    text = snippet("tutorial").text
    for line in (
        "from helixmpp import",
        "from helixmpp.plugins.xep_0231 import BitsOfBinary",
        'xmpp = ClientXMPP("me@example.org", "secret")',
        'xmpp.register_plugin("xep_0231")',
        'xmpp.plugin["xep_0231"].api.register(loader.set_bob, "set_bob")',
        'xmpp.plugin["xep_0231"].api.register(loader.get_bob, "get_bob")',
        'xmpp.plugin["xep_0231"].api.register(loader.del_bob, "del_bob")',
        'cid = await xmpp.plugin["xep_0231"].set_bob(b"coucou", "text/plain")',
        'content = await xmpp.plugin["xep_0231"].get_bob(cid=cid)',
        'assert content["bob"]["data"] == b"coucou"',
    ):
        assert line in text


@pytest.mark.parametrize("path", [README, CONTRIBUTING], ids=lambda path: path.name)
def test_links_into_the_project_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("path", [README, CONTRIBUTING], ids=lambda path: path.name)
def test_commands_that_are_shown_exist(path: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z][a-z-]*):", MAKEFILE.read_text(encoding="utf-8")))
    shown = set(re.findall(r"(?m)(?:`|^)make ([a-z][a-z-]*)", path.read_text(encoding="utf-8")))
    assert shown
    assert shown <= targets


MARKDOWN = """\
text
```sh
make
```
<!-- snippet: first -->
```python
a = 1
```
1. item

   ```python
   await b(
       2)
   ```
```python
```
"""


def test_blocks_are_found_with_name_line_and_indentation() -> None:
    blocks = snippets_in(MARKDOWN, Path("some.md"))
    assert [(one.name, one.line, one.text) for one in blocks] == [
        ("first", 7, "a = 1\n"),
        ("", 12, "await b(\n    2)\n"),
        ("", 16, ""),
    ]
    assert [one.text for one in snippets_in(MARKDOWN, Path("some.md"), "sh")] == ["make\n"]


def test_an_error_names_the_line_of_the_text() -> None:
    (block,) = snippets_in("\n\n```python\nok = 1\n1 +\n```\n", Path("some.md"))
    with pytest.raises(SyntaxError) as caught:
        block.compile()
    assert (caught.value.filename, caught.value.lineno) == ("some.md", 5)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(LookupError, match="0 snippets named 'nothing'"):
        snippet("nothing")
