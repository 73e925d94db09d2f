"""A bot that is told what to do by commands (XEP-0050): people run them from a menu of their client.

    python examples/adhoc_bot.py bot@example.org secret --owner me@example.org

Everybody may greet; only the owner may set the bot's status, in two steps. It runs until it is stopped with Ctrl-C.
"""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from helixmpp import ClientXMPP, HelixError, Iq, XMPPError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Session, refusal

SHOWS = ("available", "away", "dnd")


class CommandBot(ClientXMPP):
    def __init__(self, jid: str, password: str, owner: str) -> None:
        super().__init__(jid, password)
        self.owner = owner
        self.auto_authorize = True  # the commands are at the full address, which people see by the presence
        commands = self.register_plugin(XEP_0050)
        commands.add_command(node="greet", name="Be greeted", handler=self.greet)
        commands.add_command(node="status", name="Set the status", handler=self.ask_show, timeout=300)
        self.add_event_handler("session_start", self.start)

    def start(self, _: object) -> None:
        self.send_presence()
        print(f"online as {self.boundjid}", flush=True)

    def greet(self, iq: Iq, session: Session) -> Session:
        # Nothing has to be asked: there is no next step, so the command is completed.
        session["notes"] = [("info", f"Hello, {iq['from'].local}!")]
        return session

    def ask_show(self, iq: Iq, session: Session) -> Session:
        if iq["from"].bare != self.owner:
            raise XMPPError("forbidden")
        form = Form()
        form.type, form.title = "form", "Availability"
        form.add_field(var="show", ftype="list-single", options=[{"value": show} for show in SHOWS])
        session["payload"], session["next"], session["has_next"] = form, self.ask_text, True
        return session

    def ask_text(self, payload: Form, session: Session) -> Session:
        show = payload["values"].get("show") if payload else None
        if show not in SHOWS:
            raise refusal("bad-payload", "One of the three has to be chosen.")
        session["show"] = show  # a session is ours to keep things in
        form = Form()
        form.type, form.title = "form", "Text"
        form.add_field(var="text", ftype="text-single", label="What people see")
        session["payload"], session["next"], session["has_next"] = form, self.set_status, False
        return session

    def set_status(self, payload: Form, session: Session) -> Session:
        text = str(payload["values"].get("text") or "") if payload else ""
        show = session["show"]
        self.send_presence(pshow=None if show == "available" else show, pstatus=text)
        session["payload"], session["next"] = None, None
        session["notes"] = [("info", f"The status is {show}: {text}")]
        return session


async def main(options: argparse.Namespace) -> None:
    bot = CommandBot(options.jid, options.password or getpass.getpass(), options.owner)
    bot.ca_certs = options.ca_certs
    bot.address = (options.host, options.port)
    async with bot:
        reason = await bot.disconnected
        print(f"disconnected: {reason}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the bot's address")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument("--owner", required=True, help="the bare address of who may set the status")
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
