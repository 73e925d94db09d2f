"""State that lasts: the tutorial's program, whose blob is still there when it starts again, also after ``kill -9``.

    python examples/stored_state.py alice@example.org secret --storage sqlite:///bot.db

From one engine to another only that one argument changes:

    --storage file:///var/lib/bot
    --storage sqlite:///bot.db                          (pip install 'helixmpp[sql]')
    --storage postgresql://bot:secret@127.0.0.1/bots    (the same)
    --storage mariadb://bot:secret@127.0.0.1/bots       (the same)
    --storage redis://127.0.0.1:6379/0                  (pip install 'helixmpp[kv]')

It runs until it is stopped with Ctrl-C, and gives the blob to whoever asks for it.
"""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from helixmpp import ClientXMPP, HelixError
from helixmpp.plugins.xep_0231 import XEP_0231, make_cid

NOTE = b"coucou"


async def main(options: argparse.Namespace) -> None:
    # The one line: whatever the plugins keep is kept there, and nothing else in the program changes.
    xmpp = ClientXMPP(options.jid, options.password or getpass.getpass(), storage=options.storage)
    xmpp.ca_certs = options.ca_certs
    xmpp.address = (options.host, options.port)
    bobs = xmpp.register_plugin(XEP_0231)
    async with xmpp:
        cid = make_cid(NOTE)
        known = await bobs.api["get_bob"](None, None, None, cid)
        if known is None:
            await bobs.set_bob(NOTE, "text/plain")
            print(f"{xmpp.boundjid} keeps {cid}", flush=True)
        else:
            print(f"{xmpp.boundjid} still has {cid}: {known.data!r}", flush=True)
        reason = await xmpp.disconnected
        print(f"disconnected: {reason}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the account's address")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument("--storage", default="file:state", help="where state is kept: a URL")
    parser.add_argument("--host", default="", help="the server, instead of what DNS says")
    parser.add_argument("--port", type=int, default=0, help="its port")
    parser.add_argument("--ca-certs", type=Path, help="a PEM file of certificates to trust")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except KeyboardInterrupt:
        pass
    except (HelixError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
