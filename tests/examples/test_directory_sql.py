"""The component that answers from an SQL table, as a program of its own, and its store alone."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from examples.directory_sql import TABLE, Directory
from helixmpp import ComponentXMPP, IqError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0054 import XEP_0054, VCardTemp
from tests.examples.conftest import Start
from tests.plugins.conftest import COMPONENT, SECRET, World


def fill(database: Path, *rows: tuple[str, str]) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(TABLE)
        connection.executemany("INSERT INTO staff VALUES (?, ?)", rows)


async def test_everybody_in_the_table_has_a_vcard(any_world: World, start: Start, tmp_path: Path) -> None:
    database = tmp_path / "staff.db"
    fill(database, ("juliet", "Juliet Capulet"))
    where = ("--host", any_world.host, "--port", any_world.component_port, "--database", database)
    program = await start("directory_sql.py", COMPONENT, SECRET, *where)
    assert await program.line() == f"online as {COMPONENT}"
    asking = (await any_world.client("alice", "xep_0054")).plugin[XEP_0054]
    vcard = (await asking.get_vcard(f"juliet@{COMPONENT}", cached=False))[VCardTemp]
    assert vcard["FN"] == "Juliet Capulet"
    for nobody in ("romeo", "x\\27or\\27", "%", "juliet--"):
        with pytest.raises(IqError, match="item-not-found"):
            await asking.get_vcard(f"{nobody}@{COMPONENT}", cached=False)
    # What another program writes meanwhile is there at the next question.
    fill(database, ("romeo", "Romeo Montague"))
    assert (await asking.get_vcard(f"romeo@{COMPONENT}", cached=False))[VCardTemp]["FN"] == "Romeo Montague"
    if sys.platform != "win32":
        assert await program.interrupt() == (0, "", "")


async def test_what_the_program_publishes_is_in_the_table(tmp_path: Path) -> None:
    xmpp = ComponentXMPP(COMPONENT, SECRET)
    plugin = xmpp.register_plugin(XEP_0054)
    plugin.api.bind(Directory(COMPONENT, tmp_path / "staff.db"), blocking=True)
    for name in ("Juliet", "Juliet Capulet"):
        vcard = plugin.make_vcard()
        vcard["FN"] = name
        await plugin.publish_vcard(vcard, f"juliet@{COMPONENT}")
    again = Directory(COMPONENT, tmp_path / "staff.db")
    found = again.get_vcard(JID(f"juliet@{COMPONENT}"), "", None, None)
    assert found is not None
    assert found["FN"] == "Juliet Capulet"
    await plugin.api["del_vcard"](f"juliet@{COMPONENT}")
    with pytest.raises(XMPPError, match="item-not-found"):
        again.get_vcard(JID(f"juliet@{COMPONENT}"), "", None, None)


def test_what_others_gave_us_is_not_of_the_directory(tmp_path: Path) -> None:
    directory = Directory(COMPONENT, tmp_path / "staff.db")
    vcard = VCardTemp()
    vcard["FN"] = "Mallory"
    directory.set_vcard(JID("juliet@elsewhere.example"), "", None, vcard)
    with pytest.raises(XMPPError, match="item-not-found"):
        directory.get_vcard(JID(f"juliet@{COMPONENT}"), "", None, None)
