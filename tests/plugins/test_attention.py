"""Attention (XEP-0224): who may ask for it, and what is asked too late."""

from collections.abc import AsyncIterator

import pytest

from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0224 import XEP_0224, Attention
from helixmpp.stanza import Message
from tests.plugins.offline import OfflineClient, OfflineComponent

NS = "urn:xmpp:attention:0"
CALVIN = "calvin@usrobots.lit/lab"
ASKS = f"<attention xmlns='{NS}'/>"


@pytest.fixture
async def herbie() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient("herbie@usrobots.lit/home")
    xmpp.register_plugin("xep_0224")
    item = "<item jid='calvin@usrobots.lit' subscription='both'/>"
    await xmpp.receive(f"<iq type='set' id='r'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
    xmpp.sent.clear()
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def message(sender: str = CALVIN, kind: str = "headline", inner: str = ASKS) -> str:
    where = f" from='{sender}'" if sender else ""
    return f"<message{where} to='herbie@usrobots.lit/home' type='{kind}'><body>Why?</body>{inner}</message>"


DELAY = "<delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25Z'/>"


@pytest.mark.parametrize(
    ("text", "told", "told_of_strangers"),
    [
        (message(), True, True),
        (message(kind="chat"), True, True),
        (message(kind="normal"), True, True),
        (message("calvin@usrobots.lit"), True, True),
        (message("herbie@usrobots.lit/phone"), True, True),
        (message("susan@usrobots.lit/x"), False, True),
        (message("calvin@evil.lit/lab"), False, True),
        (message("a@@b"), False, False),
        (message(kind="error"), False, False),
        (message("room@rooms.lit/x", "groupchat"), False, False),
        (message(inner=ASKS + DELAY), False, False),
        (message(inner=ASKS + "<x xmlns='jabber:x:delay' stamp='20020910T23:08:25'/>"), False, False),
        (message(inner=""), False, False),
        (message(inner="<attention xmlns='urn:x'/>"), False, False),
        (
            message(inner=f"<forwarded xmlns='urn:xmpp:forward:0'><message>{ASKS}</message></forwarded>"),
            False, False,
        ),
    ],
)  # fmt: skip
async def test_who_is_heard(herbie: OfflineClient, text: str, told: bool, told_of_strangers: bool) -> None:
    seen: list[Message] = []
    herbie.add_event_handler("attention", seen.append)
    assert await herbie.receive(text) == []
    assert len(seen) == told
    assert all(one["attention"] for one in seen)
    herbie.plugin[XEP_0224].from_strangers = True
    assert await herbie.receive(text) == []
    assert len(seen) == told + told_of_strangers


async def test_asking(herbie: OfflineClient) -> None:
    sent = herbie.plugin[XEP_0224].request_attention(CALVIN, mbody="Help!")
    assert sent["attention"] is True
    (xml,) = herbie.sent
    got = Message(xml=xml)
    assert (got["type"], got["to"], got["body"], got["attention"]) == ("headline", CALVIN, "Help!", True)
    herbie.plugin[XEP_0224].request_attention(CALVIN)
    assert [child.tag for child in herbie.sent[1]] == [f"{{{NS}}}attention"]


@pytest.mark.parametrize("values", [[False], [True], [True, True], [True, False], [True, False, True]])
def test_the_item(values: list[bool]) -> None:
    made = Message()
    for value in values:
        made["attention"] = value
        assert made["attention"] is value
        assert (made.get(Attention) is not None, len(made.xml)) == (value, int(value))


async def test_it_is_announced_while_it_is_on(herbie: OfflineClient) -> None:
    disco = herbie.plugin[XEP_0030]
    assert NS in (await disco.info_of(herbie.boundjid, local=True))["features"]
    herbie.plugin.disable("xep_0224")
    assert NS not in (await disco.info_of(herbie.boundjid, local=True))["features"]
    seen: list[Message] = []
    herbie.add_event_handler("attention", seen.append)
    await herbie.receive(message())
    assert seen == []


async def test_a_component_asks_from_one_of_its_addresses() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0224")
    xmpp.plugin[XEP_0224].request_attention(CALVIN, "bot@comp.example.org")
    assert xmpp.sent[0].get("from") == "bot@comp.example.org"
    seen: list[Message] = []
    xmpp.add_event_handler("attention", seen.append)
    for number in range(50):
        await xmpp.receive(
            f"<message from='s{number}@evil.lit/x' to='u{number}@comp.example.org'>{ASKS}</message>"
        )
    assert (seen, len(xmpp.roster)) == ([], 0)
    await xmpp.aclose()
