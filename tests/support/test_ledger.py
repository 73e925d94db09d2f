"""The ledger counts what is lost, doubled and out of order; it must be right where the library is wrong."""

import pytest

from tests.support.ledger import Ledger, outcome_of


class Failure(str):
    reason = "because"


class Receipt:
    def __init__(self, outcome: str | None) -> None:
        self.outcome = outcome


ACKED, RESENT, OPEN, FAILED = Receipt("acked"), Receipt("resent"), Receipt(None), Receipt(Failure("failed"))


@pytest.mark.parametrize(
    ("receipt", "outcome"),
    [
        (ACKED, "acked"),
        (RESENT, "resent"),
        (OPEN, "open"),
        (FAILED, "failed"),
        (Receipt("failed"), "failed without a reason"),
        (None, "failed"),
    ],
)
def test_outcomes(receipt: Receipt | None, outcome: str) -> None:
    assert outcome_of(receipt) == outcome


@pytest.mark.parametrize(
    ("arrived", "lost", "doubled", "reordered", "strange"),
    [
        ([0, 1, 2, 3], [], [], [], []),
        ([0, 2, 3], [1], [], [], []),
        ([], [0, 1, 2], [], [], []),
        ([0, 1, 1, 2, 3, 1], [], [1, 1], [], []),
        ([1, 0, 2, 3], [], [], [0], []),
        ([3, 0, 1, 2], [], [], [0, 1, 2], []),
        ([0, 1, 2, 0, 3], [], [0], [], []),
        ([0, 1, 2, 3, 9], [], [], [], [9]),
    ],
)
def test_counting(
    arrived: list[int], lost: list[int], doubled: list[int], reordered: list[int], strange: list[int]
) -> None:
    ledger = Ledger()
    for number, receipt in enumerate([ACKED, RESENT, ACKED, FAILED]):
        ledger.sent(number, receipt)
    for number in arrived:
        ledger.came(number)
    assert (ledger.lost, ledger.doubled, ledger.reordered, ledger.strange) == (
        lost,
        doubled,
        reordered,
        strange,
    )
    assert ledger.doubled_unsaid == [one for one in doubled if one != 1]
    assert 3 not in ledger.lost  # it was said that it failed


def test_what_nobody_was_told_of() -> None:
    ledger = Ledger()
    for number, receipt in enumerate([ACKED, OPEN, FAILED, Receipt("failed"), RESENT, None]):
        ledger.sent(number, receipt)
    assert ledger.silent == [1, 3]
    assert ledger.missing == [0, 1, 2, 3, 4, 5]
    assert ledger.lost == [0, 1, 3, 4]
    with pytest.raises(ValueError, match="twice"):
        ledger.sent(0, ACKED)
