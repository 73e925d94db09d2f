"""A handler for each room: a component whose rooms answer service discovery (XEP-0030) in ways of their own.

    python examples/room_disco.py rooms.example.org secret --host 127.0.0.1 --port 5347

Who asks the component finds its rooms; each room tells its subject at the node ``subject``, one of them only to its
members. The server's configuration names the domain and the secret. It runs until it is stopped with Ctrl-C.
"""

import argparse
import asyncio
import getpass
import sys

from helixmpp import JID, ComponentXMPP, HelixError, Iq, XMPPError
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo

ROOMS = {"garden": "Roses", "kitchen": "Soup", "cellar": "Secrets"}
NODE = "subject"


class Rooms(ComponentXMPP):
    def __init__(self, domain: str, secret: str, host: str, port: int, members: frozenset[str]) -> None:
        super().__init__(domain, secret, host, port)
        self.members = members
        disco = self.register_plugin(XEP_0030)
        for name in ROOMS:
            room = f"{name}@{domain}"
            disco.add_item(jid=room, name=name.capitalize())
            disco.add_identity("conference", "text", name.capitalize(), jid=room)
            # The most specific handler answers: this one for this room and this node, all else as usual.
            disco.set_node_handler("get_info", jid=room, node=NODE, handler=self.subject)
        # A room may have one of its own beside: it is asked instead of the one that all share.
        disco.set_node_handler("get_info", jid=f"cellar@{domain}", node=NODE, handler=self.secret_subject)
        self.add_event_handler("session_start", self.start)

    def start(self, _: object) -> None:
        print(f"online as {self.boundjid}", flush=True)

    def subject(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> DiscoInfo:
        info = DiscoInfo()
        info.add_identity("hierarchy", "leaf", ROOMS[jid.local])
        return info

    def secret_subject(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> DiscoInfo:
        if ifrom is not None and ifrom.bare not in self.members:
            raise XMPPError("forbidden")
        return self.subject(jid, node, ifrom, args)


async def main(options: argparse.Namespace) -> None:
    members = frozenset(JID(member).bare for member in options.member)
    secret = options.secret or getpass.getpass()
    async with Rooms(options.domain, secret, options.host, options.port, members) as rooms:
        reason = await rooms.disconnected
        print(f"disconnected: {reason}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("domain", help="the component's domain")
    parser.add_argument("secret", help="what it shares with the server; '' asks for it")
    parser.add_argument("--member", action="append", default=[], help="who may know all; may be repeated")
    parser.add_argument("--host", default="127.0.0.1", help="the server")
    parser.add_argument("--port", type=int, default=5347, help="its port for components")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except KeyboardInterrupt:
        pass
    except HelixError as error:
        sys.exit(f"{type(error).__name__}: {error}")
