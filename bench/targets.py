"""What helixmpp is to reach, and whether it did. Ratios count, whatever the machine; a few limits are absolute."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Measured", "Target", "Verdict"]

Kind = Literal["floor", "slixmpp", "block", "kib", "wall"]

_TEXTS: dict[Kind, str] = {
    "floor": "at most {limit:g} x the floor",
    "slixmpp": "at least {limit:g} x faster than slixmpp",
    "block": "no block of the loop over {limit:g} ms",
    "kib": "at most {limit:g} KiB each",
    "wall": "all in less than {limit:g} s",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one case; None where it was not measured."""

    floor: float | None  # helixmpp / floor
    slixmpp: float | None  # slixmpp / helixmpp
    block: float | None  # ms
    kib: float | None
    wall: float | None  # seconds for all items

    def of(self, kind: Kind) -> float | None:
        """The number that a target is about."""
        values: dict[Kind, float | None] = {
            "floor": self.floor,
            "slixmpp": self.slixmpp,
            "block": self.block,
            "kib": self.kib,
            "wall": self.wall,
        }
        return values[kind]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target beside what was measured."""

    text: str
    value: float | None
    met: bool | None  # None: not measured

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.text}: NOT MEASURED"
        return f"{self.text}: {self.value:.3g} {'ok' if self.met else 'MISSED'}"


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    :param kind: of which number; ``slixmpp`` is the only one that is to be large.
    :param limit: in the unit of the number.
    """

    kind: Kind
    limit: float

    def judge(self, measured: Measured) -> Verdict:
        """Compare."""
        value = measured.of(self.kind)
        met = None
        if value is not None:
            met = value >= self.limit if self.kind == "slixmpp" else value <= self.limit
        return Verdict(_TEXTS[self.kind].format(limit=self.limit), value, met)
