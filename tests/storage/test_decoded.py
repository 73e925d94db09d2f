"""What is remembered of kept bytes: never other than the bytes say, never shared, never more than the limit."""

import pytest

from helixmpp.core import Done
from helixmpp.core.done import chain, then
from helixmpp.plugins._kept import Decoded, to_bytes
from helixmpp.plugins.xep_0231 import BitsOfBinary
from helixmpp.stanza import Message


def bob(data: bytes, cid: str = "cid") -> BitsOfBinary:
    made = BitsOfBinary()
    made.cid, made.type, made.data = cid, "text/plain", data
    return made


def test_the_same_bytes_give_equal_objects_that_share_nothing() -> None:
    decoded = Decoded(BitsOfBinary)
    value = to_bytes(bob(b"data"))
    first = decoded.get("key", value)
    assert first == bob(b"data")
    assert first is not None
    first.data, first.cid = b"changed", "changed"
    for same in (value, bytes(bytearray(value))):
        again = decoded.get("key", same)
        assert again == bob(b"data")
        assert again is not first


def test_an_object_with_children_shares_nothing_either() -> None:
    message = Message()
    message["body"] = "text"
    decoded = Decoded(Message)
    value = to_bytes(message)
    for _ in range(3):
        found = decoded.get("key", value)
        assert found is not None
        assert found["body"] == "text"
        found["body"] = "changed"


@pytest.mark.parametrize("value", [None, b"", b"<data", b"<other xmlns='urn:xmpp:bob'/>"])
def test_other_bytes_give_what_they_say(value: bytes | None) -> None:
    decoded = Decoded(BitsOfBinary)
    assert decoded.get("key", to_bytes(bob(b"one"))) == bob(b"one")
    assert decoded.get("key", to_bytes(bob(b"two"))) == bob(b"two")
    assert decoded.get("key", value) is None
    assert decoded.get("key", to_bytes(bob(b"two"))) == bob(b"two")


def test_no_more_is_remembered_than_the_limits_say() -> None:
    decoded = Decoded(BitsOfBinary, limit=5, bytes_limit=2000)
    for number in range(50):
        for size in (1, 1000, 5000):
            blob = bob(b"x" * size, f"{number}")
            assert decoded.get(f"{number}-{size}", to_bytes(blob)) == blob
        known: dict[str, tuple[bytes, object]] = vars(decoded)["_known"]
        assert len(known) <= 5
        assert sum(len(value) for value, _ in known.values()) <= 2000
        assert vars(decoded)["_size"] == sum(len(value) for value, _ in known.values())


async def later(value: int) -> int:
    return value


async def test_then_and_chain_go_on_at_once_where_the_answer_is_there() -> None:
    at_once = then(Done(5), lambda value: value + 1)
    assert isinstance(at_once, Done)
    assert at_once.result() == 6
    assert await then(later(5), lambda value: value + 1) == 6
    chained = chain(Done(5), lambda value: Done(value * 2))
    assert isinstance(chained, Done)
    assert await chained == 10
    assert await chain(later(5), later) == 5
    assert await chain(Done(5), later) == 5
    with pytest.raises(ZeroDivisionError):
        then(Done(0), lambda value: 1 // value)
