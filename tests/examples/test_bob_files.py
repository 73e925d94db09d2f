"""The tutorial's handlers: the example as a program, its class alone, the README's text, and the demo."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from examples import bob_files
from examples.bob_files import BobFiles
from helixmpp import ClientXMPP, IqError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0231 import BitsOfBinary, make_cid
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, World
from tests.support.snippets import snippet

OWN = JID("me@example.org")


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def blob(cid: str, data: bytes = b"coucou", max_age: int | None = None) -> BitsOfBinary:
    bob = BitsOfBinary()
    bob.cid, bob.type, bob.data, bob.max_age = cid, "text/plain", data, max_age
    return bob


@pytest.mark.parametrize(
    "cid",
    [
        "a@b",
        make_cid(b"x"),
        "",
        "../x",
        "../../x",
        "/etc/x",
        "C:\\x",
        "CON",
        "a\nb",
        "x" * 300,
        ".",
        "schlüssel",
    ],
)
def test_every_cid_has_a_file_inside_the_folder(tmp_path: Path, cid: str) -> None:
    files = BobFiles(tmp_path / "deep" / "blobs")
    with pytest.raises(FileNotFoundError):
        files.get_bob(OWN, "", None, cid)
    files.set_bob(OWN, "", None, blob(cid, bytes(range(256)), 60))
    (name,) = [name for name in everything_in(tmp_path) if name.endswith(".json")]
    assert Path(name).parent == Path("deep/blobs")
    found = files.get_bob(OWN, "", None, cid)
    assert (found.cid, found.type, found.max_age, found.data) == (cid, "text/plain", 60, bytes(range(256)))
    files.del_bob(OWN, "", None, cid)
    files.del_bob(OWN, "", None, cid)
    assert len(everything_in(tmp_path)) == 2


def test_others_do_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bob_files, "MOST", 3)
    files = BobFiles(tmp_path)
    for number in range(5):
        files.set_bob(JID("them@example.org"), "", OWN, blob(f"{number}@example.org"))
    assert len(everything_in(tmp_path)) == 3
    files.set_bob(OWN, "", None, blob("own@example.org"))
    assert len(everything_in(tmp_path)) == 4


async def test_one_program_keeps_what_another_fetches(any_world: World, start: Start, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(bytes(range(256)) * 32)
    where = ("--host", any_world.host, "--port", any_world.port, "--ca-certs", any_world.ca_file)
    alice = (f"alice@{any_world.domain}", ACCOUNTS["alice"], *where, "--folder", "of-alice")
    bob = (f"bob@{any_world.domain}", ACCOUNTS["bob"], *where, "--folder", "of-bob")
    putting = await start("bob_files.py", *alice, "put", "picture.png")
    words = (await putting.line()).split()
    cid = await putting.line()
    assert words[:4] == ["8192", "bytes", "of", "image/png"]
    getting = await start("bob_files.py", *bob, "get", words[-2], cid)
    status, text, errors = await getting.end()
    assert (status, errors) == (0, "")
    assert text.startswith("8192 bytes of image/png: b'\\x00\\x01")
    assert [len(list((tmp_path / name).iterdir())) for name in ("of-alice", "of-bob")] == [1, 1]
    # A cid that leads outside is not here, and nothing is written anywhere.
    before = everything_in(tmp_path.parent)
    getting = await start("bob_files.py", *bob, "get", words[-2], "../../x")
    status, text, errors = await getting.end()
    assert (status, text) == (1, "")
    assert errors.startswith("IqError: item-not-found")
    assert everything_in(tmp_path.parent) == before
    if sys.platform != "win32":
        assert await putting.interrupt() == (0, "", "")


async def test_its_handlers_over_the_wire(any_world: World, tmp_path: Path) -> None:
    alice, bob = await any_world.client("alice", "xep_0231"), await any_world.client("bob", "xep_0231")
    files = BobFiles(tmp_path / "blobs")
    for op in ("set_bob", "get_bob", "del_bob"):
        alice.plugin["xep_0231"].api.register(getattr(files, op), op)
    cid = await alice.plugin["xep_0231"].set_bob(b"coucou", "text/plain")
    content = await bob.plugin["xep_0231"].get_bob(jid=alice.boundjid, cid=cid)
    assert content["bob"]["data"] == b"coucou"
    for absent in ("../../x", "a@b", make_cid(b"other")):
        with pytest.raises(IqError, match="item-not-found"):
            await bob.plugin["xep_0231"].get_bob(alice.boundjid, absent)
    await alice.plugin["xep_0231"].del_bob(cid)
    assert everything_in(tmp_path) == ["blobs"]


async def test_the_tutorial_of_the_readme_runs(start: Start, tmp_path: Path) -> None:
    program = tmp_path / "tutorial.py"
    program.write_text(snippet("tutorial").text, encoding="utf-8")
    status, text, errors = await (await start(program)).end()
    assert (status, errors) == (0, "")
    assert text.split() == [make_cid(b"coucou"), "b'coucou'"]
    (file,) = (tmp_path / "blobs").iterdir()
    assert json.loads(file.read_text())["type"] == "text/plain"


async def test_the_program_of_the_design_runs(tmp_path: Path) -> None:
    loader = BobFiles(tmp_path)
    xmpp = ClientXMPP("me@example.org", "secret")
    xmpp.register_plugin("xep_0231")
    xmpp.plugin["xep_0231"].api.register(loader.set_bob, "set_bob")
    xmpp.plugin["xep_0231"].api.register(loader.get_bob, "get_bob")
    xmpp.plugin["xep_0231"].api.register(loader.del_bob, "del_bob")

    cid = await xmpp.plugin["xep_0231"].set_bob(b"coucou", "text/plain")
    content = await xmpp.plugin["xep_0231"].get_bob(cid=cid)
    assert content["bob"]["data"] == b"coucou"


@pytest.mark.parametrize("server", ["embedded", pytest.param("prosody", marks=pytest.mark.prosody)])
async def test_the_demo(start: Start, server: str) -> None:
    status, text, errors = await (await start("demo.py", "--server", server)).end()
    assert (status, errors) == (0, "")
    for words in (
        "bob asked over the wire and got b'coucou'",
        '"data": "Y291Y291"',
        "alice's get_bob handler is asked by bob@",
        "storage='file:///",
        "she starts again",
        "bob asked over the wire and got b'still here'",
        "All of it came out as it should.",
    ):
        assert words in text


async def test_a_demo_that_goes_wrong_fails_loudly(start: Start) -> None:
    program = await start("demo.py", "--server", "nothing")
    status, _, errors = await program.end()
    assert (status, "invalid choice" in errors) == (2, True)
    from examples.demo import check

    with pytest.raises(SystemExit, match="the demo failed"):
        check(b"other", b"coucou")
    await asyncio.sleep(0)
