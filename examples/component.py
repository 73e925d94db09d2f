"""A component (XEP-0114): every address of a domain of its own says again what is said to it.

    python examples/component.py echo.example.org component-secret --host 127.0.0.1 --port 5347

The server's configuration names the domain and the secret. It runs until it is stopped with Ctrl-C.
"""

import argparse
import asyncio
import getpass
import sys

from helixmpp import ComponentXMPP, HelixError


class Echo(ComponentXMPP):
    def __init__(self, domain: str, secret: str, host: str, port: int) -> None:
        super().__init__(domain, secret, host, port)
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199")
        self.plugin["xep_0030"].add_identity("component", "generic", "Echo")
        self.add_event_handler("session_start", self.start)

    def start(self, _: object) -> None:
        print(f"online as {self.boundjid}", flush=True)

    async def run(self) -> None:
        async for message in self.messages():
            # The answer comes from the address that was written to. Errors are never answered.
            if message["type"] in ("chat", "normal"):
                message.reply(f"{message['to'].local or message['to']} heard: {message['body']}").send()


async def main(options: argparse.Namespace) -> None:
    async with Echo(options.domain, options.secret or getpass.getpass(), options.host, options.port) as echo:
        await echo.run()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("domain", help="the component's domain")
    parser.add_argument("secret", help="what it shares with the server; '' asks for it")
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
