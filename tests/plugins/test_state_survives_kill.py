"""A process that is killed, and started again with the same ``storage=``, still has what its plugins kept."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

import pytest

from helixmpp.plugins.xep_0012 import XEP_0012, LastActivity
from helixmpp.plugins.xep_0054 import XEP_0054, VCardTemp
from helixmpp.plugins.xep_0077 import XEP_0077
from helixmpp.plugins.xep_0153 import XEP_0153
from helixmpp.plugins.xep_0319 import XEP_0319
from tests.plugins.offline import OfflineComponent, settle

USER = "user@comp.example.org"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
MOMENT = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)

# What the process does before it dies in the middle of everything; nothing is closed.
SCRIPT = """
import asyncio, os, sys
from datetime import UTC, datetime
from tests.plugins.offline import OfflineComponent

async def main():
    xmpp = OfflineComponent(storage=sys.argv[1])
    for name in ("xep_0012", "xep_0054", "xep_0077", "xep_0153", "xep_0319"):
        xmpp.register_plugin(name)
    user = "user@comp.example.org"
    await xmpp.plugin["xep_0012"].set_last_activity(user, 1000, "gone")
    await xmpp.plugin["xep_0319"].idle(user, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))
    vcard = xmpp.plugin["xep_0054"].make_vcard()
    vcard["FN"] = "Juliet"
    await xmpp.plugin["xep_0054"].publish_vcard(vcard, user)
    await xmpp.plugin["xep_0153"].set_avatar(user, bytes.fromhex(sys.argv[2]))
    await xmpp.receive(
        "<iq type='set' id='1' from='bill@b.c/d' to='comp.example.org'><query xmlns='jabber:iq:register'>"
        "<username>bill</username><password>Calliope</password></query></iq>"
    )
    while not any(sent.get("type") == "result" for sent in xmpp.sent):
        await asyncio.sleep(0.005)
    # Where there is no SIGKILL, this is TerminateProcess.
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


@pytest.fixture
async def again(tmp_path: Path) -> AsyncIterator[OfflineComponent]:
    """A component on what a process left that was killed."""
    url = (tmp_path / "kept").as_uri()
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", SCRIPT, url, PNG.hex()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ended.returncode != 0
    assert ended.stderr == ""
    xmpp = OfflineComponent(storage=url)
    for name in ("xep_0012", "xep_0054", "xep_0077", "xep_0153", "xep_0319"):
        xmpp.register_plugin(name)
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


async def test_everything_is_there(again: OfflineComponent) -> None:
    activity = (await again.plugin[XEP_0012].get_last_activity(USER, local=True))[LastActivity]
    assert activity.status == "gone"
    # The seconds went on while there was no process.
    assert 1000 <= (activity.seconds or 0) < 1100
    assert await again.plugin[XEP_0319].api["get_idle"](USER) == MOMENT
    vcard = (await again.plugin[XEP_0054].get_vcard(USER))[VCardTemp]
    assert (vcard.full_name, vcard.photo.data) == ("Juliet", PNG)
    assert await again.plugin[XEP_0153].api["get_hash"](USER) == sha1(PNG).hexdigest()
    assert await again.plugin[XEP_0077].api["user_get"](None, None, "bill@b.c/e", None) == {
        "username": "bill",
        "password": "Calliope",
    }


async def test_presences_say_what_was_kept(again: OfflineComponent) -> None:
    again.send_presence(pfrom=f"{USER}", pto="friend@example.net")
    async with asyncio.timeout(10):
        while not again.sent:
            await settle()
            await asyncio.sleep(0.005)  # the files are read by a thread
    (presence,) = again.sent
    assert presence.findtext("{vcard-temp:x:update}x/{vcard-temp:x:update}photo") == sha1(PNG).hexdigest()
    idle = presence.find("{urn:xmpp:idle:1}idle")
    assert idle is not None
    assert idle.get("since") == "2020-01-02T03:04:05Z"
