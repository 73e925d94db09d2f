"""Access control: a handler of the internal API that looks at who asks, and refuses.

    python examples/access_control.py alice@example.org secret --friend bob@example.org

A blob (XEP-0231) is given to friends only. It runs until it is stopped with Ctrl-C.
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Collection
from pathlib import Path

from helixmpp import JID, ClientXMPP, HelixError, XMPPError
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary


class FriendsOnly:
    """The operations of the plugin: ``ifrom`` of ``get_bob`` is who asks, None for this program itself.

    What is raised here is the answer of who asks: ``forbidden``. Whether the blob is here is not looked at before, so
    that strangers do not learn that either.
    """

    def __init__(self, friends: Collection[str]) -> None:
        self.friends = {JID(friend).bare for friend in friends}
        self.blobs: dict[str, BitsOfBinary] = {}

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None:
        if ifrom is None:  # ours; what others send is not kept
            self.blobs[args.cid] = args

    def get_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary | None:
        if ifrom is not None and ifrom.bare not in self.friends:
            print(f"refused: {ifrom}", flush=True)
            raise XMPPError("forbidden")
        return self.blobs.get(args)

    def del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None:
        self.blobs.pop(args, None)


async def main(options: argparse.Namespace) -> None:
    xmpp = ClientXMPP(options.jid, options.password or getpass.getpass())
    xmpp.ca_certs = options.ca_certs
    xmpp.address = (options.host, options.port)
    bobs = xmpp.register_plugin(XEP_0231)
    bobs.api.bind(FriendsOnly(options.friend))  # all three operations; register() takes one of them
    cid = await bobs.set_bob(b"for friends", "text/plain")
    async with xmpp:
        print(f"{xmpp.boundjid} has {cid}", flush=True)
        reason = await xmpp.disconnected
        print(f"disconnected: {reason}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the account's address")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument(
        "--friend", action="append", default=[], help="who may have the blob; may be repeated"
    )
    parser.add_argument("--host", default="", help="the server, instead of what DNS says")
    parser.add_argument("--port", type=int, default=0, help="its port")
    parser.add_argument("--ca-certs", type=Path, help="a PEM file of certificates to trust")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except KeyboardInterrupt:
        pass
    except HelixError as error:
        sys.exit(f"{type(error).__name__}: {error}")
