"""The names of the keys of a collection or log, and the list of all of them."""

import hashlib
import json

from helixmpp.storage.redis.connection import Client, Connection

__all__ = ["COLLECTION", "LOG", "PLACES", "Place"]

#: The set that names every collection and log, as JSON.
PLACES = "helixmpp:places"
COLLECTION, LOG = "values", "log"


class Place:
    """One collection or log of one account.

    :param kind: ``COLLECTION`` or ``LOG``.
    """

    def __init__(self, kind: str, account: str, name: str) -> None:
        self.kind = kind
        self.account = account
        self.name = name
        # json escapes all that is not ASCII, lone surrogates too.
        self.text = json.dumps([kind, account, name])
        # The braces keep all keys of a place on one server of a cluster, as a script needs them.
        start = f"helixmpp:{{{hashlib.sha256(self.text.encode()).hexdigest()[:40]}}}"
        parts = ("v", "u", "x") if kind == COLLECTION else ("l", "m")
        self.keys = [f"{start}:{part}" for part in parts]
        self._noted = False

    async def note(self, connection: Connection) -> None:
        """Put it into the list, before anything is put into it."""
        if self._noted:
            return

        async def command(client: Client) -> None:
            await client.execute_command("SADD", PLACES, self.text)

        await connection.do(command)
        self._noted = True

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that stands in the list; None where it is none that is known here."""
        try:
            found: object = json.loads(text)
        except ValueError:
            return None
        match found:
            case [str(kind), str(account), str(name)] if kind in {COLLECTION, LOG}:
                return cls(kind, account, name)
            case _:
                return None
