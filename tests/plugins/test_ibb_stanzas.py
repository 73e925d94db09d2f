"""The stanzas of in-band bytestreams: what survives the wire, and what is no value."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0047 import Close, Data, Open
from helixmpp.xml import parse_one


@given(seq=st.integers(0, 65535), sid=st.text("abc-_.9", min_size=1), block=st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_a_block_survives_the_wire(seq: int, sid: str, block: bytes) -> None:
    one = Data()
    one.seq, one.sid, one.data = seq, sid, block
    again = Data(xml=parse_one(str(one)))
    assert (
        (again.seq, again.sid, again.data) == (again["seq"], again["sid"], again["data"]) == (seq, sid, block)
    )


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (Open, "block_size", 65536),
        (Open, "block_size", -1),
        (Open, "block_size", "x"),
        (Open, "stanza", "presence"),
        (Data, "seq", 70000),
        (Data, "data", 5),
        (Close, "sid", 5),
    ],
)
def test_wrong_values_are_refused_at_once(kind: Any, key: str, value: object) -> None:
    with pytest.raises(FieldValueError):
        kind()[key] = value
