"""What goes into one record of TLS: whole pieces, in order, as many as are read at once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from helixmpp.core.records import records


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=60))
def test_records_hold_whole_pieces_and_are_as_few_as_they_can_be(sizes: list[int]) -> None:
    pieces = [bytes([number % 256]) * size for number, size in enumerate(sizes)]
    made = records(pieces)
    assert b"".join(made) == b"".join(pieces)
    ends = set[int]()
    total = 0
    for piece in pieces:
        total += len(piece)
        ends.add(total)
    at = 0
    for record in made:
        at += len(record)
        assert at in ends
        assert len(record) <= 4096 or record in pieces
    for first, second in pairwise(made):
        assert len(first) + len(second) > 4096
