"""What stands in the storage for a command may be anything: it is read, or it is a ValueError."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp.plugins.xep_0050.names import Names
from helixmpp.plugins.xep_0050.writing import read_kept

KINDS = [
    "float",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "bytes",
    "jid",
    "element",
    "stanza",
    "partial",
    "handler",
    "x",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["<a/>", "<a xmlns='jabber:x:data'/>", "<a", "a@b", "@", "step", "method", "function", "ab=="]
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KINDS), inner, max_size=2),
    ),
    max_leaves=8,
)


def first(iq: Any, session: Any) -> Any:
    return session


NAMES = Names(first, {"next": first})


def read(value: bytes) -> None:
    with suppress(ValueError):
        read_kept(value).session("id", NAMES)


@given(VALUES)
@settings(max_examples=600, deadline=None)
def test_any_content(content: Any) -> None:
    head = {"version": 1, "from": "a@b", "to": "c@d", "node": "n", "expires": 1.0}
    read(json.dumps({**head, "session": content}).encode())


@given(
    st.dictionaries(
        st.sampled_from(["version", "from", "to", "node", "expires", "session"]), VALUES | st.just(1)
    )
)
@settings(max_examples=300, deadline=None)
def test_any_head(found: dict[str, Any]) -> None:
    read(
        json.dumps(
            {"version": 1, "node": "n", "from": "a@b", "to": "c@d", "expires": 1, "session": [], **found}
        ).encode()
    )


@pytest.mark.parametrize(
    "content", ['{"float":1%s}' % ("0" * 400), '{"float":"1e999"}', "[" * 5000 + "]" * 5000]
)
def test_content_without_an_end(content: str) -> None:
    read(f'{{"version":1,"from":"a@b","to":"c@d","node":"n","expires":1,"session":{content}}}'.encode())


@given(st.binary(max_size=64))
def test_any_bytes(value: bytes) -> None:
    read(value)


@pytest.mark.parametrize("expires", ["Infinity", "-Infinity", "NaN", "1" + "0" * 400, "true"])
def test_no_time_that_is_none(expires: str) -> None:
    text = f'{{"version":1,"from":"a@b","to":"c@d","node":"n","expires":{expires},"session":{{"dict":[]}}}}'
    with pytest.raises(ValueError, match=r"until when|OverflowError"):
        read_kept(text.encode())
