"""Whatever a stranger sends: wrapping, reading, answering and logging it raise nothing but BadStanza."""

import copy
from xml.etree.ElementTree import Element

from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import BadStanza, XMPPError
from helixmpp.stanza import Iq, IqError, StanzaPath, make_error_reply, stanza_of
from helixmpp.xml import NS_BIND, NS_CLIENT, NS_ROSTER, NS_STANZA_ERRORS, parse_one

NAMES = [
    "message",
    "presence",
    "iq",
    "error",
    "body",
    "show",
    "priority",
    "status",
    "subject",
    "thread",
    "query",
]
PAYLOADS = ["item", "group", "text", "bind", "jid", "item-not-found", "gone", "x"]
SPACES = [NS_CLIENT, NS_ROSTER, NS_STANZA_ERRORS, NS_BIND, "urn:x"]
KEYS = [
    "type",
    "to",
    "from",
    "id",
    "{http://www.w3.org/XML/1998/namespace}lang",
    "jid",
    "subscription",
    "by",
    "ver",
]
VALUES = st.one_of(
    st.sampled_from(
        ["", " ", "chat", "error", "get", "result", "a@b.c/d", "@", "a b@c", "-1", "both", "true"]
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
)


@st.composite
def elements(draw: st.DrawFn) -> Element:
    def one(depth: int, names: list[str]) -> Element:
        space = NS_CLIENT if depth == 0 else draw(st.sampled_from(SPACES))
        attributes = draw(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
        element = Element(f"{{{space}}}{draw(st.sampled_from(names))}", attributes)
        element.text = draw(VALUES) or None
        if depth < 3:
            element.extend([one(depth + 1, NAMES + PAYLOADS) for _ in range(draw(st.integers(0, 3)))])
        return element

    return one(0, ["message", "presence", "iq", "other"])


PATHS = [
    "message@type=chat/body",
    "presence@type=available",
    "iq@type=get/roster/item@subscription=both",
    "*/error",
]


@given(elements())
def test_any_stanza(element: Element) -> None:
    stanza = stanza_of(element)
    text = str(stanza)
    for key in (*stanza.interfaces, "lang", "error", "roster", "bind", "substanzas"):
        try:
            stanza[key]
        except BadStanza as error:
            assert error.condition in ("bad-request", "jid-malformed")
    for path in PATHS:
        stanza.match(path)
        StanzaPath(path).keys()
    twin = copy.copy(stanza)
    assert twin == stanza
    assert str(twin) == text
    answers = [stanza.reply(), stanza.reply(clear=False), make_error_reply(stanza, XMPPError("conflict"))]
    for answer in answers:
        if answer is not None:
            parse_one(str(answer))
    assert (answers[2] is None) == (element.get("type") in ("error", "result"))
    if isinstance(stanza, Iq):
        assert IqError(stanza).condition
    repr(stanza)
    # None of it changed the stanza.
    assert str(stanza) == text
