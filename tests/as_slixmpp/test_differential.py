"""Programs in slixmpp's style, run on the real slixmpp and on helixmpp: what goes over the wire is the same.

Where it is not, the table below has the reason, and ``docs/migrating.md`` what to do. A difference that is in no table
fails, and so does one in the table that is there no more.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench.environments import NotInstalled, environments, prepare
from tests.as_slixmpp.conftest import PROGRAMS, ROOT, run_python

Results = dict[str, dict[str, dict[str, list[str]]]]

#: By program and step: why helixmpp does not send, or does not tell, what slixmpp does.
DIFFERENCES = {
    ("errors", "bug"): "an error stanza answers a request, and tells no stranger of a bug",
    ("errors", "polite"): "an error stanza answers a request, never a message (promise H)",
    ("errors", "request"): "a handler that failed is an internal-server-error (RFC 6120 section 8.3.3.6)",
    ("messages", "error"): "an error carries the body that it answers; it is message_error and no message",
    ("presences", "refused"): "the server itself tells the other side (RFC 6121 section 3.2.2)",
    ("requests", "raw"): "send() takes the stanza as it is at the call; later changes are not sent",
    ("requests", "unknown"): "nobody handles it: service-unavailable (RFC 6120 section 8.4)",
    ("roster", "change"): "a client must not send the subscription (RFC 6121 section 2.1.2.5)",
    ("roster", "pushed"): "the answer to a push is empty (RFC 6121 section 2.1.6)",
    ("roster", "remove"): "taking an item off ends the subscriptions by itself (RFC 6121 section 2.5)",
    ("roster", "show"): "who is in no group is in none, not in one without a name",
    ("roster", "shown"): "who is in no group is in none, not in one without a name",
    ("stanzas", "items"): "send() takes the stanza as it is at the call; later changes are not sent",
}


def results_of(text: str) -> Results:
    # What a library prints by itself stands before it.
    results: Results = json.loads(text.strip().splitlines()[-1])
    return results


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("harness")


@pytest.fixture(scope="module")
def ours(harness: Path) -> Results:
    program = [str(PROGRAMS / "harness.txt"), str(PROGRAMS)]
    done = run_python(["-m", "helixmpp.as_slixmpp", *program], folder=harness)
    assert done.returncode == 0, done.stderr
    return results_of(done.stdout)


@pytest.fixture(scope="module")
def real(harness: Path) -> Results:
    environment = next(each for each in environments() if each.name == "slixmpp")
    try:
        python = prepare(environment, ROOT / ".bench")
    except NotInstalled as error:
        if os.environ.get("CI", "") not in ("", "0", "false", "no"):
            pytest.fail(f"the real slixmpp is needed here: {error}")
        pytest.skip(f"NOT COMPARED with the real slixmpp, which cannot be installed: {error}")
    done = run_python([str(PROGRAMS / "harness.txt"), str(PROGRAMS)], folder=harness, python=str(python))
    assert done.returncode == 0, done.stderr
    return results_of(done.stdout)


def meaning(text: str) -> Any:
    """What a stanza means: not the order of its attributes and children."""

    def of(element: ET.Element) -> Any:
        children = sorted((of(child) for child in element), key=repr)
        return element.tag, sorted(element.attrib.items()), (element.text or "").strip(), children

    return of(ET.fromstring(f"<around xmlns:stream='urn:stream'>{text}</around>"))


def differences(one: Results, other: Results) -> Iterator[tuple[str, str]]:
    for program in sorted({*one, *other}):
        steps = one[program], other[program]
        for step in sorted({*steps[0], *steps[1]}):
            first, second = (each.get(step, {"sent": ["<missing/>"], "notes": []}) for each in steps)
            if first["notes"] != second["notes"] or list(map(meaning, first["sent"])) != list(
                map(meaning, second["sent"])
            ):
                yield program, step


@pytest.mark.parametrize("program", sorted(path.stem for path in PROGRAMS.glob("*.slix")))
def test_a_program_runs_to_its_end(ours: Results, program: str) -> None:
    assert ours[program].pop("failed", None) is None
    assert any(step["sent"] for step in ours[program].values())


def test_the_same_goes_over_the_wire(ours: Results, real: Results) -> None:
    assert {name: steps["failed"] for name, steps in real.items() if "failed" in steps} == {}
    found = set(differences(real, ours))
    unexpected = {
        place: (real[place[0]].get(place[1]), ours[place[0]].get(place[1]))
        for place in found - set(DIFFERENCES)
    }
    assert unexpected == {}
    assert set(DIFFERENCES) - found == set(), "these are the same now"


def test_every_difference_is_told_to_who_comes_from_slixmpp() -> None:
    text = (ROOT / "docs" / "migrating.md").read_text(encoding="utf-8")
    for program, step in DIFFERENCES:
        assert f"`{program}: {step}`" in text, "docs/migrating.md does not name it"
