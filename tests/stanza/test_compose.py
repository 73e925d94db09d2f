"""A message that is begun by one call is the one that assigning its parts makes."""

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.stanza import (
    ElementBase,
    Message,
    Presence,
    register_stanza_plugin,
    unregister_stanza_plugin,
)
from helixmpp.xml import NS_CLIENT, NS_COMPONENT
from tests.stanza.sample_stream import Stream

ADDRESSES = ["Juliet@Example.org", JID("juliet@example.org/balcony"), "example.org", "j@ex/R S"]
KINDS = [None, "chat", "normal", "groupchat", "headline", "error"]
BODIES = [None, "", "hi", "two\nlines", "a < b & c", "é\U0001f600", "\u00a0\u2028", "'\"", "%s %d %%"]


def assigned(stream: Stream, to: object, kind: str | None, body: str | None) -> Message:
    message = Message(stream)
    message["to"] = to
    if kind is not None:
        message["type"] = kind
    if body is not None:
        message["body"] = body
    return message


@pytest.mark.parametrize("with_id", [True, False])
@pytest.mark.parametrize("namespace", [NS_CLIENT, NS_COMPONENT])
@pytest.mark.parametrize("to", ADDRESSES, ids=str)
def test_it_is_what_assigning_makes(to: JID | str, namespace: str, with_id: bool) -> None:
    for kind in KINDS:
        for body in BODIES:
            one, other = Stream(namespace), Stream(namespace)
            one.use_message_ids = other.use_message_ids = with_id
            composed = Message.compose(one, to, kind, body)
            expected = assigned(other, to, kind, body)
            assert composed is not None
            assert str(composed) == str(expected)
            assert list(composed.xml.attrib.items()) == list(expected.xml.attrib.items())
            assert composed.namespace == expected.namespace
            assert composed.stream is one
            assert (composed.id, composed.to, composed["type"], composed.body) == (
                expected.id,
                expected.to,
                expected["type"],
                expected.body,
            )
            composed["subject"] = "more"
            expected["subject"] = "more"
            assert str(composed) == str(expected)


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("", None), (None, None), (JID(""), None), ("@", None), ("a@b@c", None), ("a@b/", None), (5, None),
        ("a@b", "no such type"), ("a@b", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_left_to_the_assignment(to: object, kind: str | None) -> None:
    assert Message.compose(Stream(), to, kind, "hi") is None


@pytest.mark.parametrize("body", ["\0", "\ud800", "\ufffe"])
def test_promise_e_a_forbidden_character_is_refused(body: str) -> None:
    with pytest.raises(FieldValueError):
        Message.compose(Stream(), "a@b", "chat", body)


class Taken(ElementBase):
    """A payload that takes the body of a message over."""

    name = "taken"
    namespace = "urn:taken"
    plugin_attrib = "taken"
    overrides = ("set_body",)

    def set_body(self, value: str) -> None:
        self.xml.text = value


def test_what_payloads_take_over_is_left_to_the_assignment() -> None:
    register_stanza_plugin(Message, Taken, overrides=True)
    try:
        assert Message.compose(Stream(), "a@b", "chat", "hi") is None
    finally:
        unregister_stanza_plugin(Message, Taken, overrides=True)
    assert Message.compose(Stream(), "a@b", "chat", "hi") is not None


def test_it_may_be_put_nowhere_but_as_a_copy() -> None:
    message = Message.compose(Stream(), "a@b", "chat", "hi")
    assert message is not None
    outer = Presence()
    outer.append(message)
    message["body"] = "changed"
    assert "hi" in str(outer)
