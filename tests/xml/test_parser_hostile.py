"""Hostile XML (RFC 6120 section 11): one error, nothing fed on, nothing of the input repeated."""

import pytest

from helixmpp.errors import ProtocolError
from helixmpp.xml import Limits, StreamClose, StreamOpen, StreamParser
from tests.xml.streams import HEADER, SECRET, bytewise, condition_of, read

RESTRICTED = "restricted-xml"
ILL_FORMED = "not-well-formed"
ENCODING = "unsupported-encoding"
NAMESPACE = "invalid-namespace"
FORMAT = "bad-format"

START = b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>"
LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a 'SECRET'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
    b"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><x>&c;</x>"
)

BEFORE_THE_STREAM = [
    ("nothing but text", b"SECRET/1.1 400 Bad Request\r\n\r\n", ILL_FORMED),
    ("text before the header", b"SECRET" + START, ILL_FORMED),
    ("text behind the declaration", b"<?xml version='1.0'?>SECRET" + START, ILL_FORMED),
    ("DTD", b"<!DOCTYPE SECRET>" + START, RESTRICTED),
    ("DTD behind the declaration", b"<?xml version='1.0'?><!DOCTYPE SECRET>" + START, RESTRICTED),
    ("entities that grow", b"<?xml version='1.0'?>" + LAUGHS, RESTRICTED),
    ("external DTD", b"<!DOCTYPE x SYSTEM 'file:///SECRET'>" + START, RESTRICTED),
    ("comment", b"<!-- SECRET -->" + START, RESTRICTED),
    ("comment behind the declaration", b"<?xml version='1.0'?> <!-- SECRET -->" + START, RESTRICTED),
    ("processing instruction", b"<?SECRET?>" + START, RESTRICTED),
    ("one that looks like a declaration", b"<?xml-stylesheet href='SECRET'?>" + START, RESTRICTED),
    ("declaration behind white space", b" <?xml version='1.0'?>" + START, RESTRICTED),
    ("two declarations", b"<?xml version='1.0'?><?xml version='1.0'?>" + START, RESTRICTED),
    ("declaration without version", b"<?xml encoding='UTF-8'?>" + START, ILL_FORMED),
    ("ill-formed declaration", b"<?xml version='1.0' SECRET?>" + START, ILL_FORMED),
    ("XML 1.1", b"<?xml version='1.1'?>" + START, ILL_FORMED),
    ("endless declaration", b"<?xml version='1.0'" + b" " * 2000 + b"?>" + START, "policy-violation"),
    ("Latin-1 named", b"<?xml version='1.0' encoding='ISO-8859-1'?>" + START, ENCODING),
    ("unknown encoding named", b"<?xml version='1.0' encoding='SECRET'?>" + START, ENCODING),
    ("UTF-16 with a mark", "\ufeff<SECRET/>".encode("utf-16-le"), ENCODING),
    ("UTF-16 with a mark, big end first", "\ufeff<SECRET/>".encode("utf-16-be"), ENCODING),
    ("UTF-16 without a mark", START.decode().encode("utf-16-le"), ENCODING),
    ("UTF-16 without a mark, big end first", START.decode().encode("utf-16-be"), ENCODING),
    ("UTF-32", START.decode().encode("utf-32-le"), ENCODING),
    ("two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + START, ILL_FORMED),
    ("end tag first", b"</SECRET>", ILL_FORMED),
    ("CDATA first", b"<![CDATA[SECRET]]>" + START, ILL_FORMED),
    ("ill-formed header", b"<stream:stream SECRET>", ILL_FORMED),
    ("header within a tag", b"<stream:stream a='SECRET<" + START, ILL_FORMED),
    ("prefix of the header not declared", b"<stream:stream SECRET='1'>", ILL_FORMED),
    ("another root", b"<html xmlns='http://www.w3.org/1999/xhtml' a='SECRET'>", NAMESPACE),
    ("root without namespace", b"<stream a='SECRET'>", NAMESPACE),
    ("root in the namespace of stanzas", b"<stream xmlns='jabber:client' a='SECRET'>", NAMESPACE),
    ("another element of streams", START.replace(b":stream ", b":SECRET "), FORMAT),
    ("xml bound to something", START[:-1] + b" xmlns:xml='SECRET'>", NAMESPACE),
    ("xmlns bound", START[:-1] + b" xmlns:xmlns='SECRET'>", NAMESPACE),
    ("the same attribute twice", START[:-1] + b" a='SECRET' a=''>", ILL_FORMED),
    ("NUL", START[:-1] + b" a='SECRET\0'>", ILL_FORMED),
]

WITHIN_THE_STREAM = [
    ("comment", b"<!-- SECRET -->", RESTRICTED),
    ("comment in a stanza", b"<a>SECRET<!-- SECRET --></a>", RESTRICTED),
    ("comment that never ends", b"<a><!-- SECRET", RESTRICTED),
    ("ill-formed comment", b"<a><!-- SECRET -- SECRET --></a>", RESTRICTED),
    ("processing instruction", b"<?SECRET SECRET?>", RESTRICTED),
    ("processing instruction in a stanza", b"<a><?SECRET?></a>", RESTRICTED),
    ("XML declaration", b"<?xml version='1.0'?><a/>", RESTRICTED),
    ("DTD", b"<!DOCTYPE SECRET>", RESTRICTED),
    ("entities that grow", LAUGHS, RESTRICTED),
    ("entity declaration", b"<!ENTITY SECRET 'SECRET'>", RESTRICTED),
    ("conditional section", b"<![INCLUDE[SECRET]]>", RESTRICTED),
    ("entity", b"<a>&SECRET;</a>", RESTRICTED),
    ("entity in an attribute", b"<a b='&SECRET;'/>", RESTRICTED),
    ("entity of HTML", b"<a>&nbsp;SECRET</a>", RESTRICTED),
    ("unfinished reference", b"<a>&SECRET</a>", ILL_FORMED),
    ("ampersand", b"<a>SECRET & SECRET</a>", ILL_FORMED),
    ("reference to NUL", b"<a>SECRET&#0;</a>", ILL_FORMED),
    ("reference to a surrogate", b"<a>SECRET&#xD800;</a>", ILL_FORMED),
    ("reference to U+FFFE", b"<a>SECRET&#xFFFE;</a>", ILL_FORMED),
    ("reference beyond Unicode", b"<a>SECRET&#x110000;</a>", ILL_FORMED),
    ("NUL", b"<a>SECRET\0</a>", ILL_FORMED),
    ("control character", b"<a>SECRET\x1b[2J</a>", ILL_FORMED),
    ("U+FFFF", b"<a>SECRET\xef\xbf\xbf</a>", ILL_FORMED),
    ("bad UTF-8", b"<a>SECRET\xff</a>", ENCODING),
    ("Latin-1", b"<a>SECRET\xe9</a>", ENCODING),
    ("overlong UTF-8", b"<a>SECRET\xc0\xbc</a>", ENCODING),
    ("surrogate in UTF-8", b"<a>SECRET\xed\xa0\x80</a>", ENCODING),
    ("UTF-8 beyond Unicode", b"<a>SECRET\xf4\x90\x80\x80</a>", ENCODING),
    ("bad UTF-8 in a tag", b"<a SECRET='\xff'/>", ENCODING),
    ("text between stanzas", b"SECRET", ILL_FORMED),
    ("text behind a stanza", b" SECRET<a/>", ILL_FORMED),
    ("byte order mark between stanzas", b"\xef\xbb\xbf<a/>", ILL_FORMED),
    ("reference between stanzas", b"&#65;<a/>", ILL_FORMED),
    ("CDATA between stanzas", b"<![CDATA[SECRET]]><a/>", ILL_FORMED),
    ("end of CDATA in text", b"<a>SECRET]]></a>", ILL_FORMED),
    ("end of CDATA between stanzas", b"SECRET]]><a/>", ILL_FORMED),
    ("stream in the stream", b"<stream:stream SECRET=''>", FORMAT),
    (
        "stream in the stream under another prefix",
        b"<s:stream xmlns:s='http://etherx.jabber.org/streams'/>",
        FORMAT,
    ),
    ("wrong end tag", b"<a><b>SECRET</a></b>", ILL_FORMED),
    ("end tag too many", b"</SECRET>", ILL_FORMED),
    ("tag in a tag", b"<a SECRET<b/>", ILL_FORMED),
    ("tag in a value", b"<a b='SECRET<b/>'/>", ILL_FORMED),
    ("value without quotes", b"<a b=SECRET/>", ILL_FORMED),
    ("attribute without value", b"<a SECRET/>", ILL_FORMED),
    ("no space between attributes", b"<a b='SECRET'c=''/>", ILL_FORMED),
    ("the same attribute twice", b"<a b='SECRET' b=''/>", ILL_FORMED),
    ("the same by two prefixes", b"<a xmlns:p='u' xmlns:q='u' p:b='' q:b='SECRET'/>", ILL_FORMED),
    ("empty tag", b"<>SECRET", ILL_FORMED),
    ("space before the name", b"< a>SECRET</a>", ILL_FORMED),
    ("name that begins with a digit", b"<1SECRET/>", ILL_FORMED),
    ("prefix not declared", b"<SECRET:a/>", ILL_FORMED),
    ("prefix of an attribute not declared", b"<a SECRET:b=''/>", ILL_FORMED),
    ("prefix undeclared", b"<a xmlns:SECRET=''/>", ILL_FORMED),
    ("two colons", b"<stream:SECRET:a/>", ILL_FORMED),
    ("xml bound to something", b"<a xmlns:xml='SECRET'/>", NAMESPACE),
    ("xmlns bound", b"<a xmlns:xmlns='SECRET'/>", NAMESPACE),
    ("namespace of xmlns bound", b"<a xmlns:SECRET='http://www.w3.org/2000/xmlns/'/>", NAMESPACE),
    ("namespace of xml bound", b"<a xmlns='http://www.w3.org/XML/1998/namespace'/>", NAMESPACE),
    ("brace in a namespace", b"<a xmlns='SECRET}b'/>", ILL_FORMED),
]


def check(stream: bytes, stanzas: int, condition: str) -> None:
    """One error, whatever the split, and nothing behind it."""
    events = read([stream])
    assert condition_of(events) == condition
    assert len(events) == stanzas + 1
    assert read(bytewise(stream)) == events
    for cut in range(1, len(stream), 7):
        assert read([stream[:cut], stream[cut:]]) == events
    parser = StreamParser()
    error = parser.feed(stream + b"<after/>")[-1]
    assert isinstance(error, ProtocolError)
    assert parser.feed(b"<after/>") == []
    assert parser.feed(HEADER) == []
    assert SECRET.decode() not in f"{error} {error!r} {error.text} {error.args}"
    # Neither do its frames keep the input alive.
    assert error.__traceback__ is None
    assert error.__context__ is None
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("data", "condition"), [pytest.param(*row[1:], id=row[0]) for row in BEFORE_THE_STREAM]
)
def test_before_the_stream(data: bytes, condition: str) -> None:
    stanzas = 1 if data.startswith(START) else 0
    check(data, stanzas, condition)


@pytest.mark.parametrize(
    ("data", "condition"), [pytest.param(*row[1:], id=row[0]) for row in WITHIN_THE_STREAM]
)
def test_within_the_stream(data: bytes, condition: str) -> None:
    check(HEADER + b"<ok/>" + data, 2, condition)


@pytest.mark.parametrize(
    ("data", "condition"), [pytest.param(*row[1:], id=row[0]) for row in WITHIN_THE_STREAM]
)
def test_the_stanzas_before_it_are_kept_under_small_limits(data: bytes, condition: str) -> None:
    """The same where each tag is looked at alone, because it might exceed a limit."""
    limits = Limits(max_stanza_size=len(HEADER), max_tree_size=20_000)
    stream = HEADER + b"<ok/>" * 20 + data
    events = read([stream], limits)
    if not data.startswith(b"<!DOCTYPE x"):
        assert (condition_of(events), len(events)) == (condition, 22)
    assert read(bytewise(stream), limits) == events


def test_the_error_is_told_before_its_markup_ends() -> None:
    """What cannot become good any more is refused at once, not when a limit is reached."""
    for data, condition in [
        (b"<!", None),
        (b"<![", None),
        (b"<![CDATA", None),
        (b"<!-", RESTRICTED),
        (b"<!D", RESTRICTED),
        (b"<![I", RESTRICTED),
        (b"<?", RESTRICTED),
        (b"x", ILL_FORMED),
        (b"<a><b></a", None),
        (b"<a><b></a>", ILL_FORMED),
        (b"\xff", ENCODING),
        (b"\xc3", None),
    ]:
        events = read([HEADER, data])[1:]
        assert [event.split(" ")[1].strip(":") for event in events] == ([condition] if condition else [])


def test_events_before_an_error_come_with_it() -> None:
    events = StreamParser().feed(HEADER + b"<a/><b/></c>")
    assert [type(event).__name__ for event in events] == ["StreamOpen", "Element", "Element", "ProtocolError"]
    assert not any(isinstance(event, StreamClose) for event in events)
    assert isinstance(events[0], StreamOpen)
