"""Dialogues as data: what the server says, what the client must say, what it must tell of it.

A dialogue is a list of steps, taken in order. It is spoken twice, once in whole pieces and once byte by byte, and
both must come to the same.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from helixmpp.stream import (
    Acknowledged,
    AckRequested,
    Authenticated,
    Bound,
    ClientStream,
    Closed,
    ComponentStream,
    Failed,
    Managed,
    NeedRegistration,
    NeedSaltedPassword,
    NonzaReceived,
    Ready,
    Redirected,
    ResumptionRefused,
    StageChanged,
    StanzaReceived,
    StartTLS,
    StreamErrorReceived,
    StreamEvent,
    TLSFacts,
)
from tests.stream.wire import FACTS

Machine = ClientStream | ComponentStream


@dataclass(frozen=True)
class S:
    """The server says this."""

    text: str | bytes


@dataclass(frozen=True)
class C:
    """All that the client has said since it was last asked."""

    text: str = ""


@dataclass(frozen=True)
class E:
    """All that the machine has told since it was last asked, in the words of :func:`words`; no stages."""

    events: tuple[str, ...]

    def __init__(self, *events: str) -> None:
        object.__setattr__(self, "events", events)


@dataclass(frozen=True)
class Stage:
    """Where the stream is now."""

    name: str


@dataclass(frozen=True)
class Tls:
    """TLS is established, as StartTLS asked."""

    facts: TLSFacts = FACTS


@dataclass(frozen=True)
class Key:
    """The key is derived, as NeedSaltedPassword asked."""


@dataclass(frozen=True)
class Ask:
    """The program asks for an account, as NeedRegistration wants; None: it has nothing more to ask."""

    request: Element | None = None


@dataclass(frozen=True)
class Eof:
    """The connection ends."""


@dataclass(frozen=True)
class Close:
    """The program closes the stream."""


@dataclass(frozen=True)
class TimeOut:
    """The time of a stage is over."""

    stage: str


@dataclass(frozen=True)
class Send:
    """The program sends."""

    text: str


Step = S | C | E | Stage | Tls | Key | Ask | Eof | Close | TimeOut | Send


def words(event: StreamEvent) -> str:
    """An event in a few words, the same each time."""
    match event:
        case StartTLS():
            return "start tls"
        case NeedSaltedPassword(mechanism=mechanism, iterations=iterations):
            return f"need key {mechanism} {iterations}"
        case NeedRegistration(answer=None):
            return "register"
        case NeedRegistration(answer=answer):
            assert answer is not None
            return f"register {answer.get('type')} {answer.get('id')}"
        case StageChanged(stage=stage, timeout=timeout):
            return f"stage {stage} {timeout}"
        case Authenticated(mechanism=mechanism):
            return f"authenticated {mechanism}"
        case Bound(jid=jid):
            return f"bound {jid}"
        case Ready():
            return "ready"
        case Managed(resumable=resumable, seconds=seconds):
            return f"managed{' resumable' if resumable else ''} {seconds}"
        case ResumptionRefused(condition=condition):
            return f"resumption refused {condition}"
        case Acknowledged(entries=entries):
            return f"acknowledged {' '.join(entry.text for entry in entries)}".strip()
        case AckRequested():
            return "ack requested"
        case StanzaReceived(element=element, counted=True):
            return f"counted {element.tag.rpartition('}')[2]} {element.get('id', '')}".strip()
        case StanzaReceived(element=element):
            return f"stanza {element.tag.rpartition('}')[2]} {element.get('id', '')}".strip()
        case NonzaReceived(element=element):
            return f"nonza {element.tag}"
        case StreamErrorReceived(condition=condition, text=text):
            return f"stream error {condition} {text}".strip()
        case Redirected(host=host, port=port):
            return f"redirected {host} {port}"
        case Failed(error=error):
            condition = getattr(error, "condition", "")
            return f"failed {type(error).__name__} {condition or getattr(error, 'stage', '')}".strip()
        case Closed(clean=clean):
            return f"closed {'clean' if clean else 'unclean'}"


def derive(request: NeedSaltedPassword) -> bytes:
    return hashlib.pbkdf2_hmac(request.hash_name, request.password.encode(), request.salt, request.iterations)


class Talk:
    """A machine, with everything that it has told and said."""

    def __init__(self, machine: Machine, tls: TLSFacts | None = None, *, bytewise: bool = False) -> None:
        self.machine = machine
        self.bytewise = bytewise
        self.events: list[StreamEvent] = []
        self.transcript: list[str] = []
        self.sent = b""
        self.new_events: list[StreamEvent] = []
        self.new_sent = b""
        self.request: NeedSaltedPassword | None = None
        machine.connection_made(tls)
        self.collect()

    def collect(self) -> None:
        while (event := self.machine.next_event()) is not None:
            if isinstance(event, NeedSaltedPassword):
                self.request = event
            self.events.append(event)
            self.new_events.append(event)
            self.transcript.append(words(event))
        data = self.machine.data_to_send()
        self.sent += data
        self.new_sent += data

    def say(self, data: str | bytes) -> None:
        raw = data.encode() if isinstance(data, str) else data
        pieces: Iterable[bytes] = (raw[i : i + 1] for i in range(len(raw))) if self.bytewise else (raw,)
        for piece in pieces:
            self.machine.receive_data(piece)
            self.collect()

    def key(self) -> None:
        assert self.request is not None
        request, self.request = self.request, None
        self.machine.salted_password(request, derive(request))

    def take(self, step: Step) -> None:
        match step:
            case S(text=text):
                self.say(text)
            case C(text=text):
                assert self.new_sent.decode() == text
                self.new_sent = b""
            case E(events=events):
                told = [words(each) for each in self.new_events if not isinstance(each, StageChanged)]
                assert told == list(events)
                self.new_events = []
            case Stage(name=name):
                assert self.machine.stage == name
            case Tls(facts=facts):
                self.machine.tls_started(facts)
            case Key():
                self.key()
            case Ask(request=request):
                assert isinstance(self.machine, ClientStream)
                if request is None:
                    self.machine.registration_done()
                else:
                    self.machine.register(request)
            case Eof():
                self.machine.receive_eof()
            case Close():
                self.machine.close()
            case TimeOut(stage=stage):
                self.machine.stage_timed_out(stage)
            case Send(text=text):
                self.machine.send(text)
        self.collect()

    @property
    def error(self) -> Exception:
        """The one error that ended the stream."""
        (failed,) = (event for event in self.events if isinstance(event, Failed))
        return failed.error


def talk(
    make: Callable[[], Machine], steps: Iterable[Step], tls: TLSFacts | None = None, *, bytewise: bool = False
) -> Talk:
    conversation = Talk(make(), tls, bytewise=bytewise)
    for step in steps:
        conversation.take(step)
    return conversation


def talk_twice(make: Callable[[], Machine], steps: Iterable[Step], tls: TLSFacts | None = None) -> Talk:
    """In whole pieces and byte by byte; what was told and said must be the same."""
    listed = list(steps)
    whole = talk(make, listed, tls)
    bytewise = talk(make, listed, tls, bytewise=True)
    assert bytewise.transcript == whole.transcript
    assert bytewise.sent == whole.sent
    return whole
