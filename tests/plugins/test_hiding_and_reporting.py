"""The invisible command (XEP-0186), and reports of spam with a block (XEP-0377)."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError
from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0186 import XEP_0186, Invisible, Visible
from helixmpp.plugins.xep_0191 import Block, BlockItem
from helixmpp.plugins.xep_0359 import StanzaID
from helixmpp.plugins.xep_0377 import XEP_0377, Report
from helixmpp.stanza import ElementBase, Iq
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, settle
from tests.plugins.test_pep import Account

INFO = "<query xmlns='http://jabber.org/protocol/disco#info'>{}</query>"


def same(xml: Element, text: str) -> bool:
    return ElementBase(xml=xml) == ElementBase(xml=parse_one(text))


def answering(other: str, *features: str) -> Callable[[Element], str]:
    info = INFO.format("".join(f"<feature var='{one}'/>" for one in features))
    return lambda request: info if "disco" in request[0].tag else other


# -- XEP-0186 -------------------------------------------------------------------------------------------------------

HIDE = "<invisible xmlns='urn:xmpp:invisible:1' probe='{}'/>"
SHOW = "<visible xmlns='urn:xmpp:invisible:1'/>"


def hidden(plugin: XEP_0186) -> bool:
    return plugin.is_invisible


@pytest.mark.parametrize("probe", [False, True])
async def test_hiding_and_showing_oneself(probe: bool) -> None:
    xmpp = Account(answering("", "urn:xmpp:invisible:1"), "xep_0186")
    plugin = xmpp.plugin[XEP_0186]
    assert await plugin.is_supported()
    assert hidden(plugin) is False
    await plugin.set_invisible(probe=probe)
    request = xmpp.requests[-1]
    assert (request.get("type"), request.get("to"), len(request)) == ("set", None, 1)
    assert same(request[0], HIDE.format(str(probe).lower()))
    assert hidden(plugin)
    await plugin.set_visible()
    assert same(xmpp.requests[-1][0], SHOW)
    assert hidden(plugin) is False
    # It ends with the session.
    await plugin.set_invisible()
    xmpp.event("session_start")
    assert hidden(plugin) is False
    await xmpp.aclose()


async def test_a_server_that_does_not_hide_anybody() -> None:
    xmpp = Account(answering("service-unavailable"), "xep_0186")
    plugin = xmpp.plugin[XEP_0186]
    assert not await plugin.is_supported()
    with pytest.raises(IqError, match="service-unavailable"):
        await plugin.set_invisible()
    # Who does not wait is told by a function.
    told: list[Iq] = []
    plugin.set_invisible(callback=told.append)
    await settle()
    assert [one["type"] for one in told] == ["error"]
    assert hidden(plugin) is False
    await xmpp.aclose()


async def test_what_is_read_of_it() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0186")
    iq = Iq(xml=parse_one(f"<iq xmlns='jabber:client'>{HIDE.format('1')}{SHOW}</iq>"))
    assert (iq["invisible"]["probe"], iq[Invisible].probe, iq.get(Visible) is not None) == (True, True, True)
    # Nobody but a server does anything of this.
    (answer,) = await xmpp.receive(f"<iq type='set' id='1' from='me@example.org/x'>{HIDE.format('0')}</iq>")
    assert answer.get("type") == "error"
    await xmpp.aclose()


# -- XEP-0377 -------------------------------------------------------------------------------------------------------

NS = "xmlns='urn:xmpp:reporting:1'"
SPAM, ABUSE = "urn:xmpp:reporting:spam", "urn:xmpp:reporting:abuse"
TEXT = "Never came trouble to my house like this."
ROMEO = "romeo@example.net"
SID = "<stanza-id xmlns='urn:xmpp:sid:0' by='romeo@example.net' id='{}'/>"
XML = "{http://www.w3.org/XML/1998/namespace}lang"

REPORTS: list[tuple[dict[str, Any], str]] = [
    ({}, f"<report {NS} reason='{SPAM}'/>"),
    ({"reason": ABUSE}, f"<report {NS} reason='{ABUSE}'/>"),
    ({"text": {"en": TEXT}}, f"<report {NS} reason='{SPAM}'><text xml:lang='en'>{TEXT}</text></report>"),
    (
        {"text": TEXT, "report_origin": True, "third_party": True},
        f"<report {NS} reason='{SPAM}'><text>{TEXT}</text><report-origin/><third-party/></report>",
    ),
    (
        {"stanza_ids": [("28482", ROMEO), ("38383", JID(ROMEO))], "text": {"en": TEXT}},
        f"<report {NS} reason='{SPAM}'>{SID.format('28482')}{SID.format('38383')}"
        f"<text xml:lang='en'>{TEXT}</text></report>",
    ),
    (
        {"stanza_ids": [StanzaID(xml=parse_one(SID.format("9").replace("/>", " x='y'>more</stanza-id>")))]},
        f"<report {NS} reason='{SPAM}'>{SID.format('9')}</report>",
    ),
]


@pytest.mark.parametrize(("arguments", "report"), REPORTS)
async def test_reports(arguments: dict[str, Any], report: str) -> None:
    xmpp = Account(answering("", "urn:xmpp:reporting:1"), "xep_0377")
    plugin = xmpp.plugin[XEP_0377]
    assert await plugin.is_supported()
    await plugin.report(ROMEO, **arguments)
    request = xmpp.requests[-1]
    assert (request.get("type"), request.get("to")) == ("set", None)
    block = f"<block xmlns='urn:xmpp:blocking'><item jid='{ROMEO}'>{report}</item></block>"
    assert same(request[0], block)
    # And it is read again.
    found = Iq(xml=parse_one(f"<iq xmlns='jabber:client'>{block}</iq>"))
    assert found[Block].items == {JID(ROMEO)}
    again = found["block"]["item"]["report"]
    assert (again["reason"], again["spam"], again["abuse"]) == (
        plugin.ABUSE if "reason" in arguments else plugin.SPAM,
        "reason" not in arguments,
        "reason" in arguments,
    )
    assert len(again.stanza_ids) == len(arguments.get("stanza_ids", ()))
    text = arguments.get("text", "")
    assert again["text|en" if isinstance(text, dict) else "text"] == (TEXT if text else "")
    assert (again.report_origin, again.third_party) == (arguments.get("third_party", False),) * 2
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"jid": ""}, ValueError),
        ({"jid": "a@b@c"}, ValueError),
        ({"jid": ROMEO, "reason": ""}, ValueError),
        ({"jid": ROMEO, "text": "\x00"}, FieldValueError),
        ({"jid": ROMEO, "stanza_ids": [("", "a@b@c")]}, ValueError),
    ],
)
async def test_what_is_no_report(arguments: dict[str, Any], error: type[Exception]) -> None:
    xmpp = Account(answering("", "urn:xmpp:reporting:1"), "xep_0377")
    with pytest.raises(error):
        await xmpp.plugin[XEP_0377].report(**arguments)
    assert not xmpp.requests
    await xmpp.aclose()


async def test_by_hand_and_by_older_names() -> None:
    xmpp = Account(answering("not-allowed"), "xep_0377")
    plugin = xmpp.plugin[XEP_0377]
    assert not await plugin.is_supported()
    with pytest.raises(IqError, match="not-allowed"):
        await plugin.report(ROMEO)
    iq = xmpp.make_iq_set()
    iq["block"]["item"]["jid"] = ROMEO
    iq["block"]["item"]["report"]["abuse"] = True
    report = iq[Block][BlockItem][Report]
    assert report.reason == plugin.ABUSE
    report["spam"] = True
    assert (report.reason, report["abuse"]) == (plugin.SPAM, False)
    report["abuse"] = False
    assert report["spam"]
    del report["abuse"]
    del report["spam"]
    assert report.reason == ""
    # A client does not take reports: only servers announce it.
    features = (await xmpp.plugin["xep_0030"].info_of())["features"]
    assert "urn:xmpp:reporting:1" not in features
    await xmpp.aclose()
