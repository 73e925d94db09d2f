"""What holds for all addresses."""

import copy
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import helixmpp.jid
from helixmpp.errors import HelixError
from helixmpp.jid import JID, InvalidJID

ANY = st.text(st.characters(exclude_categories=[]), max_size=12)
ASSIGNED = st.characters(exclude_categories=["Cs", "Co", "Cn"])
AWKWARD = st.sampled_from(
    [
        *"aAzZ09.-_@/ \u00df\u0130\u03a3\u03c2\u0345\u0301\u030a\u00ad\u200d\u2126\uff21\ufb01\u05d0\u0627\u0660",
        *"\u1fb3\u1100\u1161\uac00\u0915\u094d\u0e33\u01c5\u10a0\u1e9e\U0001f600\u3002\ud800\0",
        "xn--",
        "[::1]",
        "\u0644\u0627",
    ]
)
PARTS = st.lists(AWKWARD | ASSIGNED, max_size=8).map("".join)
TEXTS = ANY | PARTS | st.builds("{}@{}/{}".format, PARTS, st.just("b") | PARTS, PARTS)


def jid_or_none(text: str, *, lenient: bool) -> JID | None:
    try:
        return JID.parse(text, lenient=lenient)
    except InvalidJID as error:
        assert str(error)
        assert isinstance(error, ValueError)
        assert isinstance(error, HelixError)
        return None


@given(TEXTS)
def test_any_text_is_an_address_or_none(text: str) -> None:
    strict = jid_or_none(text, lenient=False)
    lenient = jid_or_none(text, lenient=True)
    if strict is not None:
        assert strict == lenient
    for jid, is_lenient in ((strict, False), (lenient, True)):
        if jid is None:
            continue
        again = JID.parse(str(jid), lenient=is_lenient)
        assert (again, str(again)) == (jid, str(jid))
        assert JID.from_parts(jid.local, jid.domain, jid.resource, lenient=True) == jid
        for part in (jid.local, jid.domain, jid.resource):
            assert len(part.encode()) <= 1023
        assert jid == text
        assert jid == str(jid)
        assert hash(jid) == hash(str(jid))
        assert bool(jid) is bool(str(jid))


@given(st.lists(TEXTS, max_size=6))
def test_order_and_equality_are_those_of_the_strings(texts: list[str]) -> None:
    jids = [jid for text in texts if (jid := jid_or_none(text, lenient=True)) is not None]
    assert [str(jid) for jid in sorted(jids)] == sorted(str(jid) for jid in jids)
    assert len(set(jids)) == len({str(jid) for jid in jids}) == len(set(jids) | {str(jid) for jid in jids})
    for one in jids:
        for other in jids:
            same = str(one) == str(other)
            assert (one == other, one != other) == (same, not same)
            assert (one < other, one <= other) == (str(one) < str(other), str(one) <= str(other))
            assert (one > str(other), one >= str(other)) == (str(one) > str(other), str(one) >= str(other))


@given(
    st.integers(0, sys.maxunicode), st.sampled_from(["{}@b", "a{}b@b", "b/{}", "{}.example", "a{}b.example"])
)
def test_each_code_point(code: int, template: str) -> None:
    text = template.format(chr(code))
    for lenient in (False, True):
        jid = jid_or_none(text, lenient=lenient)
        assert jid is None or str(JID.parse(str(jid), lenient=lenient)) == str(jid)


def test_names_of_the_parts() -> None:
    jid = JID("Juliet@Example.com/Balcony")
    assert {jid.local, jid.user, jid.username, jid.node} == {"juliet"}
    assert {jid.domain, jid.host, jid.server} == {"example.com"}
    assert jid.resource == "Balcony"
    assert (jid.bare, jid.full, str(jid)) == (
        "juliet@example.com",
        "juliet@example.com/Balcony",
        "juliet@example.com/Balcony",
    )
    assert jid.bare_jid == "juliet@example.com"
    assert jid.bare_jid.resource == ""
    assert (jid.is_bare, jid.bare_jid.is_bare, jid.bare_jid.bare_jid) == (False, True, jid.bare_jid)
    assert repr(jid) == "JID('juliet@example.com/Balcony')"
    assert f"{jid}" == "juliet@example.com/Balcony"


def test_the_empty_address() -> None:
    for empty in (JID(""), JID(), JID(None), JID.parse(""), JID.from_parts()):
        assert not empty
        assert empty == ""
        assert (empty.local, empty.domain, empty.resource, empty.bare, empty.full) == ("", "", "", "", "")
        assert empty.is_bare
        assert empty != JID("a")


def test_comparison_with_other_things() -> None:
    jid = JID("a@b")
    assert jid != "a@b@c"
    assert jid == "A@B."
    assert (jid == 1, jid == None, jid == b"a@b") == (False, False, False)  # noqa: E711 - the operator is meant
    known: dict[object, int] = {jid: 1}
    assert known["a@b"] == 1
    known = {"a@b": 2}
    assert known[jid] == 2
    for compare in (jid.__lt__, jid.__le__, jid.__gt__, jid.__ge__):
        assert compare(1) is NotImplemented


def test_immutable() -> None:
    jid = JID("a@b/c")
    for name in ("local", "domain", "resource", "bare", "full", "user", "_full", "new"):
        with pytest.raises(AttributeError):
            setattr(jid, name, "x")
        with pytest.raises(AttributeError):
            delattr(jid, name)
    assert not hasattr(jid, "__dict__")
    assert jid == "a@b/c"


@pytest.mark.parametrize(
    "text", ["", "a@b/c", "a@b/\U0001f600", "\u00fc@b\u00fccher.example", "xn--a.example"]
)
def test_copies(text: str) -> None:
    jid = JID.parse(text)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(jid, protocol))
        assert (type(again), again, str(again)) == (JID, jid, text)
    assert copy.copy(jid) is jid
    assert copy.deepcopy([jid])[0] is jid


def test_text_and_parts_exclude_each_other() -> None:
    for parts in ({"local": "a"}, {"domain": "b"}, {"resource": "c"}):
        with pytest.raises(TypeError):
            JID("a@b", **parts)


@pytest.mark.parametrize("value", [1, 1.5, b"a@b", ["a@b"], object()])
def test_what_is_no_text_is_a_type_error(value: object) -> None:
    make = getattr(helixmpp.jid, "JID")  # noqa: B009 - the types do not allow the call
    with pytest.raises(TypeError):
        make(value)
    with pytest.raises(TypeError):
        make.parse(value)


def test_the_same_text_gives_the_same_object_and_strictness_is_kept_apart() -> None:
    assert JID("a@b/c") is JID("a@b/c")
    assert JID.parse("a@b/\U0001f600") is JID.parse("a@b/\U0001f600")
    for _ in range(2):
        with pytest.raises(InvalidJID):
            JID("a@b/\U0001f600")


def test_strangers_do_not_fill_the_memory() -> None:
    caches = (helixmpp.jid.cached_strict, helixmpp.jid.cached_lenient)
    for number in range(5000):
        JID.parse(f"stranger{number}@b/c")
        JID(f"stranger{number}@b/c")
    assert [cache.cache_info().currsize for cache in caches] == [2048, 2048]
    # What is long is not kept at all.
    used = [cache.cache_info() for cache in caches]
    for text in ("a@b/" + "x" * 1000, "a@b" + "\u00ad" * 1000):
        assert JID.parse(text) == JID(text)
    assert [cache.cache_info() for cache in caches] == used


def test_threads() -> None:
    texts = [f"User{number % 50}@Example.org/{number % 7}" for number in range(4000)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(JID, texts))
    assert [str(jid) for jid in found] == [
        f"user{number % 50}@example.org/{number % 7}" for number in range(4000)
    ]


def test_an_address_is_laid_out_like_its_text() -> None:
    assert f"{JID('a@b.example'):>15}|" == "    a@b.example|"
