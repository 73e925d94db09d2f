"""The presence that we sent last from one address: to everybody, and to some alone since."""

from collections.abc import Callable

from helixmpp.core.roster.presences import copy_of
from helixmpp.core.roster.recent import Recent
from helixmpp.stanza import Presence

__all__ = ["OwnPresence"]


class OwnPresence:
    """What probes are answered with and new subscribers get; copies, so that nobody changes it.

    :param limit: how many presences to single addresses are remembered.
    """

    __slots__ = ("_directed", "_last", "_limit", "paused")

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._last: Presence | None = None
        # Most addresses never send to anybody alone: the table is made for the first.
        self._directed: Recent[str, Presence] | None = None
        #: Set while a presence to everybody is sent to one after the other: those are none to somebody alone.
        self.paused = False

    @property
    def last(self) -> Presence | None:
        """The last one to everybody."""
        return self._last

    @last.setter
    def last(self, presence: Presence | None) -> None:
        copy = None
        if presence is not None:
            copy = copy_of(presence)
            copy.xml.attrib.pop("to", None)
        self._last = copy
        # What was sent to somebody alone holds until the next one to all.
        self._directed = None

    def directed(self, bare: str) -> Presence | None:
        """The one to this address alone, since the last one to everybody."""
        return self._directed.peek(bare) if self._directed is not None else None

    def set_directed(self, bare: str, presence: Presence | None) -> None:
        """Remember or forget the one to this address alone."""
        if self.paused:
            return
        if presence is None:
            if self._directed is not None:
                self._directed.pop(bare)
            return
        if self._directed is None:
            self._directed = Recent(self._limit)
        self._directed.put(bare, copy_of(presence))

    def reset(self) -> None:
        """Forget everything: there is no session any more."""
        self._last = None
        self._directed = None
