"""Promise G: whatever a peer calls a value, no file is made or read outside the folder."""

import os
from pathlib import Path

import pytest

from helixmpp.errors import StorageError
from helixmpp.storage import FolderEngine
from helixmpp.storage.files import file_name, folder_name
from helixmpp.storage.folder import FolderCollection
from helixmpp.storage.folder_version import VERSION_FILE

NASTY = {
    "parent": "../x",
    "grandparent": "../../../../tmp/x",
    "backslashes": "..\\..\\x",
    "absolute": "/tmp/x",
    "drive": "C:\\x",
    "share": "\\\\server\\share\\x",
    "nul": "x\0.png",
    "device": "CON",
    "device with suffix": "nul.txt",
    "300 characters": "x" * 300,
    "empty": "",
    "dot": ".",
    "dots": "..",
    "stream": "x:secret",
    "trailing dot": "x.",
    "trailing space": "x ",
    "tilde": "~root/x",
    "newline": "x\ny",
    "dash": "-rf",
    "case": "X",
    "surrogate": "\udcff",
}


def everything_under(folder: Path) -> set[Path]:
    return {
        Path(base, name)
        for base, folders, files in os.walk(folder)
        for name in (*folders, *files)
        if name != VERSION_FILE
    }


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "down" / "kept"


def collection(kept: Path, account: str = "a@example.org", name: str = "things") -> FolderCollection:
    return FolderEngine(kept).collection(account, name, limit=50, value_limit=1000)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
async def test_a_nasty_key_stays_in_the_folder(tmp_path: Path, kept: Path, text: str) -> None:
    values = collection(kept)
    before = everything_under(tmp_path)
    await values.put(text, b"value")
    made = {path for path in everything_under(tmp_path) - before if path.is_file()}
    assert len(made) == 1
    assert all(path.is_relative_to(kept) and len(path.name) == 64 for path in made)
    assert await values.get(text) == b"value"
    assert await values.delete(text)
    assert not any(path.is_file() for path in everything_under(tmp_path))


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
async def test_a_nasty_account_and_collection_stay_in_the_folder(
    tmp_path: Path, kept: Path, text: str
) -> None:
    values = collection(kept, account=text, name=text)
    await values.put("key", b"value")
    files = [path for path in everything_under(tmp_path) if path.is_file()]
    assert [path.parent.parent.parent for path in files] == [kept]
    assert await values.get("key") == b"value"


def test_names_are_safe_and_differ() -> None:
    folders = {folder_name(text) for text in NASTY.values()}
    files = {file_name(text) for text in NASTY.values()}
    assert len(folders) == len(files) == len(NASTY)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-") for name in folders | files)
    assert all(0 < len(name) < 80 for name in folders | files)


def link(place: Path, target: Path) -> None:
    try:
        place.symlink_to(target, target_is_directory=target.is_dir())
    except (OSError, NotImplementedError):
        pytest.skip("this system or user cannot make symbolic links")


async def test_a_link_in_place_of_a_value_is_not_read_and_not_written_through(
    tmp_path: Path, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    values = collection(kept)
    await values.put("key", b"value")
    file = next(path for path in everything_under(kept) if path.is_file())
    outside = tmp_path / "outside"
    outside.write_bytes(file.read_bytes())
    file.unlink()
    link(file, outside)
    assert await values.get("key") is None
    assert "symbolic link" in caplog.text
    assert await values.keys() == []
    await values.put("key", b"other")
    assert await values.get("key") == b"other"
    assert not file.is_symlink()
    assert b"value" in outside.read_bytes()
    file.unlink()
    link(file, outside)
    assert await values.delete("key")
    assert outside.exists()


@pytest.mark.parametrize("depth", [0, 1])
async def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path, kept: Path, depth: int) -> None:
    values = collection(kept)
    await values.put("key", b"value")
    file = next(path for path in everything_under(kept) if path.is_file())
    folder = file.parents[depth]
    outside = tmp_path / "outside"
    folder.rename(outside)
    link(folder, outside)
    before = everything_under(outside)
    again = collection(kept)
    for doing in (again.get("key"), again.put("new", b"x"), again.delete("key"), again.keys()):
        with pytest.raises(StorageError, match="symbolic link"):
            await doing
    assert everything_under(outside) == before


async def test_a_folder_in_place_of_a_value_is_left_out(kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    values = collection(kept)
    await values.put("key", b"value")
    file = next(path for path in everything_under(kept) if path.is_file())
    file.unlink()
    file.mkdir()
    assert await values.keys() == []
    with pytest.raises(StorageError, match="cannot be written to"):
        await values.put("key", b"value")


async def test_a_pipe_in_place_of_a_value_does_not_block(kept: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    values = collection(kept)
    await values.put("key", b"value")
    file = next(path for path in everything_under(kept) if path.is_file())
    file.unlink()
    os.mkfifo(file)
    assert await values.get("key") is None
    assert await values.keys() == []
    await values.put("key", b"again")
    assert await values.get("key") == b"again"


async def test_the_files_are_for_their_owner_alone(kept: Path) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such bits")
    await collection(kept).put("key", b"value")
    for path in everything_under(kept) | {kept}:
        assert path.stat().st_mode & 0o077 == 0
