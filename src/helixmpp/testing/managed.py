"""The stream management of one client's stream (XEP-0198), without I/O: what each of its elements does."""

from xml.etree.ElementTree import Element, SubElement

from helixmpp.jid import JID
from helixmpp.testing.incoming import EnableRequested, IncomingStream, ResumeRequested, StreamEvent
from helixmpp.testing.management import StreamManagement, failed, nonza, read_count
from helixmpp.testing.sessions import ManagedSession
from helixmpp.xml import NS_SM

__all__ = ["ManagedStream", "is_nonza"]

ENABLE, RESUME, REQUEST, ANSWER = (f"{{{NS_SM}}}{name}" for name in ("enable", "resume", "r", "a"))
TRUE = frozenset({"true", "1"})  # xs:boolean


def is_nonza(element: Element) -> bool:
    """Tell whether an element belongs to stream management."""
    return element.tag.startswith(f"{{{NS_SM}}}")


class ManagedStream:
    """Counts for a stream, and answers the elements of stream management in it."""

    def __init__(self, stream: IncomingStream, settings: StreamManagement) -> None:
        self._stream = stream
        self._settings = settings
        self._asked = False  # an acknowledgement is on its way
        self.session: ManagedSession | None = None

    def offer(self, features: Element) -> None:
        """Add it to the features."""
        if self._settings.offered:
            SubElement(features, f"{{{NS_SM}}}sm")

    def take(self, element: Element, account: JID | None, *, bound: bool) -> StreamEvent | None:
        """Act on an element of stream management.

        :param bound: whether the stream has a resource; before that it may only be resumed.
        :returns: what the server is to decide, if anything.
        """
        match element.tag:
            case tag if tag == ENABLE and bound and self.session is None:
                if self._settings.offered:
                    longest = read_count(element.get("max"))
                    return EnableRequested(element.get("resume", "") in TRUE, longest)
                self._stream.send(failed("feature-not-implemented"))
            case tag if tag == RESUME and not bound and account is not None:
                return self._resume(element, account)
            case tag if tag == REQUEST and self.session is not None:
                if self._settings.acknowledge:
                    self._stream.send(nonza("a", h=str(self.session.ledger.handled)))
            case tag if tag == ANSWER and self.session is not None:
                self._answered(self.session, read_count(element.get("h")))
            case _:
                self._stream.send(failed("unexpected-request"))
        return None

    def _resume(self, element: Element, account: JID) -> ResumeRequested | None:
        previd, h = element.get("previd"), read_count(element.get("h"))
        if not (self._settings.offered and self._settings.resumption):
            self._stream.send(failed("feature-not-implemented"))
        elif not previd or h is None:
            self._stream.send(failed("bad-request"))
        else:
            return ResumeRequested(account, previd, h)
        return None

    def _answered(self, session: ManagedSession, h: int | None) -> None:
        self._asked = False
        if h is None:
            self._stream.end("bad-format", "an acknowledgement has a number")
        elif self.fits(session, h):
            session.ledger.acknowledge(h)
            self._ask(session)

    def fits(self, session: ManagedSession, h: int) -> bool:
        """Tell whether the client can have handled so much; where it cannot, the stream ends (section 6)."""
        if session.ledger.fits(h):
            return True
        sent = session.ledger.sent
        detail = nonza("handled-count-too-high", h=str(h), **{"send-count": str(sent)})
        self._stream.end("undefined-condition", f"{sent} stanzas were sent", detail=detail)
        return False

    def enabled(self, session: ManagedSession) -> None:
        """Tell the client that both ends count from now on."""
        self.session = session
        if session.id:
            resumable = {"id": session.id, "resume": "true", "max": f"{session.hibernation:.0f}"}
            self._stream.send(nonza("enabled", **resumable))
        else:
            self._stream.send(nonza("enabled"))

    def resumed(self, session: ManagedSession, h: int) -> list[Element]:
        """Go on with a session whose client has handled ``h``; gives what is sent again, oldest first."""
        self.session = session
        session.ledger.acknowledge(h)
        self._stream.send(nonza("resumed", previd=session.id, h=str(session.ledger.handled)))
        again = [one.stanza for one in session.ledger.open]
        for stanza in again:
            self._stream.send(stanza)
        self._ask(session)
        return again

    def received(self) -> None:
        """Count a stanza of the client."""
        if self.session is not None:
            self.session.ledger.received()

    def sent(self, stanza: Element) -> None:
        """Keep a stanza that was sent, and ask for its acknowledgement."""
        if self.session is not None:
            self.session.note(stanza)
            self._ask(self.session)

    def _ask(self, session: ManagedSession) -> None:
        # One question at a time: its answer is for all that was sent meanwhile, whatever the client's speed.
        if self._settings.request and not self._asked and session.ledger.open:
            self._asked = True
            self._stream.send(nonza("r"))
