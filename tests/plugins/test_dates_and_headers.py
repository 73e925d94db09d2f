"""Dates and times as texts (XEP-0082), and headers of stanzas (XEP-0131)."""

import datetime as dt
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, Message
from helixmpp.errors import FieldValueError
from helixmpp.plugins import xep_0082
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo
from helixmpp.plugins.xep_0082 import XEP_0082
from helixmpp.plugins.xep_0131 import NAMESPACE, XEP_0131, Header, Headers
from helixmpp.xml import parse_one, serialize

UTC = dt.UTC
HOUSTON = dt.timezone(dt.timedelta(hours=-5))


# -- XEP-0082 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1776-07-04", dt.date(1776, 7, 4)),
        ("1969-07-21T02:56:15Z", dt.datetime(1969, 7, 21, 2, 56, 15, tzinfo=UTC)),
        ("1969-07-20T21:56:15-05:00", dt.datetime(1969, 7, 21, 2, 56, 15, tzinfo=UTC)),
        (" 1969-07-21T02:56:15.5Z\n", dt.datetime(1969, 7, 21, 2, 56, 15, 500_000, tzinfo=UTC)),
        ("16:00:00", dt.time(16)),
        ("16:00:00.25-05:00", dt.time(16, 0, 0, 250_000, tzinfo=HOUSTON)),
        ("20020910T23:08:25", dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=UTC)),
    ],
)
def test_texts_are_read(text: str, value: object) -> None:
    assert xep_0082.parse(text) == XEP_0082.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1969-07-21T02:56:15",
        "2004-05-10T11:00Z",
        "1969-13-21",
        "25:00:00",
        "20021310T23:08:25",
        "T",
        ":",
        "0-0",
    ],
)
def test_texts_that_are_no_dates(text: str) -> None:
    with pytest.raises(ValueError, match="XEP-0082"):
        xep_0082.parse(text)


MOMENT = dt.datetime(1969, 7, 20, 21, 56, 15, 120_000, tzinfo=HOUSTON)


def test_values_are_written() -> None:
    assert xep_0082.format_datetime(MOMENT) == "1969-07-21T02:56:15.12Z"
    assert xep_0082.format_date(MOMENT) == xep_0082.format_date(dt.date(1969, 7, 20)) == "1969-07-20"
    assert xep_0082.format_time(MOMENT) == xep_0082.format_time(MOMENT.timetz()) == "21:56:15.12-05:00"
    assert xep_0082.format_time(dt.time(16)) == "16:00:00"


@pytest.mark.parametrize(
    ("function", "value"),
    [
        (xep_0082.format_datetime, dt.datetime(1969, 7, 20)),
        (xep_0082.format_datetime, dt.date(1969, 7, 20)),
        (xep_0082.format_datetime, None),
        (xep_0082.format_date, dt.time(1)),
        (xep_0082.format_time, dt.date(1969, 7, 20)),
    ],
)
def test_what_cannot_be_written(function: Any, value: object) -> None:
    with pytest.raises(FieldValueError):
        function(value)


def test_texts_are_made_from_parts() -> None:
    assert xep_0082.date(1776, 7, 4) == "1776-07-04"
    assert xep_0082.date(1776, 7, 4, obj=True) == dt.date(1776, 7, 4)
    assert xep_0082.time(16, 0, 0, 0) == "16:00:00Z"
    assert xep_0082.time(16, 0, 0, 0, offset=-18_000) == "16:00:00-05:00"
    assert xep_0082.time(16, 0, 0, 0, offset=HOUSTON, obj=True) == dt.time(16, tzinfo=HOUSTON)
    parts = (1969, 7, 20, 21, 56, 15, 0)
    assert xep_0082.datetime(*parts, offset=HOUSTON) == "1969-07-21T02:56:15Z"
    assert xep_0082.datetime(*parts, offset=HOUSTON, separators=False) == "19690721T02:56:15"
    assert xep_0082.datetime(*parts, obj=True) == dt.datetime(1969, 7, 20, 21, 56, 15, tzinfo=UTC)
    with pytest.raises(ValueError, match="day"):
        xep_0082.date(1776, 2, 30)


def test_what_is_not_given_is_now() -> None:
    before = dt.datetime.now(UTC)
    made = xep_0082.datetime(obj=True)
    assert isinstance(made, dt.datetime)
    assert before <= made <= dt.datetime.now(UTC)
    plugin = ClientXMPP("a@b.c", "x").register_plugin(XEP_0082)
    read = plugin.parse(str(plugin.datetime()))
    assert isinstance(read, dt.datetime)
    assert read >= made
    assert plugin.parse(str(plugin.date())) in (before.date(), read.date())
    assert isinstance(plugin.parse(str(plugin.time())), dt.time)


# -- XEP-0131 -------------------------------------------------------------------------------------------------

# Example 5.
LETTER = """<message xmlns='jabber:client' from='romeo@montague.net/orchard' to='juliet@capulet.com/balcony'>
  <body>Neither, fair saint, if either thee dislike.</body>
  <headers xmlns='http://jabber.org/protocol/shim'>
    <header name='In-Reply-To'>123456789@capulet.com</header>
    <header name='Keywords'>shakespeare,&lt;xmpp/&gt;</header>
    <header>lost</header>
    <header name='Keywords'>second</header>
    <header name='Empty'/>
  </headers>
</message>"""


@pytest.fixture
async def shim() -> XEP_0131:
    return ClientXMPP("a@b.c", "x").register_plugin(XEP_0131)


async def test_headers_are_read(shim: XEP_0131) -> None:
    headers = Message(xml=parse_one(LETTER))["headers"]
    assert headers == {
        "In-Reply-To": "123456789@capulet.com",
        "Keywords": "shakespeare,<xmpp/>",
        "Empty": "",
    }
    assert headers.get_all("Keywords") == ["shakespeare,<xmpp/>", "second"]
    assert headers.get_all("none") == []
    assert [one["value"] for one in Message(xml=parse_one(LETTER))[Headers].children_of(Header)][2] == "lost"


async def test_headers_are_written(shim: XEP_0131) -> None:
    message = Message()
    assert (message["headers"], len(message.xml)) == ({}, 0)
    message["headers"] = {"Urgency": "high", "Keywords": ["a", "<b>"]}
    again = Message(xml=parse_one(serialize(message.xml)))
    assert again["headers"] == {"Urgency": "high", "Keywords": "a"}
    assert again["headers"].get_all("Keywords") == ["a", "<b>"]
    again["headers"] = {"TTL": "5"}
    assert again["headers"] == {"TTL": "5"}
    del again["headers"]
    del again["headers"]
    assert len(again.xml) == 0


@pytest.mark.parametrize(
    "wrong",
    [{"": "x"}, {"A": "\x00"}, {"\x00": "x"}, {"A": 5}, {"A": ["ok", None, 5]}, "x", [("A", "x")]],
)
async def test_wrong_headers_change_nothing(shim: XEP_0131, wrong: object) -> None:
    message = Message()
    message["headers"] = {"Old": "x"}
    before = serialize(message.xml)
    with pytest.raises(FieldValueError):
        message["headers"] = wrong
    assert serialize(message.xml) == before


async def test_headers_of_an_iq_stand_in_its_payload(shim: XEP_0131) -> None:
    iq = Iq()
    iq["disco_info"].add_feature("urn:x")
    assert Headers.of(iq["disco_info"]) == {}
    for seconds in ("5", "86400"):
        Headers.put(iq["disco_info"], {"TTL": seconds})
    assert Headers.of(Iq(xml=parse_one(serialize(iq.xml)))["disco_info"]) == {"TTL": "86400"}
    assert len(iq[DiscoInfo].xml) == 2


async def test_which_headers_are_understood(shim: XEP_0131) -> None:
    shim.supported_headers = {"Urgency", "TTL"}
    disco = shim.xmpp.plugin[XEP_0030]
    shim.session_bind(shim.xmpp.boundjid)
    info = await disco.info_of(node=NAMESPACE)
    assert info.features == {f"{NAMESPACE}#Urgency", f"{NAMESPACE}#TTL"}
    shim.xmpp.plugin.disable("xep_0131")
    assert (await disco.info_of(node=NAMESPACE)).features == set()
    with pytest.raises(TypeError):
        shim.xmpp.register_plugin("xep_0131", {"supported_headers": "Urgency"})
