"""The folder engine's files: cut short, changed, newer, left over, put back; folders that cannot be used."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.core.engines import engine_for
from helixmpp.errors import StorageError
from helixmpp.storage import FolderEngine, MemoryEngine
from helixmpp.storage.files import file_name
from helixmpp.storage.folder import FolderCollection
from helixmpp.storage.folder_version import VERSION_FILE
from helixmpp.storage.record import HEADER_LIMIT, BadRecord, Record, read_header, read_record
from helixmpp.storage.urls import read_file_url


def collection(kept: Path) -> FolderCollection:
    return FolderEngine(kept).collection("a@example.org", "things", limit=50, value_limit=100)


def only_file(kept: Path) -> Path:
    (file,) = [path for path in kept.rglob("*") if path.is_file() and path.name != VERSION_FILE]
    return file


def file_of(kept: Path, key: str) -> Path:
    (file,) = kept.rglob(file_name(key))
    return file


SPOIL: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut in the first line": lambda data: data[:5],
    "cut in the header": lambda data: data[:40],
    "cut in the value": lambda data: data[:-1],
    "longer": lambda data: data + b"x",
    "a bit": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "something else": lambda _: b"\x89PNG\r\n\x1a\n",
    "a newer form": lambda data: data.replace(b"helixmpp-value 1", b"helixmpp-value 2", 1),
    "no number": lambda data: data.replace(b"helixmpp-value 1", b"helixmpp-value x", 1),
    "a version of many digits": lambda data: data.replace(b" 1\n", b" " + b"1" * 5000 + b"\n", 1),
    "expires at no number": lambda data: data.replace(b"null", b"NaN", 1),
    "expires at a huge number": lambda data: data.replace(b"null", b"1" * 5000, 1),
    "expires at a large number": lambda data: data.replace(b"null", b"-" + b"1" * 500, 1),
    "no json": lambda data: data.replace(b"{", b"(", 1),
    "json of another kind": lambda _: b"helixmpp-value 1\n[]\nvalue",
    "a part missing": lambda data: data.replace(b'"expires"', b'"exp"', 1),
    "deep json": lambda _: b"helixmpp-value 1\n" + b"[" * 50_000 + b"\n",
    "key of another": lambda data: data.replace(b'"key": "key"', b'"key": "kez"', 1),
    "larger than the limit": lambda _: Record(
        "key", None, b"x" * (HEADER_LIMIT + 200), "a@example.org", "things"
    ).to_bytes(),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL.keys())
async def test_a_spoilt_file_is_as_if_it_were_not_there(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    await collection(tmp_path).put("key", b"value")
    file = only_file(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    values = collection(tmp_path)
    assert await values.get("key") is None
    await values.put("key", b"new")
    assert await values.get("key") == b"new"
    assert await values.keys() == ["key"]


async def test_a_spoilt_file_is_told_to_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    values = collection(tmp_path)
    await values.put("key", b"value")
    only_file(tmp_path).write_bytes(b"helixmpp-value 1\n{}\nvalue")
    assert await values.get("key") is None
    assert "is left out: its header lacks a part" in caplog.text


async def test_what_a_killed_process_left_is_removed_when_it_is_old(tmp_path: Path) -> None:
    await collection(tmp_path).put("key", b"value")
    folder = only_file(tmp_path).parent
    old, new = folder / "aa.tmp", folder / "bb.tmp"
    for path in (old, new):
        path.write_bytes(b"half a val")
    os.utime(old, (1, 1))
    assert await collection(tmp_path).keys() == ["key"]
    assert (old.exists(), new.exists()) == (False, True)


async def test_files_that_are_taken_away_and_put_back_are_noticed(tmp_path: Path) -> None:
    values = collection(tmp_path)
    await values.put("key", b"value")
    file = only_file(tmp_path)
    data = file.read_bytes()
    file.unlink()
    assert await values.get("key") is None
    assert not await values.delete("key")
    file.write_bytes(data)
    assert await values.get("key") == b"value"


async def test_the_order_of_use_outlives_a_restart(tmp_path: Path) -> None:
    values = collection(tmp_path)
    for number in range(4):
        await values.put(f"{number}", b"%d" % number)
        # Coarse clocks of file systems must not decide this test.
        os.utime(file_of(tmp_path, f"{number}"), (1000 + number, 1000 + number))
    assert await values.get("0") == b"0"
    later = FolderEngine(tmp_path).collection("a@example.org", "things", limit=2, value_limit=100)
    assert await later.keys() == ["3", "0"]


async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be made"):
        engine_for((tmp_path / "file" / "below").as_uri())
    values = collection(tmp_path / "kept")
    shutil.rmtree(tmp_path / "kept")
    (tmp_path / "kept").write_bytes(b"")
    with pytest.raises(StorageError, match="kept"):
        await values.put("key", b"value")


async def test_the_folder_is_made_anew_when_it_was_removed(tmp_path: Path) -> None:
    values = collection(tmp_path / "kept")
    shutil.rmtree(tmp_path / "kept")
    await values.put("key", b"value")
    assert await values.get("key") == b"value"


async def test_a_relative_folder_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = engine_for("file:kept")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    values = engine.collection("a", "b", limit=1, value_limit=10)
    await values.put("key", b"value")
    await engine.close()
    assert only_file(tmp_path).is_relative_to(tmp_path / "kept")


@given(
    st.text(st.characters(), max_size=300),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.binary(),
)
def test_a_record_comes_back_from_its_bytes(key: str, expires: float | None, value: bytes) -> None:
    record = Record(key, expires, value, key, key)
    data = record.to_bytes()
    assert read_record(data) == record
    assert read_header(data[:HEADER_LIMIT])[0] == Record(key, expires, b"", key, key)


@given(st.binary(max_size=200), st.booleans())
def test_bytes_are_a_record_or_raise_the_one_error(data: bytes, with_start: bool) -> None:
    try:
        read_record(b"helixmpp-value 1\n" + data if with_start else data)
    except BadRecord:
        return
    raise AssertionError("random bytes have no SHA-256 that fits")


@pytest.mark.parametrize(
    ("url", "windows", "path"),
    [
        ("file:///var/lib/bot", False, "/var/lib/bot"),
        ("file://localhost/var/lib/bot", False, "/var/lib/bot"),
        ("file:/var/lib/bot", False, "/var/lib/bot"),
        ("FILE:///var", False, "/var"),
        ("file:bot", False, "bot"),
        ("file:./bot", False, "./bot"),
        ("file:../bot", False, "../bot"),
        ("file:///a%20b%23c%3Fd%25", False, "/a b#c?d%"),
        ("file:///stra%C3%9Fe", False, "/stra\N{LATIN SMALL LETTER SHARP S}e"),
        ("file:///bot?fsync=1", False, "/bot"),
        ("file:///C:/bot", True, "C:/bot"),
        ("file:C:/bot", True, "C:/bot"),
        ("file://C:/bot", True, "C:/bot"),
        ("file:///C:/bot", False, "/C:/bot"),
        ("file://server/share/bot", True, "//server/share/bot"),
    ],
)
def test_urls_of_folders(url: str, windows: bool, path: str) -> None:
    assert read_file_url(url, windows=windows)[0] == path


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("file:", "names no folder"),
        ("file://", "names no folder"),
        ("file:///a%00b", "names no folder"),
        ("file://bot", "three slashes: file:///bot"),
        ("file://var/lib", "three slashes: file:///var/lib"),
        ("file:///a%FF", "no URL of a folder"),
        ("file:///a#b", "%23"),
        ("file:///tmp/x?sync=1", "fsync=1"),
        ("file:///tmp/x?fsync=maybe", "fsync=1"),
        ("memory://shared", "takes nothing"),
        ("mongodb://host", "no storage engine"),
        ("bot.db", "no storage engine"),
        ("", "no storage engine"),
    ],
)
def test_urls_that_are_wrong(url: str, text: str) -> None:
    with pytest.raises(StorageError, match=re.escape(text)):
        engine_for(url)


def test_engines_by_url(tmp_path: Path) -> None:
    assert isinstance(engine_for(None), MemoryEngine)
    assert isinstance(engine_for("memory://"), MemoryEngine)
    assert isinstance(engine_for("memory:"), MemoryEngine)
    folder = engine_for((tmp_path / "x y").as_uri() + "?fsync=1")
    assert isinstance(folder, FolderEngine)
    assert folder.path == tmp_path / "x y"
    assert engine_for(folder) is folder
