"""The tutorial, shown on a server that is started for it: a blob kept in files, fetched over the wire.

    python examples/demo.py
    python examples/demo.py --server prosody

It ends by itself; whatever does not come out as it should ends it with an error.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

from helixmpp import JID, ClientXMPP, HelixError
from helixmpp.plugins.xep_0231 import BitsOfBinary
from helixmpp.testing import Server
from helixmpp.testing.prosody import Prosody

ACCOUNTS = {"alice": "secret of alice", "bob": "secret of bob"}
LONGEST = 60  # seconds for all of it


class Loader:
    """Alice's own handlers: each blob is a JSON file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def path(self, cid: str) -> Path:
        # Somebody else may have chosen the cid, so it never names a file by itself.
        return self.folder / f"{sha256(cid.encode()).hexdigest()}.json"

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, bob: BitsOfBinary) -> None:
        kept = {"type": bob["type"], "max_age": bob["max_age"], "data": b64encode(bob["data"]).decode()}
        self.path(bob["cid"]).write_text(json.dumps(kept, indent=2))

    def get_bob(self, jid: JID, node: str, ifrom: JID | None, cid: str) -> BitsOfBinary:
        kept = json.loads(self.path(cid).read_text())
        bob = BitsOfBinary()
        bob["cid"] = cid
        bob["type"] = kept["type"]
        bob["max_age"] = kept["max_age"]
        bob["data"] = b64decode(kept["data"])
        if ifrom is not None:
            say(f"alice's get_bob handler is asked by {ifrom}")
        return bob

    def del_bob(self, jid: JID, node: str, ifrom: JID | None, cid: str) -> None:
        self.path(cid).unlink(missing_ok=True)


def title(text: str) -> None:
    print(f"\n{text}\n", flush=True)


def say(text: str) -> None:
    print(f"  - {text}", flush=True)


def check(found: object, expected: object) -> None:
    if found != expected:
        raise SystemExit(f"the demo failed: {found!r} is not {expected!r}")


def show(path: Path) -> None:
    for line in path.read_text().splitlines():
        print(f"      {line}")


def show_files(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            print(f"      {path.relative_to(folder)}")


class Place:
    """Where the server is that was started."""

    def __init__(self, server: Server | Prosody) -> None:
        self.domain = server.domain
        self.address = (server.host, server.port)
        self.ca_certs = server.ca_certs if isinstance(server, Server) else server.ca_file

    def client(self, name: str, storage: str | None = None) -> ClientXMPP:
        xmpp = ClientXMPP(f"{name}@{self.domain}", ACCOUNTS[name], storage=storage)
        xmpp.ca_certs = self.ca_certs
        xmpp.address = self.address
        xmpp.register_plugin("xep_0231")
        return xmpp


async def own_handlers(place: Place, folder: Path) -> None:
    title("1. Alice keeps a blob through handlers of her own, and bob fetches it")
    loader = Loader(folder)
    alice = place.client("alice")
    alice.plugin["xep_0231"].api.register(loader.set_bob, "set_bob")
    alice.plugin["xep_0231"].api.register(loader.get_bob, "get_bob")
    alice.plugin["xep_0231"].api.register(loader.del_bob, "del_bob")
    async with alice, place.client("bob") as bob:
        say(f"connected, with TLS: {alice.boundjid} and {bob.boundjid}")
        cid = await alice.plugin["xep_0231"].set_bob(b"coucou", "text/plain")
        say(f"alice keeps b'coucou'; its name is {cid}")
        say(f"her set_bob handler wrote {loader.path(cid).name}:")
        show(loader.path(cid))
        content = await alice.plugin["xep_0231"].get_bob(cid=cid)
        check(content["bob"]["data"], b"coucou")
        say("her own program reads it back through her get_bob handler")
        content = await bob.plugin["xep_0231"].get_bob(jid=alice.boundjid, cid=cid)
        check(content["bob"]["data"], b"coucou")
        check(content[BitsOfBinary].type, "text/plain")
        say(f"bob asked over the wire and got {content['bob']['data']!r}; the bytes fit their hash")
        await alice.plugin["xep_0231"].del_bob(cid)
        check(loader.path(cid).exists(), False)
        say("alice deletes it: the file is gone")


async def over_a_restart(place: Place, folder: Path) -> None:
    url = folder.as_uri()
    title(f"2. The same with nothing to write: storage={url!r}")
    async with place.client("alice", url) as alice:
        cid = await alice.plugin["xep_0231"].set_bob(b"still here", "text/plain")
        say(f"alice keeps b'still here'; its name is {cid}")
    say("alice's program has ended; in the folder there is")
    show_files(folder)
    async with place.client("alice", url) as alice, place.client("bob") as bob:
        say(f"she starts again, as {alice.boundjid}")
        content = await bob.plugin["xep_0231"].get_bob(jid=alice.boundjid, cid=cid)
        check(content["bob"]["data"], b"still here")
        say(f"bob asked over the wire and got {content['bob']['data']!r}")


async def main(kind: str) -> None:
    async with asyncio.timeout(LONGEST):
        server = Prosody(accounts=ACCOUNTS) if kind == "prosody" else Server(accounts=ACCOUNTS)
        async with server:
            place = Place(server)
            name = "A real Prosody" if kind == "prosody" else "The embedded test server"
            title(f"{name} serves {place.domain} on {place.address[0]}, port {place.address[1]}")
            with tempfile.TemporaryDirectory(prefix="helixmpp-demo-") as folder:
                await own_handlers(place, Path(folder) / "json")
                await over_a_restart(place, Path(folder) / "storage")
    title("All of it came out as it should.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--server", choices=["embedded", "prosody"], default="embedded", help="which to start"
    )
    try:
        asyncio.run(main(parser.parse_args().server))
    except (HelixError, OSError, TimeoutError) as error:
        sys.exit(f"the demo failed: {type(error).__name__}: {error}")
