"""Libraries that do wrong what the benchmark measures, each in one way: what its checks are to find.

Run as a program it does tasks like a worker: a line ``{"wrong": …, "task": {…}}`` in, an answer out.
"""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bench.peer import Peer
from bench.wire import Contact, Said
from bench.worker.helix import Helixmpp
from bench.worker.library import Handler, Library, Session, check
from bench.worker.serve import perform
from bench.worker.task import Task

__all__ = ["WRONGS"]


class Honest:
    """A session that does what the one within it does."""

    def __init__(self, inner: Session) -> None:
        self.inner = inner
        self.peer: Peer = inner.peer

    def on_message(self, handler: Handler) -> None:
        self.inner.on_message(handler)

    def on_presence(self, handler: Handler) -> None:
        self.inner.on_presence(handler)

    def count_chat_states(self) -> Callable[[], int] | None:
        return self.inner.count_chat_states()

    def said(self, message: Any) -> Said:
        return self.inner.said(message)

    def sender(self, presence: Any) -> str:
        return self.inner.sender(presence)

    def send_chat(self, to: str, text: str) -> None:
        self.inner.send_chat(to, text)

    def send_payloads(self, to: str, text: str, id_: str) -> None:
        self.inner.send_payloads(to, text, id_)

    def echo(self, message: Any) -> None:
        self.inner.echo(message)

    def ask(self, to: str) -> Awaitable[Any]:
        return self.inner.ask(to)

    def answered(self, answer: Any) -> tuple[str, str, str]:
        return self.inner.answered(answer)

    async def fetch_roster(self) -> None:
        await self.inner.fetch_roster()

    def roster(self) -> list[Contact]:
        return self.inner.roster()

    def join(self, room: str, nick: str) -> None:
        self.inner.join(room, nick)

    def occupants(self) -> int | None:
        return self.inner.occupants()

    async def close(self) -> None:
        await self.inner.close()


class Losing(Honest):
    """The fifth stanza runs no handler."""

    def on_message(self, handler: Handler) -> None:
        self.inner.on_message(_without_fifth(handler))

    def on_presence(self, handler: Handler) -> None:
        self.inner.on_presence(_without_fifth(handler))


class Doubling(Honest):
    """The last stanzas run the handler twice."""

    def on_message(self, handler: Handler) -> None:
        self.inner.on_message(_twice(handler))

    def on_presence(self, handler: Handler) -> None:
        self.inner.on_presence(_twice(handler))


class Repeating(Honest):
    """In place of each but the last stanza its predecessor is given."""

    def on_message(self, handler: Handler) -> None:
        self.inner.on_message(_late(handler))

    def on_presence(self, handler: Handler) -> None:
        self.inner.on_presence(_late(handler))


class Misreading(Honest):
    """Texts lose their last character, addresses their resource."""

    def said(self, message: Any) -> Said:
        said = self.inner.said(message)
        return Said(said.id, said.sender, said.body[:-1])

    def sender(self, presence: Any) -> str:
        return self.inner.sender(presence).partition("/")[0]


class Skipping(Honest):
    """The handlers of plugins are left out."""

    def count_chat_states(self) -> Callable[[], int] | None:
        return lambda: 3


class Miscounting(Honest):
    """A room has lost somebody."""

    def occupants(self) -> int | None:
        return 3


class Truncating(Honest):
    """What is sent has a shorter text; what is echoed, another one."""

    def send_chat(self, to: str, text: str) -> None:
        self.inner.send_chat(to, text[:-1])

    def send_payloads(self, to: str, text: str, id_: str) -> None:
        self.inner.send_payloads(to, text[:-1], id_)


class Misdirecting(Honest):
    """What is sent goes to somebody else."""

    def send_chat(self, to: str, text: str) -> None:
        self.inner.send_chat("eve@evil.example", text)


class Chattering(Honest):
    """Something is sent that nobody asked for."""

    def send_chat(self, to: str, text: str) -> None:
        self.inner.send_chat(to, text)
        self.peer.data_received(b"<presence/>")


class Mangling(Honest):
    """What leaves is no XML."""

    def send_chat(self, to: str, text: str) -> None:
        self.peer.data_received(f"<message><body>{text} & more</body></message>".encode())


class Swallowing(Honest):
    """Of what is sent or answered some never leaves."""

    def __init__(self, inner: Session) -> None:
        super().__init__(inner)
        self._count = 0

    def _swallows(self) -> bool:
        self._count += 1
        return self._count == 5

    def send_chat(self, to: str, text: str) -> None:
        if not self._swallows():
            self.inner.send_chat(to, text)

    def echo(self, message: Any) -> None:
        if not self._swallows():
            self.inner.echo(message)


class Plain(Honest):
    """Payloads are left out."""

    def send_payloads(self, to: str, text: str, id_: str) -> None:
        self.inner.send_chat(to, text)


class Renaming(Honest):
    """Payloads have another id."""

    def send_payloads(self, to: str, text: str, id_: str) -> None:
        self.inner.send_payloads(to, text, "other")


class Nameless(Honest):
    """Messages leave with one and the same id."""

    def send_chat(self, to: str, text: str) -> None:
        from xml.sax.saxutils import escape

        body = f"<message type='chat' to='{to}' id='same'><body>{escape(text)}</body></message>"
        self.peer.data_received(body.encode())


class Parroting(Honest):
    """All messages are answered with the text of the first."""

    def __init__(self, inner: Session) -> None:
        super().__init__(inner)
        self._first: Any = None

    def echo(self, message: Any) -> None:
        self._first = self._first or message
        self.inner.echo(self._first)


class Confusing(Honest):
    """Each request is given the answer to the first."""

    def __init__(self, inner: Session) -> None:
        super().__init__(inner)
        self._answer: Any = None

    def ask(self, to: str) -> Awaitable[Any]:
        return self._ask(to)

    async def _ask(self, to: str) -> Any:
        answer = await self.inner.ask(to)
        self._answer = self._answer or answer
        return self._answer


class Believing(Honest):
    """An answer from somebody else is taken for the one of whom was asked."""

    def answered(self, answer: Any) -> tuple[str, str, str]:
        id_, _, text = self.inner.answered(answer)
        return id_, "eve@evil.example", text


class Guessing(Honest):
    """An answer has another id than the text in it."""

    def answered(self, answer: Any) -> tuple[str, str, str]:
        _, sender, text = self.inner.answered(answer)
        return "other", sender, text


class Unanswered(Honest):
    """Requests never leave."""

    def ask(self, to: str) -> Awaitable[Any]:
        return self._never()

    async def _never(self) -> None:
        import asyncio

        await asyncio.get_running_loop().create_future()


class Forgetting(Honest):
    """The roster lacks an item."""

    def roster(self) -> list[Contact]:
        return self.inner.roster()[1:]


class Unnamed(Honest):
    """The items of the roster have no names."""

    def roster(self) -> list[Contact]:
        return [Contact(one.jid, "", one.group, one.subscription) for one in self.inner.roster()]


def _without_fifth(handler: Handler) -> Handler:
    count = 0

    def take(stanza: Any) -> None:
        nonlocal count
        count += 1
        if count != 5:
            handler(stanza)

    return take


def _twice(handler: Handler) -> Handler:
    def take(stanza: Any) -> None:
        handler(stanza)
        handler(stanza)

    return take


def _late(handler: Handler) -> Handler:
    last: list[Any] = []

    def take(stanza: Any) -> None:
        last.append(stanza)
        handler(last[-2] if len(last) == 3 else stanza)

    return take


class Within:
    """A library whose sessions are wrapped."""

    name = "sabotage"
    version = "0"

    def __init__(self, inner: Library, wrap: Callable[[Session], Session]) -> None:
        self.inner = inner
        self.wrap = wrap

    def notes(self) -> list[str]:
        return []

    def make_client(self, plugins: bool) -> Any:
        return self.inner.make_client(plugins)

    def check_plugins(self, client: Any) -> None:
        self.inner.check_plugins(client)

    async def open(self, client: Any) -> Session:
        return self.wrap(await self.inner.open(client))


class Bare(Within):
    """The clients have no plugins."""

    def make_client(self, plugins: bool) -> Any:
        return self.inner.make_client(plugins=False)


class Single(Within):
    """The same client is given out again and again."""

    def __init__(self, inner: Library, wrap: Callable[[Session], Session]) -> None:
        super().__init__(inner, wrap)
        self._client: Any = None

    def make_client(self, plugins: bool) -> Any:
        self._client = self._client or self.inner.make_client(plugins)
        return self._client


class Deaf(Honest):
    """No message runs a handler."""

    def on_message(self, handler: Handler) -> None:
        check(callable(handler), "a handler is called")


#: By name: a library, and what its sessions are.
WRONGS: dict[str, tuple[type[Within], type[Honest]]] = {
    cls.__name__.lower(): (Within, cls)
    for cls in (
        *(
            Honest,
            Losing,
            Doubling,
            Repeating,
            Misreading,
            Skipping,
            Miscounting,
            Truncating,
            Misdirecting,
            Chattering,
        ),
        *(Mangling, Swallowing, Plain, Renaming, Nameless, Parroting, Confusing, Believing, Guessing),
        *(Unanswered, Forgetting, Unnamed, Deaf),
    )
} | {"bare": (Bare, Honest), "single": (Single, Honest)}


def main() -> None:
    """Do tasks until there are no more."""
    inner = Helixmpp()
    for line in sys.stdin:
        order = json.loads(line)
        library, session = WRONGS[order["wrong"]]
        answer = perform(library(inner, session), Task(**order["task"]))
        sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
