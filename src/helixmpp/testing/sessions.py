"""Managed sessions (XEP-0198): those that wait for their client to come back, and what becomes of the rest."""

import asyncio
import random
import secrets
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.testing.accounts import Resource
from helixmpp.testing.management import Ledger, StreamManagement, Unacknowledged
from helixmpp.testing.routing import Router

__all__ = ["ManagedSession", "Sessions"]

REMEMBERED = 1000  # ended sessions, of which <failed/> can still say how much was handled


@dataclass(slots=True, eq=False)
class ManagedSession:
    """One session under stream management; its resource's Link while there is no connection."""

    resource: Resource
    sessions: "Sessions" = field(repr=False)
    id: str = ""  # empty: it cannot be resumed
    hibernation: float = 0.0  # seconds
    ledger: Ledger = field(default_factory=Ledger)
    timer: asyncio.TimerHandle | None = None  # runs while it hibernates

    @property
    def full(self) -> bool:
        """Whether more is waiting for an acknowledgement than one session may keep."""
        return len(self.ledger.open) > self.sessions.router.directory.limits.unacknowledged

    def note(self, stanza: Element) -> None:
        """Keep a stanza until the client acknowledges it."""
        self.ledger.open.append(Unacknowledged(stanza, self.sessions.router.directory.now()))

    def send(self, stanza: Element) -> None:
        """Keep a stanza until the client is back."""
        self.note(stanza)
        if self.full:
            self.sessions.end(self)

    def end(self, condition: str, text: str = "") -> None:
        """Give up the session; there is no stream to say why on."""
        self.sessions.end(self)

    def awake(self) -> None:
        """Stop the time that runs against it."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Sessions:
    """All managed sessions that could be resumed."""

    def __init__(self, router: Router, settings: StreamManagement) -> None:
        self.router = router
        self._resumable: dict[str, ManagedSession] = {}
        self._hibernating: dict[ManagedSession, None] = {}  # the one that fell asleep first comes first
        self._ended: dict[str, tuple[JID, int]] = {}
        self._closing = False
        self.settings = settings

    @property
    def settings(self) -> StreamManagement:
        """How it is done from now on; a stream that is open keeps what it was opened with."""
        return self._settings

    @settings.setter
    def settings(self, settings: StreamManagement) -> None:
        self._settings = settings
        self._random = random.Random(settings.seed)  # noqa: S311 - the same refusals in each run are wanted

    @property
    def hibernating(self) -> list[ManagedSession]:
        """Those that have no connection."""
        return list(self._hibernating)

    def enable(self, resource: Resource, *, resume: bool, longest: int | None) -> ManagedSession:
        """Begin a managed session.

        :param resume: whether the client wants to be able to resume it.
        :param longest: seconds of hibernation that the client prefers.
        """
        session = ManagedSession(resource, self)
        # Nobody can authenticate as an anonymous account again.
        if resume and self._settings.resumption and not resource.account.temporary:
            session.id = secrets.token_urlsafe(18)
            session.hibernation = self._settings.hibernation
            if longest is not None:
                session.hibernation = min(session.hibernation, longest)
            self._resumable[session.id] = session
        return session

    def find(self, account: JID, previd: str) -> ManagedSession | None:
        """Give the session that a client may resume now; None is a refusal."""
        session = self._resumable.get(previd)
        if session is None or session.resource.account.jid != account:
            return None
        if self._random.random() < self._settings.refuse_resumption:
            # Of a session that still had a connection the stream has to end as well.
            session.resource.link.end("policy-violation", "the session is lost")
            return None
        return session

    def handled_of(self, account: JID, previd: str) -> int | None:
        """How many stanzas of an ended session were handled, where that is known and may be told."""
        owner, handled = self._ended.get(previd, (None, 0))
        return handled if owner == account and self._settings.tell_count else None

    def hibernate(self, session: ManagedSession) -> None:
        """Wait for the client of a session that has lost its connection."""
        if self._closing or not session.id:
            self.end(session)
            return
        session.resource.link = session
        self._hibernating[session] = None
        session.timer = asyncio.get_running_loop().call_later(session.hibernation, self.end, session)
        if len(self._hibernating) > self.router.directory.limits.hibernating:
            self.end(next(iter(self._hibernating)))
        elif session.full:
            self.end(session)

    def wake(self, session: ManagedSession) -> None:
        """Take note that a session has a connection again."""
        session.awake()
        self._hibernating.pop(session, None)

    def end(self, session: ManagedSession) -> None:
        """End a session for good: what the client may not have goes elsewhere; it may be called twice."""
        self.wake(session)
        if self._resumable.pop(session.id, None) is not None:
            self._ended[session.id] = (session.resource.account.jid, session.ledger.handled)
            if len(self._ended) > REMEMBERED:
                del self._ended[next(iter(self._ended))]
        self.router.gone(session.resource)
        left = list(session.ledger.open)
        session.ledger.open.clear()
        if not self._closing:
            for one in left:
                self.router.undelivered(session.resource, one.stanza, one.at)

    def close(self) -> None:
        """End all that hibernate: the server ends, so that nobody is told and nothing is kept."""
        self._closing = True
        for session in self.hibernating:
            self.end(session)
