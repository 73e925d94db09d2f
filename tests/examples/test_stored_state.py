"""The program whose state lasts: killed, and started again with the same ``--storage``."""

import re
from pathlib import Path

import pytest

from examples import stored_state
from helixmpp.core.engines import check_storage
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary, make_cid
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, World
from tests.storage.conftest import server_url
from tests.support.storage import ServerURL, empty, url_for

__all__ = ["server_url"]

CID = make_cid(stored_state.NOTE)


def test_each_engine_that_is_shown_exists() -> None:
    shown = re.findall(r"--storage (\S+://\S+)", stored_state.__doc__ or "")
    assert {url.partition(":")[0] for url in shown} == {"file", "sqlite", "postgresql", "mariadb", "redis"}
    for url in shown:
        check_storage(url)


@pytest.mark.parametrize("name", ["folder", "sqlite", "postgresql", "mariadb", "redis"])
async def test_killed_and_started_again_it_still_has_the_blob(
    name: str, world: World, start: Start, tmp_path: Path, server_url: ServerURL
) -> None:
    url = url_for(name, tmp_path, server_url)
    await empty(url)
    where = ("--host", world.host, "--port", world.port, "--ca-certs", world.ca_file, "--storage", url)
    bob = await world.client("bob", "xep_0231")
    for words in (r"keeps (\S+)", r"still has (\S+): b'coucou'"):
        program = await start("stored_state.py", f"alice@{world.domain}/desk", ACCOUNTS["alice"], *where)
        line = await program.line()
        found = re.fullmatch(rf"(\S+) {words}", line)
        assert found is not None, line
        assert found[2] == CID
        answer = await bob.plugin[XEP_0231].get_bob(found[1], CID, cached=False)
        assert answer[BitsOfBinary].data == b"coucou"
        program.process.kill()  # SIGKILL; where there is none, TerminateProcess
        assert (await program.end())[1:] == ("", "")


async def test_an_engine_that_does_not_exist(start: Start) -> None:
    program = await start("stored_state.py", "alice@test.example", "x", "--storage", "nosuch://")
    status, text, errors = await program.end()
    assert (status, text) == (1, "")
    assert errors.startswith("StorageError: no storage engine for the scheme 'nosuch'")
