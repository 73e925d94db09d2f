"""Private XML (XEP-0049): what is stored, and what comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError
from helixmpp.errors import BadStanza
from helixmpp.plugins.xep_0048 import XEP_0048, Bookmarks
from helixmpp.plugins.xep_0049 import XEP_0049, PrivateXML
from helixmpp.stanza import ChildText, ElementBase, Iq
from helixmpp.xml import serialize
from tests.plugins.offline import OfflineComponent, settle
from tests.plugins.test_pep import Account

NS = "jabber:iq:private"


class Exodus(ElementBase):
    name = "exodus"
    namespace = "exodus:prefs"
    plugin_attrib = "exodus"

    defaultnick = ChildText()


class Other(ElementBase):
    name = "other"
    namespace = "exodus:prefs"
    plugin_attrib = "exodus_other"


class Nothing(ElementBase):
    name = "nothing"
    namespace = NS
    plugin_attrib = "exodus_nothing"


def asked(request: Element) -> str:
    return serialize(request[0]).replace('"', "'")


async def test_the_examples_of_the_xep() -> None:
    stored = "<exodus xmlns='exodus:prefs'><defaultnick>Hamlet</defaultnick></exodus>"
    xmpp = Account(
        lambda request: asked(request) if request.get("type") == "set" else query(stored), "xep_0049"
    )
    plugin = xmpp.plugin[XEP_0049]
    settings = Exodus()
    settings.defaultnick = "Hamlet"
    await plugin.store(settings)
    await plugin.store([settings, Other()])
    plugin.register(Exodus)
    answer = await plugin.retrieve("exodus")
    assert answer["private"]["exodus"]["defaultnick"] == "Hamlet"
    assert (await plugin.fetch(Exodus)).defaultnick == "Hamlet"
    sent = [(one.get("type"), one.get("to"), asked(one)) for one in xmpp.requests]
    assert sent == [
        ("set", None, query(stored)),
        ("set", None, query(f"{stored}<other xmlns='exodus:prefs'/>")),
        *[("get", None, query("<exodus xmlns='exodus:prefs'/>"))] * 2,
    ]
    assert xmpp.failures == []
    await xmpp.aclose()


def query(inner: str) -> str:
    return f"<query xmlns='{NS}'>{inner}</query>"


async def test_what_cannot_be_stored() -> None:
    xmpp = Account(lambda _: "not-acceptable", "xep_0049")
    plugin = xmpp.plugin[XEP_0049]
    for wrong in ([], Nothing(), [Exodus(), Nothing()]):
        with pytest.raises(ValueError, match="namespace of its own"):
            plugin.store(wrong)
    with pytest.raises(ValueError, match="'nonsense'"):
        plugin.retrieve("nonsense")
    assert xmpp.sent == []
    with pytest.raises(IqError, match="not-acceptable"):
        await plugin.store(Exodus())
    await xmpp.aclose()


@pytest.mark.parametrize("answer", ["", query(""), query("<exodus xmlns='urn:else'/>")])
async def test_an_answer_to_something_else(answer: str) -> None:
    xmpp = Account(lambda _: answer, "xep_0049")
    with pytest.raises(BadStanza):
        await xmpp.plugin[XEP_0049].fetch(Exodus)
    await xmpp.aclose()


async def test_a_component_asks_for_an_account() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0048")
    asking: list[Callable[[], Awaitable[Iq]]] = [
        lambda: xmpp.plugin[XEP_0049].store(Exodus(), "user@comp.example.org"),
        lambda: xmpp.plugin[XEP_0048].get_bookmarks(ifrom="user@comp.example.org"),
    ]
    for ask in asking:
        waiting = asyncio.ensure_future(ask())
        await settle()
        request = xmpp.sent[-1]
        assert (request.get("to"), request.get("from")) == ("user@comp.example.org",) * 2
        await xmpp.receive(
            f"<iq type='result' id='{request.get('id')}' from='user@comp.example.org' to='user@comp.example.org'/>"
        )
        await waiting
    assert Bookmarks.plugin_attrib in PrivateXML().plugin_attrib_map
    await xmpp.aclose()
