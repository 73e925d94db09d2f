"""The records of a roster's log: what they come to, whoever wrote them, and what cannot be read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.core.roster.records import (
    PAGE_BYTES,
    VALUE_LIMIT,
    Fold,
    State,
    encode_item,
    encode_record,
    paged,
)

ME = "me@example.org"


def items_of(fold: Fold) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for record in fold.records():
        for _, bare, state in record.items():
            found.pop(bare, None)
            if state is not None:
                found[bare] = state
    return found


def record(
    bare: str, state: State | None, was: str | None = None, ver: str = "", upto: int | None = None
) -> bytes:
    text = encode_item(ME, bare, state)
    assert text is not None
    return encode_record([text], versions=None if was is None else (was, ver), upto=upto)


def fold_of(*records: bytes, first: int = 1) -> Fold:
    fold = Fold()
    for number, value in enumerate(records, first):
        fold.add(number, value)
    return fold


A: State = {"name": "A"}
B: State = {"name": "B", "groups": ["1", "ü"], "from": True}

# What was written, the items that are there then, and the version.
CASES: dict[str, tuple[list[bytes], dict[str, State], str]] = {
    "nothing": ([], {}, ""),
    "set": ([record("a", A, "", "1")], {"a": A}, "1"),
    "set and changed": ([record("a", A, "", "1"), record("a", B, "1", "2")], {"a": B}, "2"),
    "set and gone": ([record("a", A, "", "1"), record("a", None, "1", "2")], {}, "2"),
    "gone before it came": ([record("a", None, "", "1"), record("a", A, "1", "2")], {"a": A}, "2"),
    "a component has no versions": ([record("a", A), record("b", B)], {"a": A, "b": B}, ""),
    "the same twice": ([record("a", A, "", "1")] * 2, {"a": A}, "1"),
    "the same version": ([record("a", A, "", "1"), record("b", B, "1", "1")], {"a": A, "b": B}, "1"),
    "a server without versions": ([record("a", A, "", ""), record("b", B, "", "")], {"a": A, "b": B}, ""),
    # Another process missed what the first was told: nobody knows what is missing.
    "a gap": ([record("a", A, "", "1"), record("b", B, "2", "3")], {"a": A, "b": B}, ""),
    "a gap, then all": (
        [record("a", A, "", "1"), record("b", B, "2", "3"), record("a", B, "", "4")],
        {"a": B, "b": B},
        "4",
    ),
    "put together": (
        [record("a", A, "", "1"), record("b", B, "1", "2"), record("b", B, "2", "2", upto=2)],
        {"b": B},
        "2",
    ),
    "put together while another appends": (
        [record("a", A, "", "1"), record("b", B, "1", "2"), record("a", A, "1", "1", upto=1)],
        {"a": A, "b": B},
        "2",
    ),
    "put together twice": (
        [
            record("a", A, "", "1"),
            record("a", A, "1", "1", upto=1),
            record("b", B, "1", "2"),
            record("a", A, "1", "1", upto=1),
        ],
        {"a": A, "b": B},
        "2",
    ),
    "an older one comes late": (
        [
            record("a", A, "", "1"),
            record("a", None, "1", "2"),
            record("b", B, "2", "2", upto=2),
            record("a", A, "1", "1", upto=1),
        ],
        {"b": B},
        "2",
    ),
    "no JSON": ([record("a", A, "", "1"), b"\xff{", record("b", B, "1", "2")], {"a": A, "b": B}, ""),
    "other JSON": ([b"[]", b"{}", b"5", b'{"items":[5]}', b'{"items":[["a","b",5]]}'], {}, ""),
    "a wrong version": ([b'{"was":"","ver":5,"items":[]}'], {}, ""),
    "deep JSON": ([b'{"items":' + b"[" * 200_000], {}, ""),
}


@pytest.mark.parametrize(("records", "items", "version"), CASES.values(), ids=CASES.keys())
def test_what_records_come_to(records: list[bytes], items: dict[str, State], version: str) -> None:
    fold = fold_of(*records)
    assert (items_of(fold), fold.version()) == (items, version)
    assert (fold.last, fold.count) == (len(records), len(records))


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_everything_in_several_records(parts: int) -> None:
    before = [record(str(number), A) for number in range(5)]
    whole = [record(str(number), B, upto=5) for number in range(parts)]
    fold = fold_of(*before, *whole)
    assert items_of(fold) == {str(number): B for number in range(parts)}


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.just(A) | st.just(B)), max_size=12),
    st.data(),
)
def test_putting_together_changes_nothing(
    changes: list[tuple[str, State | None]], data: st.DataObject
) -> None:
    """Whenever it is done, and whatever was appended between its reading and its writing."""
    records = [
        record(bare, state, f"{number}", f"{number + 1}") for number, (bare, state) in enumerate(changes)
    ]
    records = [record("z", A, "", "0"), *records]
    plain = fold_of(*records)
    upto = data.draw(st.integers(0, len(records)), "up to")
    behind = data.draw(st.integers(upto, len(records)), "written behind")
    read = fold_of(*records[:upto])
    texts = [text for bare, state in items_of(read).items() if (text := encode_item(ME, bare, state))]
    version = read.version()
    whole = encode_record(texts, versions=(version, version), upto=upto)
    for first in (0, upto):  # before and after what it replaces is dropped
        fold = Fold()
        for number, value in enumerate([*records[:behind], whole, *records[behind:]], 1):
            if number > first:
                fold.add(number, value)
        assert (items_of(fold), fold.version()) == (items_of(plain), plain.version())


def test_pages_hold_so_many_bytes() -> None:
    items = [
        encode_item(ME, f"user{number}@example.net", {"name": "ü" * 50}) or "" for number in range(5_000)
    ]
    pages = list(paged(items))
    assert [item for page in pages for item in page] == items
    sizes = [len(encode_record(page)) for page in pages]
    assert max(sizes) <= PAGE_BYTES + 100
    assert len(pages) == -(-sum(len(item.encode()) + 1 for item in items) // PAGE_BYTES)
    assert list(paged([])) == [[]]
    assert list(paged(["x" * 2 * PAGE_BYTES, "y"])) == [["x" * 2 * PAGE_BYTES], ["y"]]


def test_what_is_too_large_is_told() -> None:
    assert encode_item(ME, "a", {"name": "x" * VALUE_LIMIT}) is None
    largest = encode_item(ME, "a", {"name": "x" * (VALUE_LIMIT - 40_000)})
    assert largest is not None
    value = encode_record([largest], versions=("v" * 1_024, "v" * 1_024), upto=2**60)
    assert len(value) < VALUE_LIMIT
    # A version that has no room is none.
    assert json.loads(encode_record([], versions=("1", "v" * 1_025))) == {"was": "1", "ver": "", "items": []}
