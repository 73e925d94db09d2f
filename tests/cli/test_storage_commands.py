"""``helixmpp storage export`` and ``import``, as a shell runs them."""

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from helixmpp.core.engines import engine_for
from helixmpp.storage import MemoryEngine, Storage


def run(*arguments: str, data: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "helixmpp", *arguments],
        input=data,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "200", **environment},
    )


async def fill(url: str) -> None:
    engine = engine_for(url)
    for account in ("alice@example.org", "bob@example.org"):
        values = engine.collection(account, "things", limit=500, value_limit=1000)
        for number in range(30):
            await values.put(f"{number}", b"value %d" % number)
    await engine.log("alice@example.org", "log", limit=5, value_limit=5).append([b"x", b"y"])
    await engine.close()


async def exported(url: str) -> bytes:
    engine = engine_for(url)
    data = await Storage(engine).export()
    await engine.close()
    return b"\n".join(sorted(data.split(b"\n")))


def test_from_one_storage_through_a_file_into_another(tmp_path: Path) -> None:
    first, second = (tmp_path / "first").as_uri(), f"sqlite:///{(tmp_path / 'second.db').as_posix()}"
    file = tmp_path / "export.jsonl"
    asyncio.run(fill(first))
    done = run("storage", "export", first, str(file))
    assert (done.returncode, done.stdout, done.stderr.strip()) == (0, b"", b"62 values exported")
    if os.name != "nt":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = run("storage", "import", "env:BOT", str(file), BOT=second)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (0, b"", b"62 values imported")
    assert asyncio.run(exported(first)) == asyncio.run(exported(second))


def test_through_a_pipe_for_one_account(tmp_path: Path) -> None:
    first, second = (tmp_path / "first").as_uri(), (tmp_path / "second").as_uri()
    asyncio.run(fill(first))
    out = run("storage", "export", first, "--account", "bob@example.org")
    assert out.returncode == 0
    assert len(out.stdout.splitlines()) == 32
    assert run("storage", "import", second, data=out.stdout).returncode == 0
    assert run("storage", "export", second).stdout == out.stdout


def test_a_wrong_line_is_told_and_nothing_is_imported(tmp_path: Path) -> None:
    engine = MemoryEngine()
    engine.collection("a", "b", limit=5, value_limit=5).put("key", b"value")
    lines = asyncio.run(Storage(engine).export()).splitlines()
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"\n".join([*lines[:2], b'{"what": 5}', *lines[2:]]))
    url = f"sqlite:///{(tmp_path / 'bot.db').as_posix()}"
    done = run("storage", "import", url, str(file))
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.splitlines()[-1] == b"helixmpp: line 3: it is neither a value nor a log"
    assert len(run("storage", "export", url).stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "memory://"), b"memory:// keeps nothing"),
        (("export", "env:NOWHERE"), b"'NOWHERE' is not set"),
        (("export", "oracle://bot:secret@host/x"), b"no storage engine"),
        (("import", "sqlite:///{tmp}/bot.db", "{tmp}/none.jsonl"), b"none.jsonl cannot be read"),
        (("export", "sqlite:///{tmp}/bot.db", "{tmp}/none/x.jsonl"), b"cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, arguments: tuple[str, ...], message: bytes) -> None:
    done = run("storage", *(one.replace("{tmp}", tmp_path.as_posix()) for one in arguments))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(b"helixmpp: ")
    assert message in last
    assert b"secret" not in done.stderr
    assert b"Traceback" not in done.stderr


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError('no typer', name='typer')\n")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = run("api", PYTHONPATH=path)
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        == b"helixmpp: the command line needs the module 'typer': pip install 'helixmpp[cli]'"
    )


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("sqlite:///bot.db", "sqlalchemy", "sql"),
        ("postgresql://host/name", "asyncpg", "sql"),
        ("mysql://host/name", "asyncmy", "sql"),
        ("redis://host/0", "redis", "kv"),
    ],
)
def test_an_engine_without_its_extra_says_what_to_install(
    tmp_path: Path, url: str, module: str, extra: str
) -> None:
    (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError('none', name={module!r})\n")
    done = run("storage", "export", url, PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert done.returncode == 1
    assert f"pip install 'helixmpp[{extra}]'".encode() in done.stderr.splitlines()[-1]
