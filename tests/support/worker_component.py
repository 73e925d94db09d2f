"""One of several processes of one component: ``python -m tests.support.worker_component ORDERS``, the orders as JSON.

It prints ``ready`` once it serves. Each payload that it answers with has an attribute ``worker``, its number, so that a
test sees who answered; what it says in messages begins with the number. A message to the component tells it
what to set: ``keep TEXT``, ``forget CID``, ``shelve NODE NAME NAME ...``. Its command ``story`` takes
a word at each step.
"""

import asyncio
import json
import sys
from typing import TypedDict

from helixmpp import ComponentXMPP
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0050 import XEP_0050, Session
from helixmpp.plugins.xep_0077 import XEP_0077
from helixmpp.plugins.xep_0231 import XEP_0231
from helixmpp.stanza import Iq, Message, StanzaBase

__all__ = ["LIBRARY", "Orders", "Worker"]

#: The local part of the address whose nodes are set.
LIBRARY = "library"


class Orders(TypedDict):
    """What the process is told."""

    number: int
    domain: str
    secret: str
    host: str
    port: int
    storage: str


class Worker(ComponentXMPP):
    """The component, as each of the processes runs it."""

    def __init__(self, orders: Orders) -> None:
        super().__init__(
            orders["domain"], orders["secret"], orders["host"], orders["port"], storage=orders["storage"]
        )
        # A component asks for signs of life through its own domain, and here the answer may go to another worker.
        self.keepalive_interval = 0
        self.number = orders["number"]
        self.disco = self.register_plugin(XEP_0030)
        self.bobs = self.register_plugin(XEP_0231)
        self.register_plugin(XEP_0077)
        self.register_plugin(XEP_0050).add_command(node="story", handler=self.begin_story)
        self.add_filter("out", self.sign)
        self.add_event_handler("message", self.told)
        self.add_event_handler("user_register", lambda iq: self.say(iq, "registered"))
        self.add_event_handler("user_unregister", lambda iq: self.say(iq, "unregistered"))
        self.add_event_handler("session_start", lambda _: print("ready", flush=True))  # noqa: T201 - the test reads it

    def sign(self, stanza: StanzaBase) -> StanzaBase:
        """Say in an answer who gave it."""
        if isinstance(stanza, Iq) and stanza["type"] == "result":
            for payload in stanza.xml:
                payload.set("worker", str(self.number))
        return stanza

    def say(self, iq: Iq, what: str) -> None:
        """Tell the user who did it."""
        self.make_message(iq["from"], f"{self.number} {what}", mtype="chat").send()

    def begin_story(self, iq: Iq, session: Session) -> Session:
        """Ask for the first word of a story."""
        session["story"] = []
        return self.ask_for_a_word(session)

    def ask_for_a_word(self, session: Session) -> Session:
        """Ask for the next word."""
        form = Form()
        form.type = "form"
        form.add_field(var="word", ftype="text-single")
        session.update(payload=form, next=self.go_on, has_next=True, allow_complete=True)
        return session

    def go_on(self, payload: Form, session: Session) -> Session:
        """Take a word, with the number of who took it; tell the story once the word is ``end``."""
        word = payload["values"]["word"]
        if word != "end":
            session["story"].append((self.number, word))
            return self.ask_for_a_word(session)
        notes = [("info", f"{number} {word}") for number, word in session["story"]]
        session.update(payload=None, next=None, notes=notes)
        return session

    async def told(self, message: Message) -> None:
        """Set something."""
        match message["body"].split():
            case ["keep", text]:
                answer = await self.bobs.set_bob(text.encode(), "text/plain")
            case ["forget", cid]:
                await self.bobs.del_bob(cid)
                answer = cid
            case ["shelve", node, *names]:
                items = [(f"{name}@{self.boundjid}", None, name) for name in names]
                await self.disco.set_items(f"{LIBRARY}@{self.boundjid}", node, items=items)
                answer = node
            case _:
                answer = "what?"
        message.reply(f"{self.number} {answer}").send()


async def main(orders: Orders) -> None:
    """Serve until the process is killed."""
    async with Worker(orders) as worker:
        await worker.disconnected


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
