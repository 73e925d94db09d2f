"""Nodes of our own account: what we publish, what we want to be told, and what is stored there."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError, Message, XMPPError
from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0060 import XEP_0060
from helixmpp.plugins.xep_0115.store import VerstringArgs
from helixmpp.plugins.xep_0163 import XEP_0163, Storing
from helixmpp.plugins.xep_0222 import XEP_0222
from helixmpp.plugins.xep_0223 import XEP_0223
from helixmpp.stanza import Attr, ElementBase
from helixmpp.xml import serialize
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

NS = "http://jabber.org/protocol/pubsub"
ME = "me@example.org"


class Note(ElementBase):
    name = "note"
    namespace = "urn:example:note"
    plugin_attrib = "pep_note"
    text = Attr(str)


def note(text: str = "x") -> Note:
    made = Note()
    made.text = text
    return made


class Account(OfflineClient):
    """A client whose requests are answered: ``answer(request)`` gives what is in the answer, or an error's name."""

    def __init__(self, answer: Callable[[Element], str], *plugins: str) -> None:
        super().__init__()
        self.answer = answer
        for plugin in plugins:
            self.register_plugin(plugin)

    def send_raw(self, data: str | bytes) -> Any:
        sent = super().send_raw(data)
        request = self.sent[-1]
        if request.tag.endswith("}iq") and request.get("type") in ("get", "set"):
            inner = self.answer(request)
            kind, said = (
                ("error", failure(inner)) if inner and not inner.startswith("<") else ("result", inner)
            )
            to = f"from='{request.get('to')}'" if request.get("to") else ""
            text = f"<iq type='{kind}' id='{request.get('id')}' {to}>{said}</iq>"
            self.loop.call_soon(lambda: self.loop.create_task(self.receive(text)))
        return sent

    @property
    def requests(self) -> list[Element]:
        """What was sent, without the questions what somebody can do."""
        return [one for one in self.sent if one.tag.endswith("}iq") and "disco" not in one[0].tag]


def failure(name: str) -> str:
    condition, _, special = name.partition(" ")
    added = f"<{special} xmlns='{NS}#errors'/>" if special else ""
    return f"<error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{added}</error>"


def info(*features: str, pep: bool = True) -> str:
    identity = (
        "<identity category='pubsub' type='pep'/>" if pep else "<identity category='account' type='x'/>"
    )
    inner = "".join(f"<feature var='{feature}'/>" for feature in features)
    return f"<query xmlns='http://jabber.org/protocol/disco#info'>{identity}{inner}</query>"


GOOD = info(f"{NS}#publish-options")


def well(request: Element) -> str:
    """An account at which all goes well."""
    return GOOD if "disco" in request[0].tag else ""


# -- XEP-0163 ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0163")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


async def features(xmpp: Any) -> set[str]:
    return set((await xmpp.plugin["xep_0030"].info_of())["features"])


async def test_a_node_is_registered_and_taken_back(client: OfflineClient) -> None:
    pep = client.plugin[XEP_0163]
    pep.register_pep("pep_note", Note)
    assert {Note.namespace, f"{Note.namespace}+notify"} <= await features(client)
    told: list[Message] = []
    client.add_event_handler("pep_note_publish", told.append)
    event = (
        "<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:example:note'><item>"
        "<note xmlns='urn:example:note' text='hello'/></item></items></event>"
    )
    await client.receive(f"<message from='a@b.c'>{event}</message>")
    assert [message["pubsub_event"]["items"]["item"]["pep_note"]["text"] for message in told] == ["hello"]
    pep.unregister_pep("pep_note", Note)
    assert not {Note.namespace, f"{Note.namespace}+notify"} & await features(client)
    await client.receive(f"<message from='a@b.c'>{event}</message>")
    assert len(told) == 1


async def test_a_private_node_is_believed_from_ourselves_alone(client: OfflineClient) -> None:
    pep = client.plugin[XEP_0163]
    pep.register_pep("pep_note", Note, private=True)
    told: list[str] = []
    client.add_event_handler("pep_note_purge", lambda message: told.append(message["from"].full))
    event = "<event xmlns='http://jabber.org/protocol/pubsub#event'><purge node='urn:example:note'/></event>"
    for sender in ("a@b.c", ME):
        await client.receive(f"<message from='{sender}'>{event}</message>")
    assert told == [ME]
    pep.unregister_pep("pep_note", Note, private=True)
    assert client.plugin[XEP_0060].private_nodes == frozenset()


async def test_several_interests_of_a_session_are_told_at_once(client: OfflineClient) -> None:
    pep = client.plugin[XEP_0163]
    pep.add_interest("urn:before")
    made: list[str] = []

    def assign(jid: JID, node: str, ifrom: JID | None, args: VerstringArgs) -> None:
        made.append(args["verstring"])

    # Our capabilities were worked out whenever they are assigned.
    client.plugin["xep_0115"].api.register(assign, "assign_verstring")
    client.session_bind_event.set()
    pep.add_interest(["urn:one", "urn:two"])
    pep.add_interest("urn:three")
    pep.remove_interest("urn:before")
    await settle()
    assert len(made) == 1
    assert {f"urn:{name}+notify" for name in ("one", "two", "three")} <= await features(client)
    assert "urn:before+notify" not in await features(client)
    pep.add_interest("urn:four")
    await settle()
    assert len(set(made)) == 2
    pep.add_interest("urn:five")
    client.plugin.disable("xep_0163")
    await settle()
    assert len(made) == 2


async def test_an_interest_of_one_address_of_a_component() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0163")
    user = "user@comp.example.org"
    xmpp.plugin[XEP_0163].add_interest("urn:one", user)
    disco = xmpp.plugin["xep_0030"]
    assert "urn:one+notify" in (await disco.info_of(user))["features"]
    assert "urn:one+notify" not in (await disco.info_of())["features"]
    xmpp.plugin[XEP_0163].publish(note(), ifrom=user)
    assert (xmpp.sent[0].get("to"), xmpp.sent[0].get("from")) == (user, user)
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("arguments", "node", "item"),
    [
        ({}, "urn:example:note", None),
        ({"node": "other"}, "other", None),
        ({"id": "current"}, "urn:example:note", "current"),
    ],
)
async def test_publishing(
    client: OfflineClient, arguments: dict[str, Any], node: str, item: str | None
) -> None:
    client.plugin[XEP_0163].publish(note("<&>"), **arguments)
    (request,) = client.sent
    publish = request[0][0]
    assert (request.get("to"), publish.get("node"), publish[0].get("id")) == (None, node, item)
    assert publish[0][0].get("text") == "<&>"
    with pytest.raises(FieldValueError):
        client.plugin[XEP_0163].publish(note(), id="\0")


@pytest.mark.parametrize(
    ("account", "server", "pep", "options"),
    [
        (GOOD, "item-not-found", True, True),
        (info(), GOOD, True, True),
        ("service-unavailable", GOOD, True, True),
        (info(), info(), True, False),
        (info(f"{NS}#publish-options", pep=False), info(f"{NS}#publish-options", pep=False), False, False),
        ("forbidden", "forbidden", False, False),
    ],
)
async def test_what_the_account_can_do(account: str, server: str, pep: bool, options: bool) -> None:
    xmpp = Account(lambda request: account if request.get("to") == ME else server, "xep_0163")
    plugin = xmpp.plugin[XEP_0163]
    assert await plugin.is_supported() is pep
    assert await plugin.is_supported(publish_options=True) is options
    assert {request.get("to") for request in xmpp.sent} <= {ME, "example.org"}
    await xmpp.aclose()


# -- XEP-0222 and XEP-0223 --------------------------------------------------------------------------------------

PROFILES = {
    "xep_0222": {"pubsub#persist_items": "1", "pubsub#send_last_published_item": "never"},
    "xep_0223": {"pubsub#persist_items": "1", "pubsub#access_model": "whitelist"},
}


def storing(xmpp: OfflineClient, name: str) -> Storing:
    found: Storing = xmpp.plugin[name]
    return found


def options_of(request: Element) -> dict[str, Any]:
    form = request.find(f".//{Form.tag_name()}")
    assert form is not None
    return dict(Form(xml=form)["values"])


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("as_form", [False, True])
async def test_storing(name: str, as_form: bool) -> None:
    xmpp = Account(well, name)
    # What a program adds does not weaken what the profile says.
    more: Any = {"pubsub#max_items": 5, **dict.fromkeys(PROFILES[name], "0")}
    if as_form:
        form = Form()
        for var, value in more.items():
            form.add_field(var=var, value=value)
        more = form
    given = note()
    await storing(xmpp, name).store(given, id="current", options=more)
    (request,) = xmpp.requests
    assert (request.get("to"), request[0][0].get("node")) == (None, Note.namespace)
    assert request[0][0][0].get("id") == "current"
    values = options_of(request)
    assert values.pop("FORM_TYPE") in (f"{NS}#publish-options", [f"{NS}#publish-options"])
    assert values == {"pubsub#max_items": "5", **PROFILES[name]}
    await xmpp.aclose()


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("account", [info(), info(pep=False), "service-unavailable"])
async def test_nothing_is_stored_where_it_might_be_seen(name: str, account: str) -> None:
    xmpp = Account(lambda request: account if "disco" in request[0].tag else "", name)
    with pytest.raises(XMPPError) as refused:
        await storing(xmpp, name).store(note())
    assert refused.value.condition == "feature-not-implemented"
    assert xmpp.requests == []
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("failures", "sent", "raised"),
    [
        ([], ["publish"], ""),
        (["conflict precondition-not-met"], ["publish", "configure", "publish"], ""),
        (["conflict precondition-not-met", "forbidden"], ["publish", "configure"], "forbidden"),
        (
            ["conflict precondition-not-met", "", "conflict precondition-not-met"],
            ["publish", "configure", "publish"],
            "conflict",
        ),
        (["conflict"], ["publish"], "conflict"),
        (["not-acceptable payload-too-big"], ["publish"], "not-acceptable"),
    ],
)
async def test_a_node_that_is_configured_otherwise(failures: list[str], sent: list[str], raised: str) -> None:
    left = iter(failures)
    xmpp = Account(lambda request: GOOD if "disco" in request[0].tag else next(left, ""), "xep_0223")
    if raised:
        with pytest.raises(IqError) as refused:
            await storing(xmpp, "xep_0223").store(note(), id="current")
        assert refused.value.condition == raised
    else:
        await storing(xmpp, "xep_0223").store(note(), id="current")
    assert [request[0][0].tag.rpartition("}")[2] for request in xmpp.requests] == sent
    for request in xmpp.requests:
        assert options_of(request)["pubsub#access_model"] == "whitelist"
        assert request[0][0].get("node") == Note.namespace
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("arguments", "to", "ids"),
    [
        ({}, None, []),
        ({"id": "1"}, None, ["1"]),
        ({"item_ids": ["1", "2"]}, None, ["1", "2"]),
        ({"jid": "a@b.c"}, "a@b.c", []),
    ],
)
async def test_retrieving(arguments: dict[str, Any], to: str | None, ids: list[str]) -> None:
    xmpp = Account(
        lambda _: f"<pubsub xmlns='{NS}'><items node='n'><item id='1'/></items></pubsub>", "xep_0222"
    )
    answer = await storing(xmpp, "xep_0222").retrieve("n", **arguments)
    assert [item["id"] for item in answer["pubsub"]["items"]] == ["1"]
    (request,) = xmpp.requests
    assert request.get("to") == to
    assert [item.get("id") for item in request[0][0]] == ids
    await xmpp.aclose()


async def test_options_of_one_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(XEP_0223.node_profiles, Note.namespace, {"pubsub#max_items": "max"})
    assert XEP_0222.node_profiles == {}
    xmpp = Account(well, "xep_0223")
    plugin = storing(xmpp, "xep_0223")
    await plugin.store(note())
    await plugin.store(note(), "another")
    await plugin.configure(Note.namespace)
    found = [options_of(request).get("pubsub#max_items") for request in xmpp.requests]
    assert found == ["max", None, "max"]
    assert all(options_of(request)["pubsub#access_model"] == "whitelist" for request in xmpp.requests)
    await xmpp.aclose()


@pytest.mark.parametrize("name", PROFILES)
async def test_configuring_and_settings(name: str) -> None:
    xmpp = Account(well, name)
    plugin = storing(xmpp, name)
    await plugin.configure("n")
    for request in xmpp.requests:
        assert "#owner" in serialize(request)
        assert PROFILES[name].items() <= options_of(request).items()
    assert len(xmpp.requests) == 1
    xmpp.plugin.configure(name, {})
    await xmpp.aclose()
