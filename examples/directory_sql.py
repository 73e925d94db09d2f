"""vCards from an SQL table of one's own: a component that answers for everybody in a company's directory (XEP-0054).

    python examples/directory_sql.py people.example.org secret --database staff.db --host 127.0.0.1 --port 5347

Another program may fill the table meanwhile; each question looks at it anew. All operations are one typed object, which
``bind()`` registers at once: leave one out, or mistype it, and mypy and pyright say so. It runs until Ctrl-C.
"""

import argparse
import asyncio
import getpass
import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from helixmpp import JID, ComponentXMPP, HelixError, XMPPError
from helixmpp.plugins.xep_0054 import XEP_0054, VCardTemp

TABLE = "CREATE TABLE IF NOT EXISTS staff (login TEXT PRIMARY KEY, name TEXT NOT NULL)"


class Directory:
    """The operations of the plugin ``xep_0054`` on a table; another database is used the same way."""

    def __init__(self, domain: str, database: Path) -> None:
        self.domain = domain
        self.database = database
        with self.connected() as connection:
            connection.execute(TABLE)

    @contextmanager
    def connected(self) -> Generator[sqlite3.Connection, None, None]:
        # Handlers run in threads, each with a connection of its own.
        with closing(sqlite3.connect(self.database, timeout=5)) as connection, connection:
            yield connection

    def get_vcard(self, jid: JID, node: str, ifrom: JID | None, args: object) -> VCardTemp | None:
        # What strangers choose is a parameter of a query, never a part of its text.
        with self.connected() as connection:
            row = connection.execute("SELECT name FROM staff WHERE login = ?", (jid.local,)).fetchone()
        if row is None:
            raise XMPPError("item-not-found")
        vcard = VCardTemp()
        vcard["FN"] = row[0]
        return vcard

    def set_vcard(self, jid: JID, node: str, ifrom: JID | None, args: VCardTemp) -> None:
        if jid.domain != self.domain:
            return  # of somebody else, who gave it to us: the plugin asks to keep it, and we need not
        with self.connected() as connection:
            connection.execute(
                "INSERT INTO staff VALUES (?, ?) ON CONFLICT (login) DO UPDATE SET name = excluded.name",
                (jid.local, args["FN"]),
            )

    def del_vcard(self, jid: JID, node: str, ifrom: JID | None, args: object) -> None:
        if jid.domain == self.domain:
            with self.connected() as connection:
                connection.execute("DELETE FROM staff WHERE login = ?", (jid.local,))


async def main(options: argparse.Namespace) -> None:
    secret = options.secret or getpass.getpass()
    xmpp = ComponentXMPP(options.domain, secret, options.host, options.port)
    # A database makes wait, so its handlers run in threads and the connection goes on meanwhile.
    xmpp.register_plugin(XEP_0054).api.bind(Directory(options.domain, options.database), blocking=True)
    async with xmpp:
        print(f"online as {xmpp.boundjid}", flush=True)
        reason = await xmpp.disconnected
        print(f"disconnected: {reason}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("domain", help="the component's domain")
    parser.add_argument("secret", help="what it shares with the server; '' asks for it")
    parser.add_argument("--database", type=Path, default=Path("staff.db"), help="the file of the database")
    parser.add_argument("--host", default="127.0.0.1", help="the server")
    parser.add_argument("--port", type=int, default=5347, help="its port for components")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except KeyboardInterrupt:
        pass
    except (HelixError, sqlite3.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")
