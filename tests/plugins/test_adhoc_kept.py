"""XEP-0050: what of a session can be written and read again, and by which names handlers are found."""

import json
import os.path
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp import ClientXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import Session
from helixmpp.plugins.xep_0050.names import Name, Names
from helixmpp.plugins.xep_0050.writing import CannotKeep, read_kept, write_session
from helixmpp.plugins.xep_0231 import BitsOfBinary
from helixmpp.xml import serialize


def first(iq: Any, session: Session) -> Session:
    return session


def second(payload: Any, session: Session) -> Session:
    return session


class Base:
    def inherited(self, payload: Any, session: Session) -> Session:
        return session


class Wizard(Base):
    def first(self, iq: Any, session: Session) -> Session:
        return session

    def second(self, payload: Any, session: Session) -> Session:
        return session

    def __hidden(self, payload: Any, session: Session) -> Session:
        return session

    def hidden(self) -> Any:
        return self.__hidden

    @staticmethod
    def alone(payload: Any, session: Session) -> Session:
        return session

    @classmethod
    def of_class(cls, payload: Any, session: Session) -> Session:
        return session

    @property
    def counted(self) -> object:
        raise AssertionError("nobody asks for it")

    def __call__(self, payload: Any, session: Session) -> Session:
        return session


class Bot(ClientXMPP):
    def first(self, iq: Any, session: Session) -> Session:
        return session

    def second(self, payload: Any, session: Session) -> Session:
        return session


def inner() -> Any:
    def nested(payload: Any, session: Session) -> Session:
        return session

    return nested


WIZARD, OTHER = Wizard(), Wizard()
BOT = Bot("bot@example.org", "secret")
NESTED = inner()
STEPS = {"ask": NESTED, "other": OTHER.second}


LAMBDA: Callable[[Any, Session], Session] = lambda payload, session: session  # noqa: E731 - the lambda itself is what is tested

NAMED: list[tuple[Any, Any, Name | None]] = [
    (first, second, ("function", "second")),
    (first, first, ("function", "first")),
    (WIZARD.first, WIZARD.second, ("method", "second")),
    (WIZARD.first, WIZARD.inherited, ("method", "inherited")),
    (WIZARD.first, WIZARD.hidden(), ("method", "_Wizard__hidden")),
    (WIZARD.first, Wizard.alone, ("method", "alone")),
    (WIZARD.first, second, ("function", "second")),
    (Wizard.of_class, Wizard.of_class, ("method", "of_class")),
    (partial(partial(WIZARD.first), 1), WIZARD.second, ("method", "second")),
    (WIZARD, WIZARD.second, ("method", "second")),
    (BOT.first, BOT.second, ("method", "second")),
    (first, NESTED, ("step", "ask")),
    (first, OTHER.second, ("step", "other")),
    (WIZARD.first, OTHER.second, ("step", "other")),
    # What has none.
    (first, inner(), None),
    (first, LAMBDA, None),
    (first, WIZARD.second, None),
    (WIZARD.first, OTHER.first, None),
    (first, os.path.join, None),
    (first, print, None),
    (first, Wizard, None),
    (BOT.first, BOT.disconnect, None),
    (print, print, None),
]


@pytest.mark.parametrize(("of", "handler", "expected"), NAMED)
def test_a_name_leads_back(of: Any, handler: Any, expected: Name | None) -> None:
    names = Names(of, STEPS)
    found = names.name_of(handler)
    assert found == expected
    if found is not None:
        assert names.handler_of(found) == handler
        # As another process does it that has made the same.
        assert Names(of, STEPS).handler_of(found) == handler


@pytest.mark.parametrize(
    ("of", "name"),
    [
        (first, ("function", "join")),
        (first, ("function", "partial")),  # only imported there
        (first, ("function", "Wizard")),
        (first, ("function", "WIZARD")),
        (first, ("function", "__builtins__")),
        (first, ("function", "os.path.join")),
        (first, ("method", "second")),
        (first, ("step", "unknown")),
        (first, ("module", "second")),
        (WIZARD.first, ("method", "counted")),
        (WIZARD.first, ("method", "__call__")),
        (WIZARD.first, ("method", "__class__")),
        (WIZARD.first, ("method", "missing")),
        (BOT.first, ("method", "disconnect")),  # the library's, not the program's
        (BOT.first, ("method", "send_raw")),
        (print, ("function", "second")),
    ],
)
def test_what_the_program_has_not_given_is_not_found(of: Any, name: Name) -> None:
    assert Names(of, STEPS).handler_of(name) is None


def make(**content: Any) -> Session:
    known = {"id": "i", "from": JID("bill@a.lit/globe"), "to": JID("comp.example.org"), "node": "n"}
    return {**known, "expires": 1.5, "interfaces": {"form"}, "payload_classes": {Form}, **content}


def there_and_back(session: Session, of: Any = WIZARD.first) -> Session:
    names = Names(of, STEPS)
    return read_kept(write_session(session, names)).session("i", names)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.just(JID("a@b/c"))
    | st.frozensets(st.integers() | st.text()),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.sets(st.text())
    ),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way: 1 is no True."""
    if type(one) is not type(other) or one != other:
        return False
    if type(one) is dict:
        pairs: list[Any] = [*one.items()]
        others: list[Any] = [*other.items()]
        return same(pairs, others)
    if type(one) in (list, tuple):
        return all(same(*pair) for pair in zip(one, other, strict=True))
    return True


@given(st.dictionaries(st.text().map("x".__add__), VALUES))
def test_what_a_program_keeps_comes_back(content: dict[str, Any]) -> None:
    back = there_and_back(make(**content))
    assert same({key: back[key] for key in content}, content)
    assert set(back) == set(make(**content))
    assert (back["from"], back["to"], back["node"], back["expires"]) == (
        JID("bill@a.lit/globe"), JID("comp.example.org"), "n", 1.5,
    )  # fmt: skip
    assert (back["interfaces"], back["payload_classes"]) == (set(), set())


def test_handlers_and_payloads_come_back() -> None:
    form = Form()
    form.type, form.title = "form", "Title & more"
    form.add_field(var="a", ftype="text-single", value="x")
    second_of: Any = WIZARD.second
    bound = partial(second_of, "bound", at=JID("a@b"))
    session = make(
        next=bound,
        prev=WIZARD.first,
        cancel=NESTED,
        mine=second,
        payload=[form, Element("{urn:x}y", {"a": "b"})],
        notes=[("info", "text")],
        endless=float("inf"),
    )
    back = there_and_back(session)
    following = back["next"]
    assert (following.func, following.args, following.keywords) == (
        WIZARD.second, ("bound",), {"at": JID("a@b")},
    )  # fmt: skip
    assert (back["prev"], back["cancel"], back["mine"]) == (WIZARD.first, NESTED, second)
    assert [type(item) for item in back["payload"]] == [Form, Element]
    assert back["payload"][0]["title"] == "Title & more"
    assert [serialize(item) for item in (back["payload"][0].xml, back["payload"][1])] == [
        serialize(form.xml), serialize(session["payload"][1]),
    ]  # fmt: skip
    assert (back["notes"], back["endless"]) == ([("info", "text")], float("inf"))


class Colour(IntEnum):
    RED = 1


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


CANNOT: list[tuple[Any, str]] = [
    (LAMBDA, "has no name"),
    (inner(), "nested has no name"),
    (OTHER.first, "first has no name"),
    (partial(inner()), "has no name"),
    (partial(WIZARD.second, object()), "holds a object"),
    (Form, "has no name"),
    (object(), "holds a object"),
    (Colour.RED, "holds a Colour"),
    (OrderedDict(a=1), "holds a OrderedDict"),
    (ENDLESS, "without an end"),
    (BitsOfBinary(), "not registered"),
    (Element("y", {"a": "\0"}), "ValueError"),
    ([10**5000], "ValueError"),
]


@pytest.mark.parametrize(("value", "why"), CANNOT)
def test_what_cannot_be_written_is_said(value: Any, why: str) -> None:
    with pytest.raises(CannotKeep, match=why):
        write_session(make(value=value), Names(WIZARD.first, STEPS))


def altered(**changes: Any) -> bytes:
    found: dict[str, Any] = json.loads(write_session(make(), Names(first, {})))
    return json.dumps({**found, **changes}).encode()


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        b"{}",
        b"[" * 100_000,
        b"\x80\x04N.",
        altered(version=2),
        altered(node=7),
        altered(expires="soon"),
        altered(session=[]),
        altered(session=None),
        altered(session={}),
        altered(session={"dict": [], "list": []}),
        altered(session={"pickle": "gAROLg=="}),
        altered(session={"dict": [[]]}),
        altered(session={"dict": [[{"dict": []}, 1]]}),
        altered(session={"dict": [["next", {"handler": ["function", "third"]}]]}),
        altered(session={"dict": [["next", {"handler": ["function", 7]}]]}),
        altered(session={"dict": [["next", {"handler": ["import", "os.system"]}]]}),
        altered(session={"dict": [["next", {"handler": [["step"], ["x"]]}]]}),
        altered(session={"dict": [["next", {"partial": ["print", [], {"dict": []}]}]]}),
        altered(session={"dict": [["payload", {"stanza": "<y xmlns='urn:x'/>"}]]}),
        altered(session={"dict": [["payload", {"stanza": "<y"}]]}),
        altered(session={"dict": [["a", {"jid": "@"}]]}),
        altered(session={"dict": [["a", {"bytes": "*"}]]}),
        altered(**{"from": "@"}),
    ],
)
def test_what_somebody_else_has_written_is_no_session(value: bytes) -> None:
    with pytest.raises(ValueError):
        read_kept(value).session("i", Names(first, {}))
