"""The bounded table, against the simplest one that does the same."""

from hypothesis import given
from hypothesis import strategies as st

from helixmpp.storage.index import Index

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "get", "pop", "pass"]),
        st.sampled_from("abcdefg"),
        st.none() | st.integers(min_value=0, max_value=5),
    ),
    max_size=60,
)


@given(STEPS, st.integers(min_value=1, max_value=4))
def test_it_does_what_a_plain_list_does(steps: list[tuple[str, str, int | None]], limit: int) -> None:
    index: Index[int] = Index(limit)
    plain: list[tuple[str, int, float | None]] = []  # the least recently used first
    now = 0.0
    for number, (what, key, age) in enumerate(steps):
        found = [entry for entry in plain if entry[0] == key]
        alive = [entry for entry in found if entry[2] is None or entry[2] > now]
        if what == "put":
            expires = None if age is None else now + age
            dropped = index.put(key, number, expires, now)
            plain = [entry for entry in plain if entry[0] != key] + [(key, number, expires)]
            left = [entry for entry in plain if entry[2] is None or entry[2] > now][-limit:]
            assert sorted(dropped) == sorted({entry[0] for entry in plain} - {entry[0] for entry in left})
            plain = left
        elif what == "get":
            assert index.get(key, now) == (alive[0][1] if alive else None)
            if alive:
                plain = [entry for entry in plain if entry[0] != key] + alive
        elif what == "pop":
            assert index.pop(key) is bool(found)
            plain = [entry for entry in plain if entry[0] != key]
        else:
            now += age or 0
        assert index.keys() == [entry[0] for entry in plain]
        assert index.values() == [entry[1] for entry in plain]
        assert len(index) <= limit


def test_values_put_anew_for_ever_do_not_make_it_grow() -> None:
    index: Index[int] = Index(3)
    for number in range(10_000):
        index.put("abc"[number % 3], number, 1e9 + number, 0)
    assert len(index._expiries) < 100  # pyright: ignore[reportPrivateUsage] - its growth is asked about
