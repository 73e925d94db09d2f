"""A bot for a room: it greets who comes, remembers what people ask it to, and answers in private, too.

    python examples/room_bot.py bot@example.org secret council@rooms.example.org --nick Scribe

In the room, ``!note TEXT`` has it take a note, ``!notes`` has it read them out; the same two words work in a private
message. Whoever is moderator may also say ``!forget``. A room that there was not yet is made and opened. It comes back
by itself after a lost connection, and stays out where it is kicked. It runs until it is stopped with Ctrl-C.
"""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from helixmpp import JID, ClientXMPP, HelixError, Message
from helixmpp.plugins.xep_0045 import XEP_0045, Left, MUCPresence
from helixmpp.plugins.xep_0249 import XEP_0249, Invite
from helixmpp.plugins.xep_0410 import XEP_0410
from helixmpp.stanza import Presence

MOST_NOTES = 100  # whoever can write to a bot can fill its memory


class RoomBot(ClientXMPP):
    def __init__(self, jid: str, password: str, room: str, nick: str) -> None:
        super().__init__(jid, password)
        self.room = JID(room)
        self.nick = nick
        self.notes: list[str] = []
        self.muc = self.register_plugin(XEP_0045)
        self.register_plugin(XEP_0249)
        self.register_plugin(XEP_0410)  # finds out when the room has forgotten the bot
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("groupchat_message", self.on_message)
        self.add_event_handler("groupchat_private_message", self.on_message)
        self.add_event_handler("groupchat_direct_invite", self.on_invite)
        self.add_event_handler(f"muc::{self.room.bare}::got_online", self.on_arrival)
        self.add_event_handler("groupchat_left", self.on_left)

    async def start(self, _: object) -> None:
        self.send_presence()
        # Nothing of what was said before: the bot would take it for new.
        joined = await self.muc.join_muc_wait(self.room, self.nick, maxchars=0)
        if 201 in joined.presence[MUCPresence].status_codes:
            await self.muc.configure_room(self.room)
        print(f"in {self.room} as {self.muc.our_nicks[self.room]}", flush=True)

    def on_arrival(self, presence: Presence) -> None:
        # Those who were there before the bot, and the bot itself, need no greeting.
        if self.muc.is_joined(self.room) and 110 not in presence[MUCPresence].status_codes:
            self.say(f"Welcome, {presence['from'].resource}!")

    def on_message(self, message: Message) -> None:
        nick = message["from"].resource
        # A room sends everything back to who said it, and may send what was said before the bot came.
        if (
            nick in ("", self.muc.our_nicks.get(self.room))
            or message.xml.find("{urn:xmpp:delay}delay") is not None
        ):
            return
        answer = self.answer(message["body"].strip(), nick)
        if answer is None:
            return
        if message["type"] == "groupchat":
            self.say(f"{nick}: {answer}")
        else:
            self.muc.send_private_message(self.room, nick, answer)

    def answer(self, text: str, nick: str) -> str | None:
        word, _, rest = text.partition(" ")
        if word == "!note" and rest:
            if len(self.notes) == MOST_NOTES:
                return "my book is full"
            self.notes.append(rest)
            return f"noted ({len(self.notes)})"
        if word == "!notes":
            return "; ".join(self.notes) or "there are none"
        if word == "!forget":
            if self.muc.get_jid_property(self.room, nick, "role") != "moderator":
                return "only a moderator may ask me that"
            self.notes.clear()
            return "forgotten"
        return None

    def on_invite(self, message: Message) -> None:
        # Anybody can invite it to anything: it stays where it is, and says so.
        room = message[Invite].jid
        print(f"{message['from'].bare} invites to {room}", flush=True)
        self.send_message(message["from"], f"Thank you, but I stay in {self.room}.", mtype="chat")

    def on_left(self, left: Left) -> None:
        print(f"out of {left.room}: {left.reason}", flush=True)
        if not left.comes_back:
            self.disconnect(reason=left.reason)

    def say(self, text: str) -> None:
        self.send_message(self.room, text, mtype="groupchat")


async def main(options: argparse.Namespace) -> None:
    password = options.password or getpass.getpass()
    bot = RoomBot(options.jid, password, options.room, options.nick)
    bot.ca_certs = options.ca_certs
    bot.address = (options.host, options.port)
    async with bot:
        print(f"disconnected: {await bot.disconnected}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the bot's address")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument("room", help="the room's address")
    parser.add_argument("--nick", default="Scribe", help="its nickname there")
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
