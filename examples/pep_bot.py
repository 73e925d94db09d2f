"""A bot that tells its contacts how it feels, and prints what they publish: nicknames, avatars, moods like its own.

    python examples/pep_bot.py bot@example.org secret --nick Echo --mood curious

It runs until it is stopped with Ctrl-C. Two accounts that see each other's presence print each other's news.
"""

import argparse
import asyncio
import getpass
import sys
from pathlib import Path

from helixmpp import ClientXMPP, HelixError, Message
from helixmpp.stanza import Attr, ElementBase


class Mood(ElementBase):
    """A format of one's own: its namespace is the node that it is published at."""

    name = "mood"
    namespace = "urn:example:mood"
    plugin_attrib = "example_mood"

    word = Attr(str)


class PepBot(ClientXMPP):
    def __init__(self, jid: str, password: str, nick: str, mood: str) -> None:
        super().__init__(jid, password)
        self.nick = nick
        self.mood = mood
        for plugin in ("xep_0163", "xep_0172", "xep_0084"):
            self.register_plugin(plugin)
        self.plugin["xep_0163"].register_pep("mood", Mood)
        self.auto_authorize = True  # whoever wants to see whether the bot is there may
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("mood_publish", self.on_mood)
        self.add_event_handler("user_nick_publish", self.on_nick)
        self.add_event_handler("avatar_metadata_publish", self.on_avatar)

    async def start(self, _: object) -> None:
        # The presence says what we are interested in; the server then sends what was published last.
        self.send_presence()
        mood = Mood()
        mood.word = self.mood
        await self.plugin["xep_0163"].publish(mood)
        await self.plugin["xep_0172"].publish_nick(self.nick)
        print(f"published as {self.boundjid}", flush=True)

    def on_mood(self, message: Message) -> None:
        # Anybody can send such a message: what it says is not believed to be more than a text.
        word = message["pubsub_event"]["items"]["item"]["example_mood"]["word"]
        print(f"{message['from']} feels {word!r}", flush=True)

    def on_nick(self, message: Message) -> None:
        print(f"{message['from']} is called {self.plugin['xep_0172'].published_nick(message)!r}", flush=True)

    async def on_avatar(self, message: Message) -> None:
        for info in message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]:
            if not info["url"]:
                picture = await self.plugin["xep_0084"].fetch(message["from"], info)
                print(f"{message['from']} has an avatar of {len(picture)} bytes", flush=True)


async def main(options: argparse.Namespace) -> None:
    bot = PepBot(options.jid, options.password or getpass.getpass(), options.nick, options.mood)
    bot.ca_certs = options.ca_certs
    bot.address = (options.host, options.port)
    async with bot:
        async for _ in bot.messages():
            pass  # it only listens


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("jid", help="the bot's address")
    parser.add_argument("password", help="its password; '' asks for it")
    parser.add_argument("--nick", default="Bot", help="the nickname that it publishes")
    parser.add_argument("--mood", default="curious", help="how it feels")
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
