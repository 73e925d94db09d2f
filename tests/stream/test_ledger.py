"""The ledger: nothing in it is lost, doubled or put out of order, whatever becomes of the streams."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from helixmpp.stream import Entry, Ledger
from helixmpp.stream.ledger import HandledCountTooHigh


def entries(ledger: Ledger, count: int) -> list[Entry]:
    made = [Entry(str(number)) for number in range(count)]
    for entry in made:
        ledger.add(entry)
    return made


def test_what_is_written_is_acknowledged_in_order() -> None:
    ledger = Ledger()
    made = entries(ledger, 5)
    for _ in range(3):
        ledger.take()
    assert (ledger.in_flight, ledger.waiting, ledger.sent) == (3, 2, 3)
    assert ledger.acknowledge(2) == made[:2]
    assert ledger.acknowledge(2) == []
    assert ledger.acknowledge(3) == made[2:3]
    assert ledger.next_waiting() is made[3]


@pytest.mark.parametrize("h", [0, 1, 6, 2**32 - 1])
def test_a_count_backwards_or_beyond_is_refused(h: int) -> None:
    ledger = Ledger()
    entries(ledger, 5)
    for _ in range(5):
        ledger.take()
    ledger.acknowledge(2)
    with pytest.raises(HandledCountTooHigh):
        ledger.acknowledge(h)
    assert (ledger.acked, ledger.in_flight) == (2, 3)


def test_counters_begin_anew_behind_32_bits() -> None:
    ledger = Ledger()
    ledger.acked = 2**32 - 2
    made = entries(ledger, 4)
    for _ in range(4):
        ledger.take()
    assert ledger.sent == 2
    assert ledger.acknowledge(1) == made[:3]


def test_a_lost_stream_is_rewound_before_what_is_new() -> None:
    ledger = Ledger()
    made = entries(ledger, 3)
    ledger.take()
    ledger.take()
    new = Entry("new")
    ledger.add(new)
    ledger.rewind()
    assert [ledger.take() for _ in range(4)] == [*made, new]


def test_another_session_keeps_what_it_is_told_to() -> None:
    ledger = Ledger()
    made = entries(ledger, 4)
    for _ in range(3):
        ledger.take()
    ledger.acknowledge(1)
    lost = ledger.renew(lambda entry: entry is not made[1])
    assert lost == [made[1]]
    assert (ledger.acked, ledger.in_flight, ledger.waiting) == (0, 0, 2)
    assert made[2].again
    assert not made[3].again  # it was never written
    assert ledger.clear() == made[2:]


class Link(RuleBasedStateMachine):
    """A sender, a link that is cut anywhere, and a receiver that counts (XEP-0198 section 5)."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.made = 0
        self.wire: list[str] = []
        self.received: list[str] = []

    @rule(count=st.integers(1, 5))
    def send(self, count: int) -> None:
        for _ in range(count):
            self.ledger.add(Entry(str(self.made)))
            self.made += 1

    @precondition(lambda self: self.ledger.waiting)
    @rule()
    def write(self) -> None:
        self.wire.append(self.ledger.take().text)

    @precondition(lambda self: self.wire)
    @rule(count=st.integers(1, 9))
    def arrive(self, count: int) -> None:
        self.received += self.wire[:count]
        del self.wire[:count]

    @rule()
    def acknowledge(self) -> None:
        self.ledger.acknowledge(len(self.received))

    @rule()
    def cut_and_resume(self) -> None:
        self.wire.clear()
        self.ledger.acknowledge(len(self.received))
        self.ledger.rewind()

    @invariant()
    def nothing_is_lost_doubled_or_out_of_order(self) -> None:
        assert self.received == [str(number) for number in range(len(self.received))]
        assert len(self.received) + len(self.wire) + self.ledger.waiting == self.made


TestLink = Link.TestCase
