"""What an older helixmpp wrote is brought to the newest version, once; what a newer one wrote is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from key_value.aio.stores.memory import MemoryStore
from sqlalchemy import Connection, text

from helixmpp.core.engines import Engine
from helixmpp.errors import StorageError
from helixmpp.storage import FolderEngine
from helixmpp.storage.documents import Documents
from helixmpp.storage.files import LOG_FILE, folder_name, log_folder_name
from helixmpp.storage.folder_version import VERSION_FILE, check_version
from helixmpp.storage.keyvalue import KeyValueEngine
from helixmpp.storage.logfile import header
from helixmpp.storage.redis.connection import Client
from helixmpp.storage.redis.server import RedisEngine
from helixmpp.storage.sql.database import SQLEngine
from helixmpp.storage.versions import steps_from
from tests.support.storage import SHARED, ServerURL, empty, url_for


@dataclass
class Steps:
    """Two steps that change what was written, and say that they ran."""

    ran: list[str] = field(default_factory=list[str])

    def sql(self) -> tuple[Callable[[Connection], None], ...]:
        def mark(connection: Connection) -> None:
            connection.execute(text("UPDATE helixmpp_values SET expires = NULL"))
            self.ran.append("first")

        def again(connection: Connection) -> None:
            connection.execute(text("UPDATE helixmpp_log SET number = number"))
            self.ran.append("second")

        return mark, again

    def redis(self) -> tuple[Callable[[Client], Any], ...]:
        async def mark(client: Client) -> None:
            await client.execute_command("SET", "helixmpp:marked", "1")
            self.ran.append("first")

        async def again(client: Client) -> None:
            await client.execute_command("DEL", "helixmpp:marked")
            self.ran.append("second")

        return mark, again

    def documents(self) -> tuple[Callable[[Documents], Any], ...]:
        async def mark(documents: Documents) -> None:
            await documents.put("marked", {})
            self.ran.append("first")

        async def again(documents: Documents) -> None:
            await documents.delete(["marked"])
            self.ran.append("second")

        return mark, again


async def use(engine: Engine) -> bytes | None:
    """What an engine does at its first use."""
    values = engine.collection("a", "b", limit=5, value_limit=5)
    try:
        found = await values.get("key")
        await values.put("key", b"value")
        await engine.log("a", "b", limit=9, value_limit=5).append([b"x"])
    finally:
        await engine.close()
    return found


@pytest.mark.parametrize("name", [*SHARED, "keyvalue"])
async def test_an_older_version_is_brought_to_the_newest_once(
    name: str, tmp_path: Path, server_url: ServerURL
) -> None:
    steps = Steps()
    store = MemoryStore()

    def opened(count: int) -> Engine:
        if name == "keyvalue":
            return KeyValueEngine(store, steps=steps.documents()[:count])
        url = url_for(name, tmp_path, server_url)
        if name == "redis":
            return RedisEngine(url, steps=steps.redis()[:count])
        return SQLEngine(url, steps=steps.sql()[:count])

    if name != "keyvalue":
        await empty(url_for(name, tmp_path, server_url))
    assert await use(opened(0)) is None
    assert await use(opened(1)) == b"value"
    assert steps.ran == ["first"]
    assert await use(opened(2)) == b"value"
    assert await use(opened(2)) == b"value"
    assert steps.ran == ["first", "second"]
    with pytest.raises(StorageError, match=r"has version 3; .* up to 1: a newer one wrote it"):
        await use(opened(0))
    # One that begins with the newest version has nothing to do.
    if name != "keyvalue":
        url = url_for(name, tmp_path, server_url)
        if name == "sqlite":
            (tmp_path / "kept.db").unlink()
        else:
            await empty(url)
    else:
        store = MemoryStore()
    assert await use(opened(2)) is None
    assert steps.ran == ["first", "second"]


async def test_an_older_folder_is_brought_to_the_newest_version_once(tmp_path: Path) -> None:
    ran: list[int] = []

    def step(number: int) -> Callable[[Path], None]:
        return lambda folder: ran.append(number) if folder == tmp_path else None

    assert await use(FolderEngine(tmp_path)) is None
    check_version(tmp_path, [step(1)])
    check_version(tmp_path, [step(1), step(2), step(3)])
    check_version(tmp_path, [step(1), step(2), step(3)])
    assert ran == [1, 2, 3]
    assert (tmp_path / VERSION_FILE).read_text() == "4\n"
    with pytest.raises(StorageError, match=r"has version 4; .* up to 1"):
        FolderEngine(tmp_path)


async def test_a_step_that_failed_is_done_again(tmp_path: Path) -> None:
    def fails(_: object) -> None:
        raise StorageError("the power went")

    FolderEngine(tmp_path)
    with pytest.raises(StorageError, match="the power went"):
        check_version(tmp_path, [fails])
    FolderEngine(tmp_path)
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    await use(SQLEngine(url))
    with pytest.raises(StorageError, match="the power went"):
        await use(SQLEngine(url, steps=[fails]))
    assert await use(SQLEngine(url)) == b"value"


@pytest.mark.parametrize("written", ["", "x", "-1", "0", "9" * 18, "1.5"])
def test_a_version_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / VERSION_FILE).write_text(written)
    with pytest.raises(StorageError, match="version"):
        FolderEngine(tmp_path)


async def test_the_log_of_a_newer_version_is_refused_and_not_written_over(tmp_path: Path) -> None:
    engine = FolderEngine(tmp_path)
    await engine.log("a", "b", limit=5, value_limit=5).append([b"x"])
    await engine.close()
    file = tmp_path / folder_name("a") / log_folder_name("b") / LOG_FILE
    newer = file.read_bytes().replace(b"helixmpp-log 1", b"helixmpp-log 2")
    file.write_bytes(newer)
    engine = FolderEngine(tmp_path)
    for doing in (
        engine.log("a", "b", limit=5, value_limit=5).append([b"x"]),
        engine.log("a", "b", limit=5, value_limit=5).read(),
    ):
        with pytest.raises(StorageError, match="a newer helixmpp wrote it"):
            await doing
    await engine.close()
    assert file.read_bytes() == newer
    assert newer.startswith(header("a", "b", 0).replace(b" 1\n", b" 2\n", 1))


@pytest.mark.parametrize(
    ("version", "steps", "left"),
    [(1, "", ""), (1, "a", "a"), (2, "a", ""), (1, "abc", "abc"), (3, "abc", "c")],
)
def test_the_steps_that_are_left(version: int, steps: str, left: str) -> None:
    assert steps_from(version, steps, "it") == left


@pytest.mark.parametrize(("version", "steps"), [(2, ""), (5, "abc"), (0, "abc"), (-1, "")])
def test_versions_that_nobody_has_steps_for(version: int, steps: str) -> None:
    with pytest.raises(StorageError, match="it has"):
        steps_from(version, steps, "it")
