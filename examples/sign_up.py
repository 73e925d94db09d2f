"""An account of one's own: the server makes it as the client connects (XEP-0077), and the client logs in.

    python examples/sign_up.py newcomer@example.org secret --field email=newcomer@example.org

Not every server makes accounts so; why one does not is printed. With --keep the account stays, else it is removed
again.
"""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from helixmpp import ClientXMPP, HelixError
from helixmpp.errors import RegistrationFailed
from helixmpp.plugins.xep_0077 import XEP_0077


async def main(options: argparse.Namespace) -> None:
    xmpp = ClientXMPP(options.jid, options.password or getpass.getpass())
    xmpp.ca_certs = options.ca_certs
    xmpp.address = (options.host, options.port)
    registration = xmpp.register_plugin(XEP_0077)
    try:
        await registration.sign_up(dict(options.field))
    except RegistrationFailed as error:
        await xmpp.aclose()
        if error.url:
            print(f"accounts are made elsewhere: {error.url}")
        sys.exit(f"no account ({error.condition}): {error}")
    print(f"{xmpp.boundjid} has an account", flush=True)
    if not options.keep:
        await registration.cancel_registration()
        print("and has none any more", flush=True)
    await xmpp.disconnect()


def field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the address that is wanted")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument(
        "--field",
        type=field,
        action="append",
        default=[],
        help="what else the server asks for; may be repeated",
    )
    parser.add_argument("--keep", action="store_true", help="do not remove the account again")
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
