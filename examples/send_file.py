"""Send a file from one address to another (XEP-0096), or take the files that come.

    python examples/send_file.py juliet@example.org secret take --folder inbox
    python examples/send_file.py romeo@example.org secret send report.pdf juliet@example.org/desk

``take`` prints its address, keeps what the contacts of the account send, and runs until it is stopped with Ctrl-C.
Files go by TCP where the server has a proxy for it (or with ``--direct`` and a way to this machine), and else through
the XMPP stream itself, which is slow. ``--in-band`` takes that way at once.
"""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from helixmpp import ClientXMPP, HelixError, Iq
from helixmpp.plugins.xep_0096 import safe_name


class Taker:
    """Keeps the files of contacts, and of the account's own other clients, in a folder."""

    def __init__(self, xmpp: ClientXMPP, folder: Path) -> None:
        self.xmpp = xmpp
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        xmpp.add_event_handler("file_transfer_request", self.offered)

    def knows(self, iq: Iq) -> bool:
        bare = iq["from"].bare
        if bare == self.xmpp.boundjid.bare:
            return True
        # Asking for an entry makes one, so that of a stranger is not asked for.
        return bare in self.xmpp.client_roster and self.xmpp.client_roster[bare]["subscription"] in (
            "from",
            "both",
        )

    def free_path(self, name: str) -> Path:
        # The name is a stranger's: it must not lead out of the folder, and not onto a file that is there.
        path = self.folder / safe_name(name)
        number = 1
        while path.exists():
            path = path.with_stem(f"{path.stem}-{number}")
            number += 1
        return path

    async def offered(self, iq: Iq) -> None:
        sender, name = iq["from"], iq["si"]["file"]["name"]
        if not self.knows(iq):
            await self.xmpp.plugin["xep_0095"].decline(sender, iq["si"]["id"])
            print(f"declined {name!r} of {sender}", flush=True)
            return
        path = self.free_path(name)
        try:
            with path.open("xb") as file:
                count = await self.xmpp.plugin["xep_0096"].receive_file(iq, file)
        except (HelixError, OSError) as error:
            path.unlink(missing_ok=True)
            print(f"{name!r} of {sender} was lost: {error}", flush=True)
        else:
            print(f"{path.name}: {count} bytes of {sender}", flush=True)


async def send(xmpp: ClientXMPP, path: Path, to: str) -> None:
    with path.open("rb") as file:
        count = await xmpp.plugin["xep_0096"].send_file(to, file, path.name)
    print(f"{path.name}: {count} bytes were sent to {to}")


async def main(options: argparse.Namespace) -> None:
    xmpp = ClientXMPP(options.jid, options.password or getpass.getpass())
    xmpp.ca_certs = options.ca_certs
    xmpp.address = (options.host, options.port)
    # Peers learn the addresses of this machine by "direct", so it is off unless it is asked for.
    hosts = (options.direct,) if options.direct else ()
    xmpp.register_plugin("xep_0065", {"direct": bool(hosts), "hosts": hosts})
    xmpp.register_plugin("xep_0096")
    if options.in_band:
        xmpp.plugin["xep_0095"].unregister_method("http://jabber.org/protocol/bytestreams")
    if options.command == "take":
        Taker(xmpp, options.folder)
    async with xmpp:
        if options.command == "send":
            await send(xmpp, options.file, options.to)
            return
        await xmpp.get_roster()
        xmpp.send_presence()
        print(f"files go to {xmpp.boundjid}", flush=True)
        reason = await xmpp.disconnected
        print(f"disconnected: {reason}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the account's address")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument("--host", default="", help="the server, instead of what DNS says")
    parser.add_argument("--port", type=int, default=0, help="its port")
    parser.add_argument("--ca-certs", type=Path, help="a PEM file of certificates to trust")
    parser.add_argument(
        "--direct", metavar="ADDRESS", help="the address under which peers can reach this machine"
    )
    parser.add_argument("--in-band", action="store_true", help="through the XMPP stream")
    commands = parser.add_subparsers(dest="command", required=True)
    sending = commands.add_parser("send", help="send a file")
    sending.add_argument("file", type=Path)
    sending.add_argument("to", help="the full address of who gets it")
    taking = commands.add_parser("take", help="take the files that come")
    taking.add_argument("--folder", type=Path, default=Path("inbox"), help="where they are kept")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except KeyboardInterrupt:
        pass
    except (HelixError, OSError, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
