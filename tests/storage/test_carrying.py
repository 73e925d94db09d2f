"""Export and import: from each engine into each, and every way in which the lines can be wrong."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.core.engines import Engine, Entry, LogEntry, LogState, ValueEntry
from helixmpp.errors import StorageError
from helixmpp.storage import MemoryEngine, Storage, export_lines, import_lines
from helixmpp.storage.checks import KEY_LIMIT
from helixmpp.storage.lines import FIRST, last_line, line_of, read_lines
from tests.support.storage import SHARED, Clock, Place, ServerURL, open_place

NASTY = ["", "a\0b", "a\nb", "\ud800", "schlüssel-\N{KEY}", "../../x", "x" * 300, "A", "a"]


async def fill(engine: Engine) -> None:
    """Two accounts, awkward names and keys, ages, a log that was dropped from, and one that is empty."""
    for account in ("alice@example.org", "bob@example.org\ud800\0"):
        values = engine.collection(account, "\ud800\0/ things", limit=50, value_limit=1000)
        for key in NASTY:
            await values.put(key, key.encode("utf-8", "surrogatepass") + b"\0\xff")
        await values.put("short", b"lived", 100)
        await values.put("gone", b"soon", 5)
    log = engine.log("alice@example.org", "\ud800\0/ things", limit=10, value_limit=1000)
    await log.append([b"1", b"\xff\0", b"", b"4"])
    await log.drop(1)
    used_up = engine.log("alice@example.org", "used up", limit=10, value_limit=1000)
    await used_up.append([b"1", b"2"])
    await used_up.drop(2)


async def content(engine: Engine) -> set[Entry]:
    return {entry async for entry in engine.entries()}


def expected() -> set[Entry]:
    entries: set[Entry] = set()
    name = "\ud800\0/ things"
    for account in ("alice@example.org", "bob@example.org\ud800\0"):
        for key in NASTY:
            value = key.encode("utf-8", "surrogatepass") + b"\0\xff"
            entries.add(ValueEntry(account, name, key, value))
        entries.add(ValueEntry(account, name, "short", b"lived", 90.0))
    entries.add(LogState("alice@example.org", name, 4))
    entries |= {
        LogEntry("alice@example.org", name, number, value)
        for number, value in ((2, b"\xff\0"), (3, b""), (4, b"4"))
    }
    entries.add(LogState("alice@example.org", "used up", 2))
    return entries


async def test_what_is_taken_out_is_put_back_elsewhere(
    place: Place, tmp_path: Path, server_url: ServerURL
) -> None:
    await fill(place.engine)
    place.clock.now += 10
    assert await content(place.engine) == expected()
    lines = [line async for line in export_lines(place.engine)]
    assert all(line.isascii() for line in lines)
    other = MemoryEngine(Clock())
    assert await import_lines(other, lines) == len(lines) - 4
    assert await content(other) == expected()
    # And from there into an engine of the first kind, which has something of its own already.
    await place.engine.close()
    (tmp_path / "other").mkdir()
    name = place.name
    again = await open_place(name, tmp_path / "other", server_url)
    old = again.engine.collection("alice@example.org", "\ud800\0/ things", limit=50, value_limit=1000)
    await old.put("short", b"other", 5)
    await old.put("kept", b"own")
    log = again.engine.log("alice@example.org", "\ud800\0/ things", limit=10, value_limit=1000)
    await log.append([b"x"] * 7)
    assert await import_lines(again.engine, [line async for line in export_lines(other)]) == len(lines) - 4
    own = ValueEntry("alice@example.org", "\ud800\0/ things", "kept", b"own")
    assert await content(again.engine) == {*expected(), own}
    # Who had it open goes on with what is there now.
    assert await old.get("short") == b"lived"
    assert await log.read() == [(2, b"\xff\0"), (3, b""), (4, b"4")]
    assert await log.append([b"next"]) == 5
    used_up = again.engine.log("alice@example.org", "used up", limit=10, value_limit=1000)
    assert await used_up.append([b"3"]) == 3
    await again.engine.close()


async def test_limits_hold_for_what_was_put_back(place: Place) -> None:
    lines = [FIRST]
    for number in range(20):
        lines.append(line_of(ValueEntry("alice@example.org", "things", f"{number}", b"x" * 500)))
    await import_lines(place.engine, [*lines, last_line(20)])
    values = place.values(limit=5, value_limit=100)
    await values.put("new", b"x")
    assert sorted(await values.keys()) == ["16", "17", "18", "19", "new"]


GOOD = [
    FIRST,
    line_of(ValueEntry("a@b", "c", "key", b"value", 5.5)),
    line_of(LogState("a@b", "l", 3)),
    line_of(LogEntry("a@b", "l", 2, b"x")),
    line_of(LogEntry("a@b", "l", 3, b"y")),
    line_of(ValueEntry("a@b", "c", "other", b"")),
    last_line(4),
]


def changed(line: int, **what: object) -> list[str]:
    about = json.loads(GOOD[line - 1]) | what
    return [*GOOD[: line - 1], json.dumps(about), *GOOD[line:]]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 0: it is empty"),
        ([""], "line 1: it is no JSON"),
        (["[]"], "line 1: it is not the first line"),
        (GOOD[1:], "line 1: it is not the first line"),
        (changed(1, **{"helixmpp-storage": 2}), "line 1: the form has version 2"),
        (changed(1, **{"helixmpp-storage": "1"}), "line 1: it is not the first line"),
        (GOOD[:-1], "line 6: this is the end"),
        (changed(7, values=5), "line 7: there are 4 values before it, not 5"),
        ([*GOOD, GOOD[1]], "line 7: something stands behind"),
        ([*GOOD[:2], "{", *GOOD[2:]], "line 3: it is no JSON"),
        ([*GOOD[:2], "[" * 100_000, *GOOD[2:]], "line 3: it is no JSON"),
        ([*GOOD[:2], "{}", *GOOD[2:]], "line 3: it is neither"),
        ([*GOOD[:2], GOOD[0], *GOOD[2:]], "line 3: it is neither"),
        (changed(2, account=5), "line 2: it is neither"),
        (changed(2, age="5"), "line 2: it is neither"),
        (changed(2, age=float("nan")), "line 2: it is neither"),
        (changed(2, key="k" * (KEY_LIMIT + 1)), "line 2: it is neither"),
        (changed(2, value="?"), "line 2: its value is no base64"),
        (changed(2, value="é"), "line 2: its value is no base64"),
        (changed(3, last=0), "line 3: it is neither"),
        (changed(3, last=2**60), "line 3: it is neither"),
        (changed(3, last=4), "line 7: the values of the log 'l' end at 3, not at 4"),
        (changed(3, last=2), "line 5: the value 3 of the log 'l' is out of order"),
        (changed(3, log="m"), "line 4: a value of the log 'l' comes without"),
        (changed(4, number=1), "line 5: the value 3 of the log 'l' is out of order"),
        (changed(4, number=-2), "line 4: the value -2 of the log 'l' is out of order"),
        (changed(5, account="x@y"), "line 5: a value of the log 'l' comes without"),
    ],
)
@pytest.mark.parametrize("name", ["memory", "folder", "sqlite"])
async def test_lines_that_are_wrong_are_told_and_nothing_is_put(
    name: str, tmp_path: Path, server_url: ServerURL, lines: list[str], message: str
) -> None:
    place = await open_place(name, tmp_path, server_url)
    with pytest.raises(StorageError) as caught:
        await import_lines(place.engine, lines)
    assert str(caught.value).startswith(message)
    assert await content(place.engine) == set()
    await place.engine.close()


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-20],
    "longer": lambda data: data + b"\xff",
    "compressed": lambda data: b"\x1f\x8b" + data,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_bytes_that_are_no_export(change: Callable[[bytes], bytes]) -> None:
    data = b"".join(line.encode() + b"\n" for line in GOOD)
    engine = MemoryEngine()
    assert await Storage(engine).import_(data) == 4
    with pytest.raises(StorageError, match=r"line \d"):
        await Storage(MemoryEngine()).import_(change(data))


@pytest.mark.parametrize("name", ["memory", *SHARED])
async def test_a_transaction_puts_all_or_nothing(name: str, tmp_path: Path, server_url: ServerURL) -> None:
    place = await open_place(name, tmp_path, server_url)
    await place.values().put("own", b"value")
    entries: list[Entry] = [
        ValueEntry("alice@example.org", "things", "own", b"other"),
        ValueEntry("alice@example.org", "things", "new", b"value"),
        LogEntry("alice@example.org", "things", 1, b"without a state"),
    ]
    with pytest.raises(StorageError, match="without the log's state"):
        await place.engine.restore(entries)
    assert await content(place.engine) == {ValueEntry("alice@example.org", "things", "own", b"value")}
    await place.engine.close()


async def test_the_storage_of_one_account(tmp_path: Path) -> None:
    engine = MemoryEngine(Clock())
    await fill(engine)
    storage = Storage(engine, "alice@example.org")
    await storage.export(tmp_path / "export.jsonl")
    data = await asyncio.to_thread((tmp_path / "export.jsonl").read_bytes)
    assert data == await storage.export()
    other = Storage(MemoryEngine(Clock()), "alice@example.org")
    assert await other.import_(tmp_path / "export.jsonl") == len(NASTY) + 5
    assert {entry.account for entry in await content(other.engine)} == {"alice@example.org"}
    with pytest.raises(StorageError, match=r"line 2: it is of another account than 'bob@example\.org'"):
        await Storage(MemoryEngine(), "bob@example.org").import_(data)
    with pytest.raises(StorageError, match="cannot be read"):
        await other.import_(tmp_path / "none")
    with pytest.raises(StorageError, match="cannot be written"):
        await other.export(tmp_path / "none" / "export.jsonl")
    assert sorted(path.name for path in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))) == [
        "export.jsonl"
    ]


ENTRIES = st.one_of(
    st.builds(ValueEntry, st.text(), st.text(), st.text(), st.binary(), st.none() | st.floats(0, 1e9)),
    st.builds(LogState, st.text(), st.text(), st.integers(1, 2**53 - 1)),
)


@given(st.lists(ENTRIES))
def test_entries_come_back_from_their_lines(entries: list[Entry]) -> None:
    count = sum(isinstance(entry, ValueEntry) for entry in entries)
    lines = [FIRST, *map(line_of, entries), last_line(count)]
    assert list(read_lines(lines)) == entries


@given(st.lists(st.text() | st.binary(), max_size=5))
def test_anything_else_raises_the_one_error(lines: list[str | bytes]) -> None:
    with pytest.raises(StorageError, match="line"):
        list(read_lines(lines))
