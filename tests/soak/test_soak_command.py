"""The soak's own arithmetic and output: a broken promise has to look like one."""

from pathlib import Path

import pytest

from soak.command import main
from soak.killing import count
from soak.report import line, table
from soak.result import Result, summed
from soak.sizes import FULL, PROMISES, REDUCED
from soak.writer import read_diary
from tests.support.ledger import Ledger


class Receipt:
    def __init__(self, outcome: str | None) -> None:
        self.outcome = outcome


def ledger(outcomes: list[str | None], arrived: list[int]) -> Ledger:
    made = Ledger("there")
    for number, outcome in enumerate(outcomes):
        made.sent(number, Receipt(outcome))
    for number in arrived:
        made.came(number)
    return made


@pytest.mark.parametrize(
    ("outcomes", "arrived", "exact", "loose"),
    [
        (["acked", "acked"], [0, 1], True, True),
        (["acked", "acked"], [0], False, False),
        (["acked", None], [0, 1], False, False),
        (["acked", "resent"], [0, 1, 1], False, True),
        (["acked", "acked"], [0, 1, 1], False, False),
        (["resent", "resent"], [1, 0], False, True),
        (["acked"], [0, 7], False, False),
        (["failed"], [0], False, False),  # without a reason
    ],
)
def test_what_keeps_a_promise(
    outcomes: list[str | None], arrived: list[int], exact: bool, loose: bool
) -> None:
    for strictness, kept in ((True, exact), (False, loose)):
        result = Result("I", 1, "nowhere")
        result.add(ledger(outcomes, arrived), exact=strictness)
        assert result.kept == kept, result.problems


@pytest.mark.parametrize(
    ("begun", "taken", "arrived", "problems"),
    [
        ({0, 1, 2}, {0, 1}, [0, 1], []),
        (
            {0, 1, 2},
            {0, 1},
            [0, 1, 2],
            [],
        ),  # the outbox had it, and the process was killed before it wrote so
        ({0, 1, 2}, {0, 1, 2}, [0, 2], ["lost: [1]"]),
        ({0, 1}, {0, 1}, [0, 1, 1], ["doubled: [1]"]),
        ({0, 1}, {0, 1}, [1, 0], ["reordered: [0]"]),
        ({0}, {0}, [0, 5], ["strange: [5]"]),
    ],
)
def test_what_keeps_the_promise_of_the_outbox(
    begun: set[int], taken: set[int], arrived: list[int], problems: list[str]
) -> None:
    result = Result("U", 1, "nowhere")
    count(result, begun, taken, arrived)
    assert result.problems == problems


def test_a_diary_that_was_torn(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    assert read_diary(diary) == (set(), set(), 0, False)
    diary.write_text("\ni 0\nt 0\nr\ni 1\nt\n\ni 2\ndone\n")
    assert read_diary(diary) == ({0, 1, 2}, {0}, 1, True)


def test_what_is_printed() -> None:
    good, bad = Result("I", 1, "nowhere", sent=5), Result("I", 2, "nowhere", sent=5, lost=2)
    bad.problems.append("there: lost: [3, 4]")
    assert "NOT KEPT" not in line(good)
    assert "NOT KEPT: there: lost: [3, 4]" in line(bad)
    total = summed([good, bad])
    assert (total.sent, total.lost, total.kept) == (10, 2, False)
    assert "I NOT KEPT: seed 2: there: lost: [3, 4]" in table([total])
    assert "| 10 " in table([total])


def test_the_full_sizes_are_those_of_the_promises() -> None:
    assert {name: (one.seeds, one.messages, one.cuts) for name, one in FULL.items() if name in "IJL"} == {
        "I": (20, 2000, 9),
        "J": (20, 1500, 50),
        "L": (5, 3000, 23),
    }
    assert (FULL["K"].seeds, FULL["U"].seeds) == (10, 20)
    assert PROMISES.keys() == FULL.keys() == REDUCED.keys()


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    arguments = ["--only", "L", "--server", "embedded", "--seeds", "1", "--messages", "20", "--cuts", "1"]
    assert main([*arguments, "--json", str(told)]) == 0
    out, err = capsys.readouterr()
    assert "L seed 1, embedded: 20 messages" in err
    assert "| L: no stream management" in out
    assert '"sent": 20' in told.read_text()
