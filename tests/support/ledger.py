"""What was sent at one end and what came at the other: counts what is lost, doubled and out of order."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Ledger", "Sent", "outcome_of"]


class Sent(Protocol):
    """The receipt of a stanza, as ``xmpp.send()`` gives it."""

    @property
    def outcome(self) -> str | None:
        """What became of it; None while that is open. A failure has a ``reason``, too."""
        ...


def outcome_of(receipt: Sent | None) -> str:
    """What became of a stanza: ``acked``, ``resent``, ``failed``, ``failed without a reason`` or ``open``.

    :param receipt: None: the call that was to send it raised, which tells the program as well.
    """
    if receipt is None:
        return "failed"
    outcome = receipt.outcome
    if outcome is None:
        return "open"
    if outcome == "failed" and not getattr(outcome, "reason", ""):
        return "failed without a reason"
    return str(outcome)


@dataclass(slots=True)
class Ledger:
    """One direction: messages have numbers from 0 on, in the order in which they are sent."""

    name: str = ""
    receipts: dict[int, Sent | None] = field(default_factory=dict[int, Sent | None])
    arrived: list[int] = field(default_factory=list[int])

    def sent(self, number: int, receipt: Sent | None) -> None:
        """Note that a message was sent."""
        if number in self.receipts:
            raise ValueError(f"the test itself sends {number} twice")
        self.receipts[number] = receipt

    def came(self, number: int) -> None:
        """Note that a message arrived."""
        self.arrived.append(number)

    @property
    def outcomes(self) -> Counter[str]:
        """How many messages ended how."""
        return Counter(map(outcome_of, self.receipts.values()))

    @property
    def silent(self) -> list[int]:
        """Messages of which nobody was told what became of them."""
        told = {"acked", "resent", "failed"}
        return [number for number, receipt in self.receipts.items() if outcome_of(receipt) not in told]

    @property
    def missing(self) -> list[int]:
        """Messages that did not arrive, whatever was said of them."""
        return sorted(self.receipts.keys() - set(self.arrived))

    @property
    def lost(self) -> list[int]:
        """Messages that did not arrive, and of which it was not said that they failed."""
        return [number for number in self.missing if outcome_of(self.receipts[number]) != "failed"]

    @property
    def doubled(self) -> list[int]:
        """Messages that arrived more than once, each as often as it came too often."""
        return sorted((Counter(self.arrived) - Counter(set(self.arrived))).elements())

    @property
    def doubled_unsaid(self) -> list[int]:
        """Messages that arrived more than once, and of which it was not said that they were sent again."""
        return [one for one in self.doubled if outcome_of(self.receipts.get(one)) != "resent"]

    @property
    def reordered(self) -> list[int]:
        """Messages that first came behind one that was sent later."""
        late: list[int] = []
        seen: set[int] = set()
        highest = -1
        for number in self.arrived:
            if number in seen:
                continue
            seen.add(number)
            if number < highest:
                late.append(number)
            highest = max(highest, number)
        return late

    @property
    def strange(self) -> list[int]:
        """What arrived and was never sent."""
        return sorted(set(self.arrived) - self.receipts.keys())
