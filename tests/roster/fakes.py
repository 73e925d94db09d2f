"""A client and a component without a connection: stanzas are put in, and what is sent is kept as text."""

from typing import Any
from xml.etree.ElementTree import Element

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.core import BaseXMPP
from helixmpp.core.receipt import Receipt
from helixmpp.core.roster import RosterNode
from helixmpp.stanza import StanzaBase
from helixmpp.xml import NS_CLIENT, copy_element, parse_one, serialize

__all__ = [
    "FakeClient",
    "FakeComponent",
    "FakeStream",
    "normal",
    "roster_item",
    "roster_push",
    "roster_result",
]

OWN = "me@example.org"


def normal(text: str, stream_ns: str = NS_CLIENT) -> str:
    """A stanza in the one form that it is compared in."""
    return text_of(parse_one(text, stream_ns=stream_ns), stream_ns)


def text_of(element: Element, stream_ns: str) -> str:
    """The text of an element, its attributes in order."""
    copy = copy_element(element)
    copy.attrib = dict(sorted(copy.attrib.items()))
    return serialize(copy, stream_ns=stream_ns)


def roster_item(jid: str, subscription: str = "none", *groups: str, **attributes: str) -> str:
    more = "".join(f" {name}='{value}'" for name, value in attributes.items())
    inner = "".join(f"<group>{group}</group>" for group in groups)
    return f"<item jid='{jid}' subscription='{subscription}'{more}>{inner}</item>"


def roster_push(*items: str, sender: str | None = None, ver: str | None = None, id: str = "push") -> str:
    from_ = "" if sender is None else f" from='{sender}'"
    version = "" if ver is None else f" ver='{ver}'"
    query = f"<query xmlns='jabber:iq:roster'{version}>{''.join(items)}</query>"
    return f"<iq type='set' id='{id}'{from_}>{query}</iq>"


def roster_result(id: str, *items: str, ver: str | None = None) -> str:
    version = "" if ver is None else f" ver='{ver}'"
    return (
        f"<iq type='result' id='{id}'><query xmlns='jabber:iq:roster'{version}>{''.join(items)}</query></iq>"
    )


class FakeStream(BaseXMPP):
    """What is sent, raised and failed is written down; all else is what a client or a component does."""

    # Ids are counted, and presences have none, so that what is sent can be compared as text.
    use_presence_ids = False
    _ids = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[str] = []
        self.raised: list[tuple[str, Any]] = []
        self.errors: list[BaseException] = []
        self._received: list[StanzaBase] = []
        super().__init__(*args, **kwargs)
        self.add_filter("in", self._note_received)

    def new_id(self) -> str:
        self._ids += 1
        return f"id{self._ids}"

    def event(self, name: str, data: Any = None, direct: bool = False) -> None:
        self.raised.append((name, data))
        super().event(name, data, direct)

    def exception(self, exception: BaseException) -> None:
        self.errors.append(exception)

    def send_raw(self, data: str | bytes) -> Receipt:
        self.sent.append(normal(data.decode() if isinstance(data, bytes) else data, self.default_ns))
        return self._outbox_.unknown()

    def _note_received(self, stanza: StanzaBase) -> StanzaBase:
        self._received.append(stanza)
        return stanza

    # -- what tests call -----------------------------------------------------------------------------

    @property
    def me(self) -> RosterNode:
        return self.roster[None]

    def receive(self, text: str | Element) -> StanzaBase:
        """Hand a stanza to whoever it is for, as a stream does; the object that the handlers were given."""
        self._received.clear()
        self.stanza_received(parse_one(text, stream_ns=self.default_ns) if isinstance(text, str) else text)
        (stanza,) = self._received
        return stanza

    def lose_connection(self) -> None:
        """What becomes of a session when its stream is gone."""
        self.session_over(None)

    def receive_all(self, *texts: str) -> list[str]:
        """Receive stanzas; the names of the events that they were."""
        before = len(self.raised)
        for text in texts:
            self.receive(text)
        return [name for name, _ in self.raised[before:]]

    def take_sent(self) -> list[str]:
        """What was sent since the last time."""
        sent, self.sent = self.sent, []
        return sent

    def event_names(self) -> list[str]:
        """The names of all events so far."""
        return [name for name, _ in self.raised]


class FakeClient(FakeStream, ClientXMPP):
    """A client."""

    def __init__(self, jid: str = f"{OWN}/desk", **options: Any) -> None:
        super().__init__(jid, "secret", **options)

    def without(self, kind: str) -> None:
        """Take one of the default reactions off, as programs do."""
        event = f"presence_{kind}"
        before = self.event_handled(event)
        self.del_event_handler(event, getattr(self, f"_handle_{kind}"))
        assert self.event_handled(event) == before - 1


class FakeComponent(FakeStream, ComponentXMPP):
    """A component."""

    def __init__(self, jid: str = "comp.example.org", **options: Any) -> None:
        super().__init__(jid, "secret", **options)
