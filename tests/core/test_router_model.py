"""The router finds the same handlers, in the same order, as one that asks each of them."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp.core.handlers import BaseHandler, Callback
from helixmpp.core.payload_matcher import ChildMatcher, PayloadMatcher
from helixmpp.core.router import Router
from helixmpp.stanza import (
    ElementBase,
    Iq,
    MatcherBase,
    MatcherId,
    MatchXPath,
    Message,
    Presence,
    StanzaBase,
    StanzaPath,
    register_stanza_plugin,
    stanza_of,
)
from helixmpp.xml import NS_CLIENT
from tests.plugins.offline import OfflineClient

KINDS = {"message": Message, "presence": Presence, "iq": Iq}


class One(ElementBase):
    """A payload."""

    name = "one"
    namespace = "urn:one"
    plugin_attrib = "router_one"


class Two(ElementBase):
    """Another one."""

    name = "two"
    namespace = "urn:two"
    plugin_attrib = "router_two"


for kind in KINDS.values():
    register_stanza_plugin(kind, One)
    register_stanza_plugin(kind, Two)

MATCHERS: list[Callable[[], MatcherBase]] = [
    lambda: StanzaPath("message"),
    lambda: StanzaPath("message@type=chat"),
    lambda: StanzaPath("message/router_one"),
    lambda: StanzaPath("iq@type=get/router_two"),
    lambda: StanzaPath("presence@type=subscribe"),
    lambda: MatchXPath("{jabber:client}message/{urn:two}two"),
    lambda: MatcherId("a"),
    lambda: MatcherId(""),
    lambda: ChildMatcher(Message, "{urn:one}one", "{urn:two}two"),
    lambda: PayloadMatcher(Presence, One, None),
    lambda: PayloadMatcher(Message, Two, "chat"),
]

CLIENT = OfflineClient()


@st.composite
def elements(draw: st.DrawFn) -> Element:
    xml = Element(f"{{{NS_CLIENT}}}{draw(st.sampled_from(sorted(KINDS)))}")
    for name, values in (("type", ["", "chat", "get", "result", "subscribe"]), ("id", ["a", "b", ""])):
        if (value := draw(st.sampled_from([None, *values]))) is not None:
            xml.set(name, value)
    for tag in draw(st.lists(st.sampled_from(["{urn:one}one", "{urn:two}two", "{urn:x}one"]), max_size=2)):
        SubElement(xml, tag)
    return xml


STEPS = st.one_of(
    st.tuples(st.just("add"), st.integers(0, len(MATCHERS) - 1)),
    st.tuples(st.just("remove"), st.integers(0, 20)),
    elements().map(lambda xml: ("ask", xml)),
    elements().map(lambda xml: ("ask", xml)),
)


@given(st.lists(STEPS, max_size=40))
@settings(max_examples=300, deadline=None)
def test_the_same_as_one_by_one(steps: list[tuple[str, Any]]) -> None:
    router = Router()
    handlers: list[BaseHandler] = []
    for what, value in steps:
        if what == "add":
            handler = Callback(str(len(handlers)), MATCHERS[int(value)](), print)
            handlers.append(handler)
            router.add(handler)
        elif what == "remove" and handlers:
            assert router.remove(handlers.pop(value % len(handlers)))
        elif what == "ask":
            stanza: StanzaBase = stanza_of(value, NS_CLIENT, CLIENT)
            found = [each for each, surely, _ in router.candidates(value) if surely or each.match(stanza)]
            assert found == [each for each in handlers if each.match(stanza)]


async def test_a_payload_that_is_known_later() -> None:
    """A path may mean another child once a class is registered."""

    class Late(ElementBase):
        name = "late"
        namespace = "urn:late"
        plugin_attrib = "router_late"

    xmpp = OfflineClient()
    seen: list[str] = []
    xmpp.register_handler(
        Callback("late", StanzaPath("message/router_late"), lambda got: seen.append(got["id"]))
    )
    await xmpp.receive("<message id='1'><late xmlns='urn:late'/></message>")
    register_stanza_plugin(Message, Late)
    await xmpp.receive("<message id='2'><late xmlns='urn:late'/></message>")
    assert seen == ["2"]


@pytest.mark.parametrize("once", [False, True])
async def test_handlers_change_while_one_runs(once: bool) -> None:
    xmpp = OfflineClient()
    seen: list[str] = []

    def another(stanza: Any) -> None:
        seen.append("another")

    def first(stanza: Any) -> None:
        seen.append("first")
        xmpp.remove_handler("second")
        xmpp.register_handler(
            Callback("third", StanzaPath("message"), lambda _: seen.append("third"), once=True)
        )
        handler.pointer = another

    handler = Callback("first", StanzaPath("message"), first, once=once)
    xmpp.register_handler(handler)
    xmpp.register_handler(Callback("second", StanzaPath("message"), lambda _: seen.append("second")))
    await xmpp.receive("<message><body>1</body></message>")
    seen.append("|")
    await xmpp.receive("<message><body>2</body></message>")
    await xmpp.receive("<message><body>3</body></message>")
    assert "second" not in seen[seen.index("|") :]
    assert seen[seen.index("|") + 1 :] == (["third"] if once else ["another", "third", "another"])


def test_strangers_shapes_are_bounded() -> None:
    router = Router()
    router.add(Callback("all", StanzaPath("message"), print))
    for number in range(5000):
        xml = Element(f"{{{NS_CLIENT}}}message", {"type": f"t{number % 70}"})
        SubElement(xml, f"{{urn:x{number}}}x")
        assert len(router.candidates(xml)) == 1
    assert sum(len(inner) for types in vars_of(router, "_usual").values() for inner in types.values()) <= 1024
    assert len(vars_of(router, "_shapes")) <= 1024


def vars_of(thing: object, name: str) -> Any:
    return vars(thing)[name]
