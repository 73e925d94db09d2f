"""XEP-0027: signed presences and encrypted messages, by a GnuPG with keys of its own; and none where none is wanted."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0027 import XEP_0027, Encrypted, GPGError, Signed
from helixmpp.plugins.xep_0027.gpg import GPG, keyid
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, settle
from tests.support.waiting import until

BINARY = shutil.which("gpg") or ""
needs_gpg = pytest.mark.skipif(not BINARY or sys.platform == "win32", reason="needs GnuPG")
ALICE, BOB = "alice@a.lit", "me@example.org"


@pytest.fixture(scope="module")
def keys() -> Iterator[dict[str, str]]:
    """A folder of keys for alice and for us: the fingerprints, and the folder as ``home``."""
    # The path of GnuPG's socket in it must be short.
    home = tempfile.mkdtemp(prefix="gpg")
    command = [BINARY, "--homedir", home, "--batch", "--quiet"]
    found = {"home": home}
    try:
        for name in (ALICE, BOB):
            make = ["--passphrase", "", "--quick-generate-key", name, "default", "default", "never"]
            subprocess.run([*command, *make], check=True, capture_output=True)
            show = [*command, "--with-colons", "--list-keys", name]
            text = subprocess.run(show, check=True, capture_output=True, text=True).stdout
            found[name] = next(line.split(":")[9] for line in text.splitlines() if line.startswith("fpr"))
        yield found
    finally:
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineClient]:
    client = OfflineClient()
    client.register_plugin("xep_0027")
    yield client
    await client.aclose()
    assert not client.failures


def use(xmpp: OfflineClient, keys: dict[str, str]) -> XEP_0027:
    plugin = xmpp.plugin[XEP_0027]
    plugin.gpg_binary, plugin.gpg_home = BINARY, keys["home"]
    return plugin


def note(seen: list[str], event: str, stanza: Any) -> None:
    seen.append(event)


def test_the_wire() -> None:
    signed = Signed(xml=parse_one("<x xmlns='jabber:x:signed'>iQA/\n=45f8</x>"))
    encrypted = Encrypted(xml=parse_one("<x xmlns='jabber:x:encrypted'>qANQ</x>"))
    assert (signed.data, signed["signed"], encrypted.data) == ("iQA/\n=45f8", "iQA/\n=45f8", "qANQ")


@pytest.mark.parametrize(
    "text", ["", "0123456", "01234567", "x" * 16, "0" * 41, "--help", "0123456789ABCDE\n"]
)
async def test_what_is_no_key_id(xmpp: OfflineClient, text: str) -> None:
    with pytest.raises(ValueError, match="16 to 40"):
        xmpp.plugin[XEP_0027].set_keyid(ALICE, text)


async def test_key_ids_are_kept(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0027]
    await plugin.set_keyid(f"{ALICE}/desk", "0x0123456789abcdef")
    await plugin.set_keyid(key="0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567")
    assert await plugin.get_keyid(ALICE) == "0123456789ABCDEF"
    assert await plugin.get_keyids() == {
        JID(ALICE): "0123456789ABCDEF",
        JID(BOB): "0123456789ABCDEF0123456789ABCDEF01234567",
    }
    await plugin.set_keyid(ALICE, None)
    await plugin.del_keyid()
    assert (await plugin.get_keyid(ALICE), await plugin.get_keyids()) == (None, {})


async def test_strangers_fill_no_table(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0027]
    plugin.max_keys = 3
    for number in range(10):
        await plugin.set_keyid(f"u{number}@b.lit", f"{number:016}")
    assert len(await plugin.get_keyids()) == 3


async def test_nothing_is_run_unless_the_program_asks(
    xmpp: OfflineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []

    def run(*args: Any, **kwargs: Any) -> None:
        ran.append(args)

    monkeypatch.setattr(subprocess, "run", run)
    plugin, seen = xmpp.plugin[XEP_0027], list[str]()
    for event in ("signed_presence", "unverified_signed_presence", "encrypted_message"):
        xmpp.add_event_handler(event, partial(note, seen, event))
    signed = f"<presence from='%s/x'{'%s'}><status>s</status><x xmlns='jabber:x:signed'>abcd</x></presence>"
    await plugin.set_keyid(ALICE, "0" * 16)
    await plugin.set_keyid(key="1" * 16)
    await xmpp.receive(signed % (ALICE, ""))
    xmpp.send_presence(pstatus="here")
    await settle()
    assert len(xmpp.sent[-1]) == 1
    for asked in (plugin.sign("x"), plugin.encrypt("x", ALICE), plugin.decrypt("x"), plugin.verify("x", "y")):
        with pytest.raises(StateError, match="gpg_binary"):
            await asked
    plugin.gpg_binary = "gpg"
    # Not for strangers either, nor for errors.
    await xmpp.receive(signed % ("eve@b.lit", ""))
    await xmpp.receive(signed % (ALICE, " type='error'"))
    await xmpp.receive(signed % (ALICE, " type='unavailable'"))
    message = "<message from='eve@b.lit/x'%s><x xmlns='jabber:x:encrypted'>abcd</x></message>"
    await xmpp.receive(message % "")
    await xmpp.receive(message % " type='error'")
    assert seen == ["unverified_signed_presence"] * 2 + ["encrypted_message"]
    with pytest.raises(StateError, match="set_keyid"):
        await plugin.encrypt("x", "nobody@b.lit")
    assert ran == []


@needs_gpg
async def test_presences(xmpp: OfflineClient, keys: dict[str, str]) -> None:
    plugin, seen = use(xmpp, keys), list[str]()
    for event in ("signed_presence", "unverified_signed_presence"):
        xmpp.add_event_handler(event, partial(note, seen, event))
    await plugin.set_keyid(key=keys[BOB])
    xmpp.send_presence(pstatus="here & now")
    await until(lambda: bool(xmpp.sent), 20)
    found = xmpp.sent[-1].find("{jabber:x:signed}x")
    assert found is not None
    assert found.text is not None
    assert "PGP" not in found.text
    assert await plugin.verify("here & now", found.text) == keys[BOB]
    assert await plugin.verify("here & now", found.text, BOB) == keys[BOB]
    assert await plugin.verify("somewhere", found.text) is None
    await plugin.set_keyid(ALICE, keys[BOB][-16:])
    checked: list[str] = []
    text = f"<presence from='{ALICE}/x'><status>%s</status><x xmlns='jabber:x:signed'>{found.text}</x></presence>"
    for status, key in (("here &amp; now", BOB), ("elsewhere", BOB), ("here &amp; now", ALICE)):
        await plugin.set_keyid(ALICE, keys[key])
        await xmpp.receive(text % status)
        checked.append(status)
        await until(lambda: len(seen) == len(checked), 20)
    assert seen == ["signed_presence", "unverified_signed_presence", "unverified_signed_presence"]


@needs_gpg
async def test_messages(xmpp: OfflineClient, keys: dict[str, str]) -> None:
    plugin = use(xmpp, keys)
    await plugin.set_keyid(ALICE, keys[ALICE])
    xmpp.register_plugin("xep_0071")
    message = xmpp.make_message(f"{ALICE}/desk", "Geheimnis: ü & <b/>", mhtml="<p>Geheimnis</p>")
    message["body|en"] = "Geheimnis in English"
    assert "Geheimnis" in str(message)
    await plugin.encrypt_message(message)
    assert "Geheimnis" not in str(message)
    assert message["body"] == "This message is encrypted."
    assert await plugin.decrypt_message(message) == "Geheimnis: ü & <b/>"
    for wrong in ("", "abcd", "-----BEGIN PGP MESSAGE-----", message["encrypted"][:-20]):
        with pytest.raises(GPGError):
            await plugin.decrypt(wrong)


@needs_gpg
async def test_what_expands_is_cut(keys: dict[str, str]) -> None:
    small = GPG(BINARY, keys["home"], max_size=1000)
    bomb = await GPG(BINARY, keys["home"]).encrypt("0" * 200_000, keys[BOB])
    with pytest.raises(GPGError):
        await small.decrypt(bomb)


@pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")
async def test_a_program_that_hangs_or_is_not_there(xmpp: OfflineClient, tmp_path: Path) -> None:
    script = tmp_path / "gpg"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o700)
    plugin = xmpp.plugin[XEP_0027]
    await plugin.set_keyid(key="0" * 16)
    plugin.gpg_binary, plugin.timeout = str(script), 0.1
    with pytest.raises(GPGError, match="could not be run"):
        await plugin.sign("x")
    plugin.gpg_binary = str(tmp_path / "none")
    with pytest.raises(GPGError, match="could not be run"):
        await plugin.sign("x")
    plugin.max_waiting = 0
    with pytest.raises(GPGError, match="max_waiting"):
        await plugin.sign("x")


def test_the_form_of_an_id() -> None:
    assert keyid("0xabcdefabcdefabcd") == "ABCDEFABCDEFABCD"
