"""What a library under measurement offers to the cases, and what the cases say when it does not."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bench.peer import Peer
from bench.wire import Contact, Said

__all__ = ["PLUGINS", "CheckFailed", "Library", "Session", "Unsupported", "check"]

#: The plugins that count.
PLUGINS = tuple(
    f"xep_{number:04}"
    for number in (
        *(30, 45, 85, 115, 163, 184, 199, 203, 231, 280, 308),
        *(313, 333, 334, 359, 363, 380, 394, 424, 444, 461),
    )
)

# Stanzas and clients are of classes that only the library knows.
Handler = Callable[[Any], None]


class CheckFailed(Exception):
    """What was measured is not what was to be done."""


class Unsupported(Exception):
    """The library has no such thing; the text says why."""


def check(holds: bool, text: str) -> None:
    """Raise CheckFailed where something does not hold."""
    if not holds:
        raise CheckFailed(text)


class Session(Protocol):
    """A client with a negotiated stream to a :class:`Peer`."""

    peer: Peer

    def on_message(self, handler: Handler) -> None:
        """Call a handler with each message that has a body."""
        ...

    def on_presence(self, handler: Handler) -> None:
        """Call a handler with each presence."""
        ...

    def count_chat_states(self) -> Callable[[], int] | None:
        """Begin to count the chat states that reach the plugin for them; None where there is none."""
        ...

    def said(self, message: Any) -> Said:
        """What a message says."""
        ...

    def sender(self, presence: Any) -> str:
        """Whom a presence is from."""
        ...

    def send_chat(self, to: str, text: str) -> None:
        """Build a chat message and send it."""
        ...

    def send_payloads(self, to: str, text: str, id_: str) -> None:
        """Build one with ``<replace/>``, ``<origin-id/>`` (both of ``id_``) and ``<markable/>``, and send it."""
        ...

    def echo(self, message: Any) -> None:
        """Answer a message with its own text."""
        ...

    def ask(self, to: str) -> Awaitable[Any]:
        """Send an iq request for the software version; the answer when awaited."""
        ...

    def answered(self, answer: Any) -> tuple[str, str, str]:
        """Id, sender and text of ``<version/>`` of an answer."""
        ...

    async def fetch_roster(self) -> None:
        """Ask for the roster and take it over."""
        ...

    def roster(self) -> list[Contact]:
        """The roster as it is known now."""
        ...

    def join(self, room: str, nick: str) -> None:
        """Begin to join a room."""
        ...

    def occupants(self) -> int | None:
        """How many are in the room; None where nobody keeps them."""
        ...

    async def close(self) -> None:
        """End it, and everything that it started."""
        ...


class Library(Protocol):
    """One library."""

    name: str
    version: str

    def notes(self) -> list[str]:
        """What a reader of the numbers has to know."""
        ...

    def make_client(self, plugins: bool) -> Any:
        """Make a client as a program does, with the 21 plugins or with none."""
        ...

    def check_plugins(self, client: Any) -> None:
        """Raise CheckFailed unless the client has all that it should."""
        ...

    async def open(self, client: Any) -> Session:
        """Negotiate a stream for the client, in memory."""
        ...
