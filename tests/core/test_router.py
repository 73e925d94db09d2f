"""Which handlers are asked about a stanza, and in which order they run."""

from xml.etree.ElementTree import Element

import pytest

from helixmpp.core.handlers import BaseHandler, Callback
from helixmpp.core.router import Router
from helixmpp.stanza import (
    ElementBase,
    MatcherBase,
    MatcherId,
    MatchMany,
    MatchXMLMask,
    MatchXPath,
    Message,
    StanzaBase,
    StanzaPath,
    register_stanza_plugin,
    unregister_stanza_plugin,
)
from helixmpp.xml import parse_one
from tests.support.work import counted

MESSAGE = "<message type='chat' id='m1'><body>hi</body><x xmlns='urn:x'/></message>"
IQ = "<iq type='get' id='q1'><query xmlns='jabber:iq:roster'/></iq>"


class Everything(MatcherBase):
    """A matcher of a program's own, which tells nothing of itself."""

    def match(self, stanza: StanzaBase) -> bool:
        return True


def handler(name: str, matcher: MatcherBase) -> BaseHandler:
    return Callback(name, matcher, lambda stanza: None)


def names(router: Router, element: Element) -> list[str]:
    return [found.name for found, *_ in router.candidates(element)]


def found(router: Router, element: Element) -> list[BaseHandler]:
    return [handler for handler, *_ in router.candidates(element)]


def test_only_those_that_can_match_are_asked_and_the_order_is_kept() -> None:
    router = Router()
    for number in range(30):
        router.add(handler(f"iq{number}", StanzaPath(f"iq@type=set/{{urn:{number}}}query")))
    router.add(handler("own", Everything(None)))
    router.add(handler("message", StanzaPath("message")))
    router.add(handler("id", MatcherId("m1")))
    router.add(handler("presence", StanzaPath("presence")))
    assert names(router, parse_one(MESSAGE)) == ["own", "message", "id"]
    assert names(router, parse_one(IQ)) == ["own"]


@pytest.mark.parametrize(
    "matcher",
    [
        StanzaPath("message"),
        StanzaPath("message@type=chat"),
        MatchXPath("{jabber:client}message"),
        MatchXPath("{jabber:client}message/{jabber:client}body"),
        MatchXMLMask("<message xmlns='jabber:client' type='chat'/>"),
        MatcherId("m1"),
        MatchMany((MatcherId("no"), StanzaPath("message"))),
        Everything(None),
    ],
    ids=lambda matcher: type(matcher).__name__,
)
def test_no_index_hides_a_stanza_from_a_matcher_that_wants_it(matcher: MatcherBase) -> None:
    router = Router()
    router.add(handler("h", matcher))
    assert names(router, parse_one(MESSAGE)) == ["h"]


def test_adding_and_removing_at_run_time() -> None:
    router = Router()
    element = parse_one(MESSAGE)
    first, second = handler("same", StanzaPath("message")), handler("same", StanzaPath("message"))
    router.add(first)
    assert found(router, element) == [first]
    router.add(second)
    assert found(router, element) == [first, second]
    assert router.remove(first)
    assert not router.remove(first)
    assert found(router, element) == [second]
    assert router.remove_named("same")
    assert not router.remove_named("same")
    assert found(router, element) == []
    assert len(router) == 0


def test_strangers_cannot_fill_the_table_of_shapes() -> None:
    router = Router()
    router.add(handler("h", StanzaPath("message")))
    for number in range(5000):
        assert names(router, parse_one(f"<message><x xmlns='urn:{number}'/></message>")) == ["h"]
    shapes: dict[object, object] = vars(router)["_shapes"]
    assert len(shapes) <= 1024


def test_a_payload_registered_later_is_found_by_a_path_from_before() -> None:
    class Late(ElementBase):
        name = "late"
        namespace = "urn:late"
        plugin_attrib = "late"

    class Other(ElementBase):
        name = "other"
        namespace = "urn:other"
        plugin_attrib = "late"

    router = Router()
    router.add(handler("late", StanzaPath("message/late")))
    late = parse_one("<message><late xmlns='urn:late'/></message>")
    other = parse_one("<message><other xmlns='urn:other'/></message>")
    register_stanza_plugin(Message, Late)
    assert (names(router, late), names(router, other)) == (["late"], [])
    register_stanza_plugin(Message, Other)
    assert names(router, other) == ["late"]
    unregister_stanza_plugin(Message, Other)
    assert (names(router, late), names(router, other)) == (["late"], [])
    unregister_stanza_plugin(Message, Late)


def test_a_handler_with_a_say_of_its_own_is_always_asked() -> None:
    class Choosy(Callback):
        def match(self, xml: StanzaBase) -> bool:
            return False

    router = Router()
    router.add(handler("plain", StanzaPath("message@type=chat")))
    router.add(Choosy("choosy", StanzaPath("message@type=chat"), lambda stanza: None))
    router.add(handler("deep", StanzaPath("message/body")))
    surely = {one.name: sure for one, sure, _ in router.candidates(parse_one(MESSAGE))}
    assert surely == {"plain": True, "choosy": False, "deep": False}


def test_an_id_counts_only_where_a_handler_waits_for_it() -> None:
    """Each stanza has another id: none but those that are waited for makes a shape of its own."""
    router = Router()
    router.add(handler("message", StanzaPath("message")))
    waiting = handler("waiting", MatcherId("m7"))
    router.add(waiting)
    stanzas = [parse_one(f"<message id='m{number}'><body/></message>") for number in range(3000)]
    assert [names(router, stanza) for stanza in stanzas[:9]] == [
        ["message", "waiting"] if number == 7 else ["message"] for number in range(9)
    ]
    with counted() as work:
        for stanza in stanzas:
            router.candidates(stanza)
    assert work.calls < 20 * len(stanzas)
    router.remove(waiting)
    assert names(router, stanzas[7]) == ["message"]
