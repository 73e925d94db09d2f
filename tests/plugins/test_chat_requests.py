"""Files to fetch, clocks, block lists, archive preferences, client state: what is asked and answered."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from helixmpp.errors import BadStanza, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0066 import XEP_0066
from helixmpp.plugins.xep_0191 import XEP_0191
from helixmpp.plugins.xep_0202 import XEP_0202, EntityTime
from helixmpp.plugins.xep_0352 import XEP_0352
from helixmpp.plugins.xep_0441 import XEP_0441
from helixmpp.xml import parse_one, serialize
from tests.plugins.chat_talk import ROMEO, with_all_plugins
from tests.plugins.offline import OfflineClient


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    async with with_all_plugins() as xmpp:
        yield xmpp


# -- out-of-band data, time, blocking, client state -----------------------------------------------------------


OFFER = "<iq type='set' id='1' from='{}'><query xmlns='jabber:iq:oob'><url>{}</url></query></iq>"


async def test_files_that_we_are_asked_to_fetch(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0066]

    async def ask(url: str = "https://a/b", sender: str = ROMEO) -> str:
        (answer,) = await client.receive(OFFER.format(sender, url))
        error = answer.find("{jabber:client}error")
        return answer.get("type", "") if error is None else error[0].tag

    condition = "{{urn:ietf:params:xml:ns:xmpp-stanzas}}{}".format
    assert await ask() == condition("service-unavailable")
    assert await ask("") == await ask("u:" + "x" * 9000) == condition("bad-request")
    seen: list[str] = []
    plugin.register_url_handler(handler=lambda iq: seen.append(iq["oob_transfer"]["url"]))

    async def refuse(_: Any) -> None:
        raise XMPPError("not-acceptable")

    plugin.register_url_handler("tybalt@capulet.example", refuse)
    assert await ask() == "result"
    assert await ask(sender="tybalt@capulet.example/x") == condition("not-acceptable")
    plugin.register_url_handler("tybalt@capulet.example")
    assert await ask(sender="tybalt@capulet.example/x") == "result"
    assert seen == ["https://a/b"] * 2
    plugin.max_handlers = 0
    with pytest.raises(ValueError):
        plugin.register_url_handler("a@b.c", refuse)
    answer = plugin.send_oob(ROMEO, "https://a/b", "a cat")
    request = client.sent[-1]
    assert [child.text for child in request[0]] == ["https://a/b", "a cat"]
    await client.receive(f"<iq type='result' id='{request.get('id')}' from='{ROMEO}'/>")
    assert (await answer)["type"] == "result"


async def test_what_our_clock_says(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0202]
    question = f"<iq type='get' id='1' from='{ROMEO}'><time xmlns='urn:xmpp:time'/></iq>"
    plugin.tz_offset = -3600.0 * 6
    (answer,) = await client.receive(question)
    told = EntityTime(xml=answer[0])
    assert told.time is not None
    assert told.time.utcoffset() == timedelta(hours=-6)
    assert abs(told.time - datetime.now(UTC)) < timedelta(minutes=1)
    moment = datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    def told_time(_: JID) -> datetime:
        return moment

    plugin.local_time = told_time
    (answer,) = await client.receive(question)
    assert EntityTime(xml=answer[0])["time"] == moment
    assert "<tzo>+05:30</tzo><utc>2020-01-01T21:34:05Z</utc>" in serialize(answer)
    plugin.answer = False
    (answer,) = await client.receive(question)
    assert answer.get("type") == "error"
    waiting = plugin.get_entity_time()
    assert client.sent[-1].get("to") == "capulet.example"
    await client.receive(
        f"<iq type='result' id='{client.sent[-1].get('id')}' from='capulet.example'>"
        "<time xmlns='urn:xmpp:time'><tzo>Z</tzo><utc>2020-01-01T21:34:05Z</utc></time></iq>"
    )
    assert (await waiting)["entity_time"]["time"] == moment


async def test_blocking(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0191]
    calls: list[tuple[Callable[[], Awaitable[Any]], str]] = [
        (lambda: plugin.block("a@b.c"), "<block xmlns='urn:xmpp:blocking'><item jid='a@b.c'/></block>"),
        (lambda: plugin.unblock(["d.e", JID("a@b.c")]),
         "<unblock xmlns='urn:xmpp:blocking'><item jid='a@b.c'/><item jid='d.e'/></unblock>"),
        (plugin.unblock_all, "<unblock xmlns='urn:xmpp:blocking'/>"),
        (plugin.get_blocked, "<blocklist xmlns='urn:xmpp:blocking'/>"),
    ]  # fmt: skip
    for call, expected in calls:
        waiting = call()
        request = client.sent[-1]
        assert serialize(request[0]).replace('"', "'") == expected
        await client.receive(f"<iq type='result' id='{request.get('id')}'/>")
        await waiting
    for nobody in ([], "", [""]):
        with pytest.raises(ValueError):
            plugin.unblock(nobody)
    (answer,) = await client.receive("<iq type='set' id='p'><block xmlns='urn:xmpp:blocking'/></iq>")
    assert answer.get("type") == "error"
    (answer,) = await client.receive("<iq type='set' id='p'><unblock xmlns='urn:xmpp:blocking'/></iq>")
    assert answer.get("type") == "result"
    (answer,) = await client.receive(
        "<iq type='set' id='p'><block xmlns='urn:xmpp:blocking'><item jid='a@@b'/></block></iq>"
    )
    assert "jid-malformed" in serialize(answer)


async def test_archive_preferences(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0441]
    waiting = plugin.set_preferences("always", never=["a@b.c"])
    request = client.sent[-1]
    assert serialize(request[0]).replace('"', "'") == (
        "<prefs xmlns='urn:xmpp:mam:2' default='always'><always/><never><jid>a@b.c</jid></never></prefs>"
    )
    await client.receive(
        f"<iq type='result' id='{request.get('id')}'><prefs xmlns='urn:xmpp:mam:2' default='never'/></iq>"
    )
    assert (await waiting)["mam_prefs"]["default"] == "never"
    waiting = plugin.get_preferences()
    assert serialize(client.sent[-1][0]).replace('"', "'") == "<prefs xmlns='urn:xmpp:mam:2'/>"
    await client.receive(f"<iq type='result' id='{client.sent[-1].get('id')}'/>")
    await waiting


async def test_client_state_needs_a_server_that_knows_it(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0352]
    plugin.send_inactive()
    assert (plugin.enabled, plugin.is_inactive, client.sent) == (False, True, [])


@pytest.mark.parametrize(
    ("utc", "tzo"), [("0001-01-01T00:00:00Z", "-00:01"), ("9999-12-31T23:59:59Z", "+14:00")]
)
def test_a_clock_at_the_end_of_time(utc: str, tzo: str) -> None:
    told = EntityTime(xml=parse_one(f"<time xmlns='urn:xmpp:time'><tzo>{tzo}</tzo><utc>{utc}</utc></time>"))
    with pytest.raises(BadStanza):
        assert told.time
