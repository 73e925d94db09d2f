"""Blobs (XEP-0231) in JSON files of one's own: keep one for others to fetch, or fetch one.

    python examples/bob_files.py alice@example.org secret put picture.png
    python examples/bob_files.py bob@example.org secret get alice@example.org/desk CID

``put`` prints the blob's name, its cid, and the address to ask, and answers until it is stopped with Ctrl-C.
``get`` fetches a blob, keeps it in a file, too, and shows what it got.
"""

import argparse
import asyncio
import getpass
import json
import mimetypes
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

from helixmpp import JID, ClientXMPP, HelixError
from helixmpp.plugins.xep_0231 import BitsOfBinary

MOST = 1000  # files; others may send us blobs, too, and a disk has an end


class BobFiles:
    """The three operations of the plugin ``xep_0231`` on a folder of JSON files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, cid: str) -> Path:
        # A stranger may have chosen the cid: "../../x" must not lead anywhere. A hash of it names the file.
        return self.folder / f"{sha256(cid.encode()).hexdigest()}.json"

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, bob: BitsOfBinary) -> None:
        if ifrom is not None and sum(1 for _ in self.folder.glob("*.json")) >= MOST:
            return
        kept = {
            "cid": bob["cid"],
            "type": bob["type"],
            "max_age": bob["max_age"],
            "data": b64encode(bob["data"]).decode(),
        }
        self.path(bob["cid"]).write_text(json.dumps(kept, indent=2))

    def get_bob(self, jid: JID, node: str, ifrom: JID | None, cid: str) -> BitsOfBinary:
        # Without such a file this raises FileNotFoundError, which means: not here.
        kept = json.loads(self.path(cid).read_text())
        bob = BitsOfBinary()
        bob["cid"] = kept["cid"]
        bob["type"] = kept["type"]
        bob["max_age"] = kept["max_age"]
        bob["data"] = b64decode(kept["data"])
        return bob

    def del_bob(self, jid: JID, node: str, ifrom: JID | None, cid: str) -> None:
        self.path(cid).unlink(missing_ok=True)


async def put(xmpp: ClientXMPP, data: bytes, mtype: str) -> None:
    cid = await xmpp.plugin["xep_0231"].set_bob(data, mtype)
    print(f"{len(data)} bytes of {mtype} are kept; ask {xmpp.boundjid} for", flush=True)
    print(cid, flush=True)
    reason = await xmpp.disconnected
    print(f"disconnected: {reason}")


async def get(xmpp: ClientXMPP, jid: str, cid: str) -> None:
    content = await xmpp.plugin["xep_0231"].get_bob(jid=jid, cid=cid)
    data, mtype = content["bob"]["data"], content["bob"]["type"]
    print(f"{len(data)} bytes of {mtype}: {data[:60]!r}")


async def main(options: argparse.Namespace) -> None:
    files = BobFiles(options.folder)
    xmpp = ClientXMPP(options.jid, options.password or getpass.getpass())
    xmpp.ca_certs = options.ca_certs
    xmpp.address = (options.host, options.port)
    xmpp.register_plugin("xep_0231")
    api = xmpp.plugin["xep_0231"].api
    # Files make wait, so these run in threads and the connection goes on meanwhile.
    api.register(files.set_bob, "set_bob", blocking=True)
    api.register(files.get_bob, "get_bob", blocking=True)
    api.register(files.del_bob, "del_bob", blocking=True)
    async with xmpp:
        if options.command == "put":
            mtype = mimetypes.guess_type(options.file)[0] or "application/octet-stream"
            await put(xmpp, await asyncio.to_thread(options.file.read_bytes), mtype)
        else:
            await get(xmpp, options.peer, options.cid)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the account's address")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument("--folder", type=Path, default=Path("blobs"), help="where the JSON files are kept")
    parser.add_argument("--host", default="", help="the server, instead of what DNS says")
    parser.add_argument("--port", type=int, default=0, help="its port")
    parser.add_argument("--ca-certs", type=Path, help="a PEM file of certificates to trust")
    commands = parser.add_subparsers(dest="command", required=True)
    putting = commands.add_parser("put", help="keep a file for others")
    putting.add_argument("file", type=Path)
    getting = commands.add_parser("get", help="fetch a blob")
    getting.add_argument("peer", help="the full address of who has it")
    getting.add_argument("cid", help="its name")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except KeyboardInterrupt:
        pass
    except (HelixError, OSError, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
