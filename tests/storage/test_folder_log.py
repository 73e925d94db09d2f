"""The file of a log: torn at every byte, changed, written anew when much of it was dropped, full disks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import StorageError
from helixmpp.storage import FolderEngine
from helixmpp.storage.files import LOG_FILE, Files, folder_name, log_folder_name
from helixmpp.storage.folder_log import FolderLog
from helixmpp.storage.logfile import BadLog, drop_frame, header, parse, values_frame
from helixmpp.storage.worker import Worker

KEPT = [(1, b"one"), (2, b""), (3, b"three")]


def place(folder: Path) -> Path:
    return folder / folder_name("a") / log_folder_name("b") / LOG_FILE


def opened(folder: Path, limit: int = 1000) -> FolderLog:
    return FolderEngine(folder).log("a", "b", limit=limit, value_limit=100_000)


async def test_a_file_torn_at_any_byte_has_every_whole_append(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = opened(tmp_path)
    await log.append([b"one"])
    await log.append([b"", b"three"])
    before = place(tmp_path).read_bytes()
    await log.append([b"torn", b"too"])
    whole = place(tmp_path).read_bytes()
    for end in range(len(before), len(whole)):
        place(tmp_path).write_bytes(whole[:end])
        assert await opened(tmp_path).read() == KEPT
    assert "were not written whole and are left out" in caplog.text
    # What follows takes the place of what was torn.
    log = opened(tmp_path)
    assert await log.append([b"four"]) == 4
    assert await opened(tmp_path).read() == [*KEPT, (4, b"four")]


@pytest.mark.parametrize("rest", [b"\0" * 4096, b"\xff" * 100, b"\x01\0\0\0\0" + b"\0" * 12])
async def test_what_a_power_cut_leaves_behind_the_end_is_nothing(tmp_path: Path, rest: bytes) -> None:
    log = opened(tmp_path)
    await log.append([value for _, value in KEPT])
    with place(tmp_path).open("ab") as file:
        file.write(rest)
    log = opened(tmp_path)
    assert await log.read() == KEPT
    await log.drop(2)
    assert await opened(tmp_path).read() == KEPT[2:]


async def test_a_changed_bit_in_a_value_is_never_served(tmp_path: Path) -> None:
    log = opened(tmp_path)
    await log.append([b"value"])
    data = place(tmp_path).read_bytes()
    place(tmp_path).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(StorageError, match="not the one that was written"):
        await log.read()
    assert await opened(tmp_path).read() == []


async def test_the_file_does_not_grow_with_what_was_dropped(tmp_path: Path) -> None:
    log = opened(tmp_path, limit=10)
    largest = 0
    for number in range(1, 121):
        assert await log.append([b"%06d" % number * 5000]) == number
        await log.drop(number - 5)
        largest = max(largest, place(tmp_path).stat().st_size)
    assert largest < 2_000_000
    assert [number for number, _ in await log.read()] == [116, 117, 118, 119, 120]
    assert await opened(tmp_path).read() == [(n, b"%06d" % n * 5000) for n in range(116, 121)]


async def test_a_disk_that_is_full_leaves_the_log_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(Files):
        full = False

        def append(self, name: str, at: int, data: bytes, *, fsync: bool) -> None:
            if not self.full:
                super().append(name, at, data, fsync=fsync)
                return
            # Half of it fits.
            super().append(name, at, data[: len(data) // 2], fsync=fsync)
            raise StorageError("no space left on the device")

    FolderEngine(tmp_path)
    files = FullDisk(tmp_path, (folder_name("a"), log_folder_name("b")), fsync=True)
    worker = Worker(10)
    log = FolderLog(worker, files, ("a", "b"), 10, 100)
    await log.append([b"one"])
    files.full = True
    with pytest.raises(StorageError, match="no space left"):
        await log.append([b"two", b"three"])
    with pytest.raises(StorageError, match="no space left"):
        await log.drop(1)
    files.full = False
    assert await log.read() == [(1, b"one")]
    assert await log.append([b"two"]) == 2
    assert await log.read() == [(1, b"one"), (2, b"two")]
    await worker.close()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n",
        b"helixmpp-log x\n{}\n",
        b"helixmpp-log 1",
        b"helixmpp-log 1\n{",
        b"helixmpp-log 1\n{}\n",
        b"helixmpp-log 1\n" + b"[" * 50_000 + b"\n",
        header("a", "b", 0).replace(b'"before": 0', b'"before": -1'),
    ],
)
async def test_a_file_that_is_no_log_is_refused_and_left_alone(tmp_path: Path, data: bytes) -> None:
    log = opened(tmp_path)
    await log.append([b"x"])
    place(tmp_path).write_bytes(data)
    log = opened(tmp_path)
    for doing in (log.append([b"y"]), log.read(), log.drop(1), log.size()):
        with pytest.raises(StorageError, match="cannot be used"):
            await doing
    assert place(tmp_path).read_bytes() == data


async def test_a_link_in_place_of_the_log_is_not_followed(tmp_path: Path) -> None:
    log = opened(tmp_path / "kept")
    await log.append([b"x"])
    outside = tmp_path / "outside"
    place(tmp_path / "kept").rename(outside)
    try:
        place(tmp_path / "kept").symlink_to(outside)
    except (OSError, NotImplementedError):
        pytest.skip("this system or user cannot make symbolic links")
    before = outside.read_bytes()
    with pytest.raises(StorageError):
        await log.append([b"y"])
    with pytest.raises(StorageError, match="symbolic link"):
        await opened(tmp_path / "kept").append([b"y"])
    assert outside.read_bytes() == before


@given(st.lists(st.lists(st.binary(max_size=20), min_size=1, max_size=4) | st.integers(0, 20), max_size=12))
def test_frames_are_read_as_they_were_written(steps: list[list[bytes] | int]) -> None:
    data = header("a\ud800", "b", 5)
    last, kept = 5, dict[int, bytes]()
    for step in steps:
        if isinstance(step, int):
            data += drop_frame(step)
            kept = {number: value for number, value in kept.items() if number > step}
        else:
            data += values_frame(last + 1, step, len(data))[0]
            kept |= enumerate(step, last + 1)
            last += len(step)
    content = parse(data)
    assert (content.account, content.name, content.last, content.end) == ("a\ud800", "b", last, len(data))
    found = [data[start : start + size] for start, size, _ in content.spans]
    assert dict(enumerate(found, content.first)) == kept


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, with_header: bool) -> None:
    try:
        content = parse(header("a", "b", 0) + data if with_header else data)
    except BadLog:
        assert not with_header
    else:
        assert with_header
        assert content.spans == []
