"""Promise H: one bad stanza ends no stream, is counted as handled, and is answered by itself only if it is a request.

A client and a component with every plugin there is sit on a stream whose every byte is the test's, and stay on that
same stream for the whole file. Behind each case a ping has to be answered and, where stanzas are counted, each
of the case's has to be.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import pytest_asyncio

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.core import Callback
from helixmpp.core.plugin_loader import known_plugins
from helixmpp.errors import HelixError, ProtocolError
from helixmpp.stanza import ElementBase, StanzaBase, StanzaPath
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, NS_STANZA_ERRORS, StreamParser, stream_header
from tests.support.badstanzas import BAD_JIDS, FORMS, STANZAS, attribute, payload_classes, wrong_payload
from tests.support.rawserver import COMPONENT, DOMAIN, RawLink, RawServer
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBERS = count(1)
EVE = "eve@example.net/x"


class Victim:
    """A client or component with all plugins, and the server's end of its stream."""

    def __init__(self, xmpp: ClientXMPP | ComponentXMPP, link: RawLink) -> None:
        self.xmpp = xmpp
        self.link = link
        self.namespace = xmpp.default_ns
        self.own = xmpp.boundjid.full
        #: How many stanzas it was sent.
        self.counted = 0
        #: What handlers raised; it is logged as well.
        self.failures: list[BaseException] = []
        log = xmpp.exception

        def note(exception: BaseException) -> None:
            self.failures.append(exception)
            log(exception)

        setattr(xmpp, "exception", note)  # noqa: B010 - a program's own, put there at run time

    def mistakes(self) -> list[BaseException]:
        """What handlers raised that says nothing of the stanza: a mistake of ours, not the peer's."""
        failures, self.failures = self.failures, []
        return [one for one in failures if not isinstance(one, HelixError)]

    def count(self, text: str) -> int:
        """How many stanzas there are in a text; the test's own text is well-formed."""
        parser = StreamParser()
        events = parser.feed((stream_header(to="x", stream_ns=self.namespace) + text).encode())
        errors = [event for event in events if isinstance(event, ProtocolError)]
        assert errors == [], text[:300]
        tags = {f"{{{self.namespace}}}{name}" for name in ("message", "presence", "iq")}
        return sum(isinstance(event, Element) and event.tag in tags for event in events)

    async def hit(self, text: str) -> list[Element]:
        """Send a text; what was sent because of it. Each stanza was counted, and the stream lives."""
        self.counted += self.count(text)
        self.link.say(text)
        for _ in range(3):  # what handlers do as tasks may come behind the answer to a ping
            await self._ping()
        sent = self.link.stanzas[:]
        self.link.stanzas.clear()
        return sent

    async def _ping(self) -> None:
        id_ = f"ping-{next(NUMBERS)}"
        managed = self.link.session is not None
        self.counted += 1
        self.link.say(
            f"<iq type='get' id='{id_}' from='{DOMAIN}' to='{self.own}'><ping xmlns='urn:xmpp:ping'/></iq>"
            + ("<r xmlns='urn:xmpp:sm:3'/>" if managed else "")
        )
        await self.link.until(lambda: self.link.closed or self._answer(id_) is not None)
        assert not self.link.closed, f"the stream has ended: {self.link.error}"
        answer = self._answer(id_)
        assert answer is not None
        assert answer.get("type") == "result"
        self.link.stanzas.remove(answer)
        if managed:
            await self.link.until(lambda: self._told() == self.counted)

    def _answer(self, id_: str) -> Element | None:
        return next((one for one in self.link.stanzas if one.get("id") == id_), None)

    def _told(self) -> int:
        said = [one.get("h", "-1") for one in self.link.nonzas if one.tag == "{urn:xmpp:sm:3}a"]
        return int(said[-1]) if said else -1


def nosy(stanza: StanzaBase) -> None:
    """A program that reads all that there is to be read, and minds nothing."""
    read_all(stanza)


def read_all(stanza: Any, depth: int = 0) -> None:
    failure: Exception | None = None
    for key in sorted(stanza.interfaces):
        try:
            stanza[key]
        except Exception as error:  # noqa: BLE001 - the last one is what the handler raises
            failure = error
    if depth < 3:
        for child in stanza:
            if isinstance(child, ElementBase):
                read_all(child, depth + 1)
    if failure is not None:
        raise failure


def equip(xmpp: ClientXMPP | ComponentXMPP) -> None:
    for name in known_plugins():
        xmpp.register_plugin(name)
    # A gateway tells whoever is not registered so, on purpose: here that would hide what nobody means to say.
    xmpp.plugin["xep_0100"].needs_registration = False
    for kind in ("message", "presence"):
        xmpp.register_handler(Callback(f"nosy {kind}", StanzaPath(kind), nosy))
    xmpp.keepalive_interval = 0


@contextlib.asynccontextmanager
async def victim(kind: str) -> AsyncGenerator[Victim, None]:
    async with RawServer() as server:
        xmpp = server.client() if kind == "client" else server.component()
        equip(xmpp)
        xmpp.auto_reconnect = False
        if isinstance(xmpp, ClientXMPP):
            await xmpp.connect(*xmpp.address)
        else:
            await xmpp.connect()
        await asyncio.sleep(0.05)
        yield Victim(xmpp, server.link)
        await xmpp.disconnect(0.2)
        await xmpp.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncGenerator[Victim, None]:
    async with victim("client") as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def component() -> AsyncGenerator[Victim, None]:
    async with victim("component") as one:
        yield one


@pytest.fixture(params=["client", "component"])
def one(request: pytest.FixtureRequest, client: Victim, component: Victim) -> Victim:
    return client if request.param == "client" else component


def requests_in(text: str, namespace: str) -> tuple[set[str], set[str]]:
    """The ids of the requests in a text, and of all else."""
    events = StreamParser().feed((stream_header(to="x", stream_ns=namespace) + text).encode())
    asked: set[str] = set()
    others: set[str] = set()
    for event in events:
        if isinstance(event, Element):
            is_request = event.tag == f"{{{namespace}}}iq" and event.get("type") in {"get", "set"}
            (asked if is_request else others).add(event.get("id", ""))
    return asked, others - asked


def check_answers(sent: list[Element], text: str, namespace: str) -> None:
    """At most one answer to each request, and to nothing else any."""
    asked, others = requests_in(text, namespace)
    answers = [each for each in sent if each.tag.endswith("}iq") and each.get("type") in {"result", "error"}]
    ids = [each.get("id", "") for each in answers]
    assert sorted(ids) == sorted(set(ids)), "a request was answered twice"
    assert set(ids) <= asked, "an answer to what was no request"
    errors = [each for each in sent if each.get("type") == "error" and not each.tag.endswith("}iq")]
    assert errors == [], "an error in answer to a message or presence"
    assert not {each.get("id", "") for each in sent if each.get("type") == "error"} & others


# -- addresses --------------------------------------------------------------------------------------

KINDS = (
    "<message {f} {t} id='{id}'><body>hello</body></message>",
    "<presence {f} {t} id='{id}'><show>away</show></presence>",
    "<iq {f} {t} id='{id}' type='get'><query xmlns='jabber:iq:version'/></iq>",
    "<presence {f} {t} id='{id}' type='subscribe'/>",
)
NOT_TO_ANSWER = (
    "<iq {f} {t} id='{id}' type='result'/>",
    "<iq {f} {t} id='{id}' type='error'/>",
    "<message {f} {t} id='{id}' type='error'><error type='cancel'/></message>",
    "<presence {f} {t} id='{id}' type='error'><error type='cancel'/></presence>",
)


def between(patterns: tuple[str, ...], sender: str, to: str) -> str:
    from_, to = attribute("from", sender), attribute("to", to)
    return "".join(each.format(f=from_, t=to, id=f"h-{next(NUMBERS)}") for each in patterns)


async def test_there_are_enough_cases() -> None:
    assert len(BAD_JIDS) == len(set(BAD_JIDS)) >= 102
    assert len(STANZAS) >= 40
    assert len(BAD_JIDS) + len(STANZAS) + len(payload_classes()) >= 300


@pytest.mark.parametrize("place", range(len(BAD_JIDS)))
async def test_a_bad_from_ends_nothing(one: Victim, place: int) -> None:
    text = between(KINDS, BAD_JIDS[place], one.own)
    check_answers(await one.hit(text), text, one.namespace)
    assert await one.hit(between(NOT_TO_ANSWER, BAD_JIDS[place], one.own)) == []
    assert one.mistakes() == []


@pytest.mark.parametrize("to", ["", "@", "eve@\U0001f600/\ue000", "x" * 5000, "other.example", "a@b@c"])
async def test_a_bad_to_ends_nothing(one: Victim, to: str) -> None:
    text = between(KINDS, EVE, to)
    check_answers(await one.hit(text), text, one.namespace)
    assert await one.hit(between(NOT_TO_ANSWER, EVE, to)) == []
    # A component may not answer from what is none of its addresses, and says so.
    assert {type(mistake) for mistake in one.mistakes()} <= {ValueError}


@pytest.mark.parametrize("name", STANZAS)
@pytest.mark.parametrize("sender", ["", EVE, "own", DOMAIN])
async def test_missing_and_unknown_parts_end_nothing(one: Victim, name: str, sender: str) -> None:
    address = one.xmpp.boundjid.bare if sender == "own" else sender
    from_ = attribute("from", address) if address else ""
    text = STANZAS[name].replace("{f}", from_).replace("{id}", f"h-{next(NUMBERS)}")
    check_answers(await one.hit(text), text, one.namespace)
    assert one.mistakes() == []


# -- payloads ---------------------------------------------------------------------------------------

CLASSES = payload_classes()
AROUND = (
    "<message {f} id='{id}' type='chat'>{x}</message>",
    "<message {f} id='{id}' type='groupchat'><body>x</body>{x}</message>",
    "<message {f} id='{id}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='x'>"
    "<item id='1'>{x}</item></items></event></message>",
    "<presence {f} id='{id}'>{x}</presence>",
    "<presence {f} id='{id}' type='unavailable'>{x}</presence>",
    "<iq {f} id='{id}' type='get'>{x}</iq>",
    "<iq {f} id='{id}' type='set'>{x}</iq>",
)
ANSWERS = (
    "<message {f} id='{id}' type='error'>{x}<error type='cancel'/></message>",
    "<presence {f} id='{id}' type='error'>{x}<error type='cancel'/></presence>",
    "<iq {f} id='{id}' type='result'>{x}</iq>",
    "<iq {f} id='{id}' type='error'>{x}<error type='x'/></iq>",
)


def filled(patterns: tuple[str, ...], payloads: list[str], senders: list[str]) -> str:
    parts: list[str] = []
    for payload in payloads:
        for sender in senders:
            from_ = attribute("from", sender) if sender else ""
            for pattern in patterns:
                parts.append(
                    pattern.replace("{f}", from_)
                    .replace("{id}", f"h-{next(NUMBERS)}")
                    .replace("{x}", payload)
                )
    return "".join(parts)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: f"{kind.__module__.split('.')[2]}.{kind.__name__}")
async def test_wrong_values_in_each_payload_end_nothing(one: Victim, kind: type[ElementBase]) -> None:
    logging.getLogger("helixmpp").setLevel(
        logging.CRITICAL
    )  # each of these is told, and nobody reads it here
    try:
        payloads = [wrong_payload(kind, form) for form in FORMS]
        trusted = [one.xmpp.boundjid.bare, "" if one.namespace == NS_CLIENT else COMPONENT, DOMAIN]
        text = filled(AROUND, payloads, [EVE]) + filled(AROUND, payloads[1::2], trusted)
        check_answers(await one.hit(text), text, one.namespace)
        await one.hit("")  # what plugins ask because of it has been asked
        text = filled(ANSWERS, payloads, [EVE]) + filled(ANSWERS, payloads[1::2], trusted)
        sent = await one.hit(text)
        assert [each for each in sent if each.get("type") in {"result", "error"}] == []
        assert [each for each in sent if each.tag.endswith("}message")] == []
        assert one.mistakes() == []
    finally:
        logging.getLogger("helixmpp").setLevel(logging.NOTSET)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: f"{kind.__module__.split('.')[2]}.{kind.__name__}")
async def test_each_request_with_wrong_values_is_answered_once(one: Victim, kind: type[ElementBase]) -> None:
    asked: list[str] = []
    text = ""
    for form in FORMS:
        for type_ in ("get", "set"):
            asked.append(f"h-{next(NUMBERS)}")
            text += f"<iq from='{EVE}' to='{one.own}' id='{asked[-1]}' type='{type_}'>{wrong_payload(kind, form)}</iq>"
    answers = [each for each in await one.hit(text) if each.get("id") in asked]
    assert sorted(each.get("id", "") for each in answers) == sorted(asked)
    assert {each.get("to") for each in answers} == {EVE}
    assert {each.get("type") for each in answers} <= {"result", "error"}
    # Nor may a stranger's wrong value look like a mistake of ours.
    broken = [
        each.get("id")
        for each in answers
        if each.find(f".//{{{NS_STANZA_ERRORS}}}internal-server-error") is not None
    ]
    assert broken == []
    assert one.mistakes() == []


# -- what handlers do -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["message", "presence", "iq"])
@pytest.mark.parametrize("type_", ["", "error", "result", "chat", "unavailable", "x"])
async def test_a_handler_that_raises_is_logged_and_answers_nothing(
    one: Victim, kind: str, type_: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(stanza: StanzaBase) -> None:
        if stanza.xml.get("from") == "raise@example.net":
            raise LookupError("a mistake of the program")

    async def fail_later(stanza: StanzaBase) -> None:
        fail(stanza)

    for name, function in (("now", fail), ("later", fail_later)):
        one.xmpp.register_handler(Callback(name, StanzaPath(kind), function))
    try:
        text = f"<{kind} from='raise@example.net' type='{type_}' id='h-{next(NUMBERS)}'><x xmlns='urn:x'/></{kind}>"
        sent = await one.hit(text)
    finally:
        one.xmpp.remove_handler("now")
        one.xmpp.remove_handler("later")
    assert sent == []
    assert len(one.mistakes()) >= 2
    assert caplog.text.count("a mistake of the program") >= 2


@pytest.mark.parametrize("place", range(0, len(BAD_JIDS), 4))
async def test_a_program_that_looks_at_a_bad_address_is_told(
    one: Victim, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Reading gives the address as it came, or raises what is logged; it never ends the dispatching."""
    seen: list[str] = []

    def look(stanza: StanzaBase) -> None:
        seen.append("called")
        seen.append(str(stanza["from"]))

    one.xmpp.register_handler(Callback("look", StanzaPath("message"), look))
    try:
        await one.hit(f"<message {attribute('from', BAD_JIDS[place])}><body>hello</body></message>")
    finally:
        one.xmpp.remove_handler("look")
    refused = "from" in caplog.text or "address" in caplog.text
    assert len(seen) == 2 or refused


# -- what no parser takes ---------------------------------------------------------------------------

ILL_FORMED: dict[str, str | bytes] = {
    "surrogates as references": "<message from='e&#xD83D;&#xDE00;ve@example.org'/>",
    "one surrogate": "<message from='eve@example.org/&#xD800;'/>",
    "NUL": "<message><body>&#0;</body></message>",
    "surrogates as bytes": b"<message><body>\xed\xa0\xbd\xed\xb8\x80</body></message>",
    "no UTF-8": b"<message><body>\xff</body></message>",
    "a comment": "<message><!-- x --></message>",
    "an entity": "<message><body>&nbsp;</body></message>",
    "text between stanzas": "text",
    "an end too many": "</message>",
}


@pytest.mark.parametrize("name", ILL_FORMED)
@pytest.mark.parametrize("kind", ["client", "component"])
async def test_what_is_no_xml_ends_the_stream_and_the_next_one_works(kind: str, name: str) -> None:
    """RFC 6120 section 4.9.3: these have to end it; with an error that is said, and the client comes back."""
    async with RawServer() as server:
        xmpp: Any = server.client() if kind == "client" else server.component()
        await (xmpp.connect(*xmpp.address) if kind == "client" else xmpp.connect())
        first = server.link
        first.say(ILL_FORMED[name])
        await until(lambda: len(server.links) == 2 and server.link.ready and xmpp.is_connected(), 5)
        assert first.error is not None
        second = Victim(xmpp, server.link)
        xmpp.register_plugin("xep_0199")
        second.link.session = None
        assert await second.hit("") == []
        await xmpp.disconnect(0.2)
        await xmpp.aclose()


async def test_both_are_still_there(client: Victim, component: Victim) -> None:
    assert (client.namespace, component.namespace) == (NS_CLIENT, NS_COMPONENT)
    assert client.xmpp.is_connected()
    assert component.xmpp.is_connected()
