"""The one ordered list of what we send, from the call to the server's acknowledgement (XEP-0198 section 4).

It outlives the streams: what a lost stream had taken is written again by the next one, before anything newer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from helixmpp.errors import ProtocolError

__all__ = ["Entry", "HandledCountTooHigh", "Ledger"]

# Section 4: counters are 32 bits wide and begin at zero again.
_MODULUS: Final = 2**32


class HandledCountTooHigh(ProtocolError):
    """The server acknowledges more than it was sent (XEP-0198 section 6)."""

    def __init__(self, h: int, sent: int) -> None:
        super().__init__("undefined-condition", f"the server acknowledges {h} stanzas, but {sent} were sent")
        self.h = h
        self.sent = sent


class Entry:
    """One stanza on its way.

    :param text: the serialized stanza.
    """

    __slots__ = ("again", "text", "written")

    def __init__(self, text: str) -> None:
        self.text = text
        #: Whether it was handed to a stream.
        self.written = False
        #: Whether it was written to more than one session, so that the receiver may have it twice.
        self.again = False


class Ledger:
    """What is written and not acknowledged (in flight), and behind it what waits to be written.

    ``written - acked`` entries are in flight. Counters are those of the session: they go on when a stream
    is resumed, and begin at zero with another session.
    """

    def __init__(self) -> None:
        self._flying: deque[Entry] = deque()
        self._waiting: deque[Entry] = deque()
        #: How many stanzas of this session the server has acknowledged, modulo 2**32.
        self.acked = 0

    def __len__(self) -> int:
        return len(self._flying) + len(self._waiting)

    @property
    def in_flight(self) -> int:
        """How many are written and not acknowledged."""
        return len(self._flying)

    @property
    def waiting(self) -> int:
        """How many are not written yet."""
        return len(self._waiting)

    @property
    def sent(self) -> int:
        """How many stanzas were written in this session, modulo 2**32."""
        return (self.acked + len(self._flying)) % _MODULUS

    def add(self, entry: Entry) -> None:
        """Put an entry behind all others."""
        self._waiting.append(entry)

    def fly(self, entry: Entry) -> None:
        """Count an entry that is written at once, because nothing waits before it."""
        entry.written = True
        self._flying.append(entry)

    def next_waiting(self) -> Entry | None:
        """The first that is not written yet, if any."""
        return self._waiting[0] if self._waiting else None

    def take(self, *, counted: bool = True) -> Entry:
        """Note that the first that waited is written; with ``counted`` it awaits an acknowledgement."""
        entry = self._waiting.popleft()
        entry.written = True
        if counted:
            self._flying.append(entry)
        return entry

    def acknowledge(self, h: int) -> list[Entry]:
        """The server has handled ``h`` stanzas of this session: what that is news of.

        :raises HandledCountTooHigh: it never got so many (section 6), or counts backwards.
        """
        news = (h - self.acked) % _MODULUS
        if news > len(self._flying):
            raise HandledCountTooHigh(h, self.sent)
        self.acked = h
        return [self._flying.popleft() for _ in range(news)]

    def rewind(self) -> None:
        """The stream is gone: what is in flight waits to be written again, before all else."""
        self._waiting.extendleft(reversed(self._flying))
        self._flying.clear()

    def restart(self) -> None:
        """Another session is counted from now on; what is in flight is of none."""
        self.rewind()
        self.acked = 0

    def renew(self, keep: Callable[[Entry], bool]) -> list[Entry]:
        """Another session begins: counters are zero, and what ``keep`` refuses is taken out and given back.

        What was written and is kept is marked as sent again: the server may have handled it.
        """
        self.restart()
        kept: deque[Entry] = deque()
        lost: list[Entry] = []
        for entry in self._waiting:
            if keep(entry):
                entry.again = entry.again or entry.written
                kept.append(entry)
            else:
                lost.append(entry)
        self._waiting = kept
        return lost

    def clear(self) -> list[Entry]:
        """Take everything out."""
        everything = [*self._flying, *self._waiting]
        self._flying.clear()
        self._waiting.clear()
        self.acked = 0
        return everything
