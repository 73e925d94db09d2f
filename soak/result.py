"""What one run found, and whether the promise was kept."""

from collections import Counter
from dataclasses import dataclass, field, fields

from tests.support.ledger import Ledger

__all__ = ["Result", "summed"]

SHOWN = 5  # numbers of messages that a problem names


@dataclass(slots=True)
class Result:
    """One run of one promise."""

    promise: str
    seed: int
    server: str
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    silent: int = 0
    cuts: int = 0
    resumed: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])

    def add(self, ledger: Ledger, *, exact: bool) -> None:
        """Take over one direction.

        :param exact: nothing may fail, be doubled or change its place; otherwise each may, when it is said.
        """
        self.sent += len(ledger.receipts)
        self.outcomes += ledger.outcomes
        lost = ledger.missing if exact else ledger.lost
        doubled = ledger.doubled if exact else ledger.doubled_unsaid
        self.lost += len(lost)
        self.doubled += len(doubled)
        self.silent += len(ledger.silent)
        found = {
            "lost": lost,
            "doubled": doubled,
            "without an outcome": ledger.silent,
            "strange": ledger.strange,
        }
        # Where a session is over, what was said in the next one may have come before what is said again.
        self.reordered += len(ledger.reordered)
        if exact:
            found["reordered"] = ledger.reordered
        self.problems += [
            f"{ledger.name}: {what}: {numbers[:SHOWN]}" for what, numbers in found.items() if numbers
        ]

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return not self.problems

    def to_json(self) -> dict[str, object]:
        """The same for machines."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def summed(results: list[Result]) -> Result:
    """All runs of one promise together."""
    first = results[0]
    total = Result(first.promise, len(results), first.server)
    for one in results:
        for name in ("sent", "lost", "doubled", "reordered", "silent", "cuts", "resumed", "seconds"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
        total.outcomes += one.outcomes
        total.problems += [f"seed {one.seed}: {problem}" for problem in one.problems]
    return total
