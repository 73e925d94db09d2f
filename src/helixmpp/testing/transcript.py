"""What went through the server, for a test to look at."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.stanza import StanzaBase, stanza_of
from helixmpp.xml import NS_CLIENT, copy_element, serialize

__all__ = ["Exchanged", "Transcript"]


@dataclass(frozen=True, slots=True, eq=False)
class Exchanged:
    """One stanza that the server sent or received.

    ``jid`` is the address of the connection: a full JID, or the domain of a component. ``element`` is what
    was on the wire, in the namespace ``jabber:client``; it is not to be changed.
    """

    jid: JID
    element: Element

    @property
    def xml(self) -> str:
        """The stanza as text."""
        return serialize(self.element)

    @property
    def stanza(self) -> StanzaBase:
        """The stanza as a Message, Presence or Iq of its own."""
        return stanza_of(copy_element(self.element), NS_CLIENT)

    def __repr__(self) -> str:
        return f"<{self.jid}: {self.xml}>"


class Transcript:
    """The last stanzas in one direction, oldest first; what is older than its limit is forgotten."""

    def __init__(self, limit: int) -> None:
        self._lines: deque[Exchanged] = deque(maxlen=limit)
        self._watchers: list[Callable[[Exchanged], None]] = []

    def add(self, jid: JID, element: Element) -> None:
        """Remember a stanza."""
        line = Exchanged(jid, element)
        self._lines.append(line)
        for watcher in list(self._watchers):
            watcher(line)

    def watch(self, watcher: Callable[[Exchanged], None]) -> Callable[[], None]:
        """Call a function for each stanza to come; what is returned ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def clear(self) -> None:
        """Forget all of them."""
        self._lines.clear()

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Exchanged]:
        return iter(list(self._lines))

    def __getitem__(self, index: int) -> Exchanged:
        return self._lines[index]

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._lines))
