"""The example that sends files, as two programs against a server."""

import sys
from pathlib import Path

import pytest

from examples.send_file import Taker
from helixmpp import ClientXMPP
from helixmpp.plugins.xep_0096 import XEP_0096
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, World


@pytest.mark.parametrize("way", [("--direct", "127.0.0.1"), ("--in-band",)], ids=["direct", "in-band"])
async def test_a_file_goes_to_another_client_of_the_account(
    any_world: World, start: Start, tmp_path: Path, way: tuple[str, ...]
) -> None:
    data = bytes(range(256)) * 100
    (tmp_path / "report.bin").write_bytes(data)
    where = ("--host", any_world.host, "--port", any_world.port, "--ca-certs", any_world.ca_file)
    alice = (f"alice@{any_world.domain}", ACCOUNTS["alice"], *where, *way)
    taking = await start("send_file.py", *alice, "take", "--folder", "inbox")
    address = (await taking.line()).removeprefix("files go to ")
    for name in ("report.bin", "report-1.bin"):
        sending = await start("send_file.py", *alice, "send", "report.bin", address)
        assert await sending.end() == (0, f"report.bin: 25600 bytes were sent to {address}\n", "")
        assert (await taking.line()).startswith(f"{name}: 25600 bytes of alice@")
        assert (tmp_path / "inbox" / name).read_bytes() == data
    bob = (f"bob@{any_world.domain}", ACCOUNTS["bob"], *where, *way)
    status, text, errors = await (await start("send_file.py", *bob, "send", "report.bin", address)).end()
    assert (status, text) == (1, "")
    assert errors.startswith("IqError: forbidden")
    assert (await taking.line()).startswith("declined 'report.bin' of bob@")
    if sys.platform != "win32":
        assert (await taking.interrupt())[0] == 0


@pytest.mark.parametrize("name", ["../../x", "x", "C:\\x", "..", "a/b/x"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    xmpp = ClientXMPP("alice@example.org", "secret")
    xmpp.register_plugin("xep_0096")
    assert xmpp.plugin[XEP_0096].max_size > 0
    taker = Taker(xmpp, tmp_path / "inbox")
    for _ in range(3):
        path = taker.free_path(name)
        assert path.parent == tmp_path / "inbox"
        path.touch(exist_ok=False)
