"""A bot that says again what is said to it.

    python examples/echo_bot.py bot@example.org secret

It runs until it is stopped with Ctrl-C, and connects anew when the connection breaks.
"""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from helixmpp import ClientXMPP, HelixError


class EchoBot(ClientXMPP):
    def __init__(self, jid: str, password: str) -> None:
        super().__init__(jid, password)
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199", {"keepalive": True, "interval": 60})
        self.plugin["xep_0030"].add_identity("client", "bot", "Echo bot")
        self.auto_authorize = True  # whoever wants to see whether the bot is there may
        self.add_event_handler("session_start", self.start)

    def start(self, _: object) -> None:
        # At each session, also after the connection broke. Without presence the server sends no messages.
        self.send_presence()
        print(f"online as {self.boundjid}", flush=True)

    async def run(self) -> None:
        async for message in self.messages():
            # Never answer errors: two bots would do so for ever. In rooms everybody would be answered, too.
            if message["type"] in ("chat", "normal"):
                message.reply(message["body"]).send()


async def main(options: argparse.Namespace) -> None:
    bot = EchoBot(options.jid, options.password or getpass.getpass())
    bot.ca_certs = options.ca_certs
    bot.address = (options.host, options.port)
    async with bot:
        await bot.run()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the bot's address")
    parser.add_argument("password", help="its password; '' asks for it")
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
