"""XEP-0077 without a network: the wire, a component's side, a client's side, and what is refused."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import FieldValueError, StateError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0077 import XEP_0077, Register, RegistrationStore
from helixmpp.plugins.xep_0077.users import SLACK, Users
from helixmpp.plugins.xep_0077.view import UserView
from helixmpp.stanza import Iq, StanzaBase, StreamFeatures
from helixmpp.xml import NS_STANZA_ERRORS, parse_one, serialize
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

NS = "jabber:iq:register"


@pytest.fixture
async def component() -> AsyncIterator[OfflineComponent]:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0077", {"form_instructions": "Please."})
    yield xmpp
    await xmpp.aclose()


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0077")
    yield xmpp
    await xmpp.aclose()


def outcome(answers: list[Element]) -> str:
    """Of the one answer the condition of the error, or ``result``."""
    (answer,) = answers
    if answer.get("type") != "error":
        return answer.get("type", "")
    return next(
        child.tag.rpartition("}")[2]
        for child in answer.iter()
        if child.tag.startswith(f"{{{NS_STANZA_ERRORS}}}")
    )


def question(inner: str, type_: str = "set", user: str = "bill") -> str:
    return (
        f"<iq type='{type_}' id='1' from='{user}@shakespeare.lit/globe' to='comp.example.org'>"
        f"<query xmlns='{NS}'>{inner}</query></iq>"
    )


BILL = "<username>bill</username><password>Calliope</password>"


@pytest.mark.parametrize(
    ("inner", "fields", "flags", "values"),
    [
        (
            "<instructions>Choose</instructions><username/><password/><email/>",
            {"username", "password", "email"}, (False, False),
            {"instructions": "Choose", "username": "", "email": ""},
        ),
        (
            "<registered/><username>juliet</username><password>R0m30</password><email>juliet@capulet.com</email>",
            {"username", "password", "email"}, (True, False), {"username": "juliet", "password": "R0m30"},
        ),
        ("<remove/>", set[str](), (False, True), {}),
        ("<name>Bill</name><key>k</key><x xmlns='y'/>", {"name", "key"}, (False, False), {"name": "Bill", "key": "k"}),
        ("", set[str](), (False, False), {}),
    ],
)  # fmt: skip
def test_the_wire(inner: str, fields: set[str], flags: tuple[bool, bool], values: dict[str, str]) -> None:
    register = Register(xml=parse_one(f"<query xmlns='{NS}'>{inner}</query>"))
    assert register["fields"] == fields
    assert (register.registered, register["remove"]) == flags
    assert {key: register[key] for key in values} == values
    assert Register(xml=parse_one(str(register))) == register


def test_fields_are_those_of_the_schema() -> None:
    register = Register()
    register["fields"] = ["username", "zip"]
    register.username, register.name_ = "bill", "Bill"
    register.add_field("username")
    assert (register["fields"], register["username"], register["name"]) == (
        {"username", "zip", "name"},
        "bill",
        "Bill",
    )
    with pytest.raises(FieldValueError, match="no field 'x-gender'"):
        register.add_field("x-gender")
    del register["fields"]
    assert len(register.xml) == 0


def test_a_redirection_to_a_web_site() -> None:
    text = f"<query xmlns='{NS}'><instructions>x</instructions><x xmlns='jabber:x:oob'><url>http://a.b/c</url></x></query>"
    assert (Register(xml=parse_one(text)).redirect, Register().redirect) == ("http://a.b/c", "")


async def test_a_life(component: OfflineComponent) -> None:
    told: list[tuple[str, str, str]] = []

    def note(event: str) -> Callable[[Iq], None]:
        return lambda iq: told.append((event, iq["from"].bare, iq["register"]["username"]))

    for event in ("user_register", "user_unregister"):
        component.add_event_handler(event, note(event))

    async def form() -> Register:
        (answer,) = await component.receive(question("", "get"))
        assert (answer.get("to"), answer.get("from")) == ("bill@shakespeare.lit/globe", "comp.example.org")
        return Register(xml=answer[0])

    empty = await form()
    assert (empty.registered, empty.instructions, empty["fields"]) == (
        False,
        "Please.",
        {"username", "password"},
    )
    assert outcome(await component.receive(question(BILL))) == "result"
    full = await form()
    # The password is not sent back, though the field is there.
    assert (full.registered, full.username, full.password, full["fields"]) == (
        True,
        "bill",
        "",
        {"username", "password"},
    )
    assert outcome(await component.receive(question(BILL.replace("bill", "will")))) == "result"
    assert (await form()).username == "will"
    assert outcome(await component.receive(question("<remove/>", user="other"))) == "item-not-found"
    assert outcome(await component.receive(question("<remove/><username/>"))) == "bad-request"
    assert outcome(await component.receive(question("<remove/>"))) == "result"
    assert outcome(await component.receive(question("<remove/>"))) == "item-not-found"
    assert (await form()).registered is False
    assert told == [
        ("user_register", "bill@shakespeare.lit", "bill"),
        ("user_register", "bill@shakespeare.lit", "will"),
        ("user_unregister", "bill@shakespeare.lit", ""),
    ]
    assert not component.failures


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<username>bill</username>", "not-acceptable"),
        ("<username>bill</username><password/>", "not-acceptable"),
        ("", "not-acceptable"),
        (f"<username>{'x' * 1025}</username><password>p</password>", "not-acceptable"),
        ("<x xmlns='jabber:x:data' type='submit'/>", "not-acceptable"),
        # The form takes precedence over the fields.
        (f"{BILL}<x xmlns='jabber:x:data' type='submit'/>", "not-acceptable"),
        (
            "<x xmlns='jabber:x:data' type='submit'><field type='hidden' var='FORM_TYPE'>"
            f"<value>other</value></field></x>{BILL}",
            "bad-request",
        ),
    ],
)
async def test_what_is_not_complete_is_refused(
    component: OfflineComponent, inner: str, expected: str
) -> None:
    (answer,) = await component.receive(question(inner))
    assert outcome([answer]) == expected
    # Section 3.3: the password is not sent back in an error.
    assert "Calliope" not in serialize(answer)
    assert await component.plugin[XEP_0077].api["user_get"](None, None, "bill@shakespeare.lit", None) is None
    assert not component.failures


async def test_a_data_form(component: OfflineComponent) -> None:
    plugin = component.plugin[XEP_0077]
    plugin.data_form = True
    (answer,) = await component.receive(question("", "get"))
    form = Register(xml=answer[0])[Form]
    assert form.form_type == NS
    assert [(field.var, field.type) for field in form.fields[1:]] == [
        ("username", "text-single"),
        ("password", "text-private"),
    ]
    form["values"] = {"username": "bill", "password": "Calliope"}
    form.reply()
    assert outcome(await component.receive(question(serialize(form.xml)))) == "result"
    assert await plugin.api["user_get"](None, None, "bill@shakespeare.lit", None) == {
        "username": "bill",
        "password": "Calliope",
    }
    (answer,) = await component.receive(question("", "get"))
    assert Register(xml=answer[0])[Form].get_values()["username"] == "bill"
    assert outcome(await component.receive(question("<x xmlns='jabber:x:data' type='cancel'/>"))) == "result"


@pytest.mark.parametrize(
    "fields", [("email", "nick"), ["nick", "email"], {"email", "nick"}, frozenset({"email", "nick"})]
)
async def test_the_fields_are_a_setting(component: OfflineComponent, fields: Any) -> None:
    plugin = component.plugin[XEP_0077]
    plugin.form_fields = fields
    (answer,) = await component.receive(question("", "get"))
    assert [child.tag.rpartition("}")[2] for child in answer[0]] == ["instructions", "nick", "email"]
    assert outcome(await component.receive(question("<nick>b</nick><email>b@c</email>"))) == "result"


async def test_a_field_that_does_not_exist_is_our_own_mistake(component: OfflineComponent) -> None:
    component.plugin[XEP_0077].form_fields = ("x-gender",)
    assert outcome(await component.receive(question("", "get"))) == "internal-server-error"
    assert "no field x-gender" in str(component.failures[0])


async def test_strangers_push_nobody_out(component: OfflineComponent) -> None:
    plugin = component.plugin[XEP_0077]
    plugin.max_users = 5
    outcomes = [outcome(await component.receive(question(BILL, user=f"u{number}"))) for number in range(100)]
    assert outcomes == ["result"] * 5 + ["resource-constraint"] * 95
    assert len(await plugin.collection("users", limit=6).keys()) == 5
    # Those who are there go on.
    assert outcome(await component.receive(question(BILL, user="u0"))) == "result"
    assert outcome(await component.receive(question("<remove/>", user="u1"))) == "result"
    assert outcome(await component.receive(question(BILL, user="new"))) == "result"


class Slow:
    """A collection that takes its time, as one over a network does."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        await asyncio.sleep(0)
        return self.values.get(key)

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        await asyncio.sleep(0)
        self.values[key] = value

    async def delete(self, key: str) -> bool:
        await asyncio.sleep(0)
        return self.values.pop(key, None) is not None

    async def keys(self) -> list[str]:
        await asyncio.sleep(0)
        return list(self.values)


async def test_two_that_come_together_do_not_both_get_the_last_place() -> None:
    slow = Slow()
    users = Users(lambda: slow, lambda: 3)
    outcomes = await asyncio.gather(*(users.put(f"u{n}@b.c", {}) for n in range(10)), return_exceptions=True)
    assert [outcome is None for outcome in outcomes] == [True] * 3 + [False] * 7
    assert len(slow.values) == 3


async def test_users_as_a_dictionary(component: OfflineComponent) -> None:
    view: UserView = getattr(component.plugin[XEP_0077], "_user_store")  # noqa: B009 - the name that programs use
    assert (dict(view), view.get("bill@shakespeare.lit")) == ({}, None)
    await component.receive(question(BILL))
    assert view["bill@shakespeare.lit"] == {"username": "bill", "password": "Calliope"}
    view["juliet@capulet.lit"] = {"username": "juliet"}
    assert set(view) == {"bill@shakespeare.lit", "juliet@capulet.lit"}
    assert len(view) == 2
    del view["bill@shakespeare.lit"]
    with pytest.raises(KeyError):
        del view["bill@shakespeare.lit"]
    (answer,) = await component.receive(question("", "get", user="bill"))
    assert Register(xml=answer[0]).registered is False


async def test_no_dictionary_of_what_has_to_be_waited_for() -> None:
    slow = Slow()
    view = UserView(Users(lambda: slow, lambda: 3))
    with pytest.raises(StateError, match="has to be waited for"):
        _ = view["bill@shakespeare.lit"]


async def test_instructions_that_there_are_not(component: OfflineComponent) -> None:
    component.plugin[XEP_0077].form_instructions = ""
    (answer,) = await component.receive(question("", "get"))
    assert serialize(answer[0]) == f'<query xmlns="{NS}"><instructions/><username/><password/></query>'


async def test_several_processes_share_their_users() -> None:
    slow = Slow()
    here, there = Users(lambda: slow, lambda: 100), Users(lambda: slow, lambda: 100)
    for number in range(1000):
        for users, place in ((here, "here"), (there, "there")):
            with contextlib.suppress(XMPPError):
                await users.put(f"{place}{number}@b.c", {"username": "x"})
    # Each counts the others' anew from time to time.
    assert 100 <= len(slow.values) <= 100 + SLACK // 64
    assert await there.get("here0@b.c") == {"username": "x"}
    assert await there.delete("here0@b.c")
    assert await here.get("here0@b.c") is None


class Recorder:
    """A store that writes down what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.validate: Callable[[], None] = lambda: None
        self.user: dict[str, str] | None = None
        self.error: Exception | None = None

    def user_get(self, jid: JID, node: str, ifrom: JID | None, args: StanzaBase) -> dict[str, str] | None:
        self.calls.append(("get", jid, node, ifrom))
        return self.user

    def user_validate(self, jid: JID, node: str, ifrom: JID | None, args: Register) -> None:
        self.calls.append(("validate", jid, node, ifrom, args["username"]))
        if self.error:
            raise self.error

    def user_remove(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> None:
        self.calls.append(("remove", jid, node, ifrom))
        if self.error:
            raise self.error

    def make_registration_form(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Iq | None:
        self.calls.append(("form", jid, node, ifrom))
        if self.user is None:
            return None
        reply = args.reply()
        reply["register"]["instructions"] = "ours"
        return reply


async def test_each_operation_is_replaced(component: OfflineComponent) -> None:
    plugin, store = component.plugin[XEP_0077], Recorder()
    plugin.api.register(store.user_get, "user_get")
    assert "<registered" not in serialize((await component.receive(question("", "get")))[0])
    store.user = {"username": "theirs"}
    assert "theirs" in serialize((await component.receive(question("", "get")))[0])
    typed: RegistrationStore = store
    plugin.api.bind(typed)
    assert "ours" in serialize((await component.receive(question("", "get")))[0])
    store.user = None
    assert outcome(await component.receive(question("", "get"))) == "service-unavailable"
    own, bill = JID("comp.example.org"), JID("bill@shakespeare.lit/globe")
    assert outcome(await component.receive(question(BILL))) == "result"
    assert outcome(await component.receive(question("<remove/>"))) == "result"
    assert store.calls == [
        *[("get", own, "", bill)] * 2,
        *[("form", own, "", bill)] * 2,
        ("validate", own, "", bill, "bill"),
        ("remove", own, "", bill),
    ]
    for error, inner, expected in [
        (ValueError("Too short."), BILL, "not-acceptable"),
        (XMPPError("conflict", clear=False), BILL, "conflict"),
        (OSError("secret"), BILL, "internal-server-error"),
        (KeyError("x"), "<remove/>", "item-not-found"),
        (XMPPError("forbidden"), "<remove/>", "forbidden"),
    ]:
        store.error = error
        (answer,) = await component.receive(question(inner))
        assert outcome([answer]) == expected
        assert ("Too short." in serialize(answer)) is isinstance(error, ValueError)
        assert "secret" not in serialize(answer)


async def test_an_operation_of_the_programs_own(component: OfflineComponent) -> None:
    plugin = component.plugin[XEP_0077]

    def modify(jid: JID, node: str, ifrom: JID | None, args: int) -> tuple[JID | None, int]:
        return ifrom, args

    plugin.api.register(modify, "user_modify")
    assert await plugin.api["user_modify"](None, None, "a@b.c", 5) == (JID("a@b.c"), 5)


@pytest.mark.parametrize("value", [b"", b"[]", b"\xff", b"5"])
async def test_what_cannot_be_read_back_is_left_out(component: OfflineComponent, value: bytes) -> None:
    plugin = component.plugin[XEP_0077]
    await component.receive(question(BILL))
    await plugin.collection("users", limit=1).put("bill@shakespeare.lit", value)
    assert await plugin.api["user_get"](None, None, "bill@shakespeare.lit", None) is None


async def test_a_component_announces_it_and_a_client_does_not(
    component: OfflineComponent, client: OfflineClient
) -> None:
    for xmpp, announced in ((component, True), (client, False)):
        disco = xmpp.plugin["xep_0030"]
        assert (NS in (await disco.info_of())["features"]) is announced
        xmpp.plugin.disable("xep_0077")
        await settle()
        assert NS not in (await disco.info_of())["features"]


@pytest.mark.parametrize("type_", ["get", "set"])
async def test_nobody_registers_with_a_client(client: OfflineClient, type_: str) -> None:
    asked = f"<iq type='{type_}' id='1' from='a@b.c/d'><query xmlns='{NS}'>{BILL}</query></iq>"
    assert outcome(await client.receive(asked)) == "service-unavailable"


async def sent_by(client: OfflineClient, waiting: Any, error: str = "") -> tuple[str | None, str | None, str]:
    """The request that was sent, which is granted or refused then."""
    task = asyncio.ensure_future(waiting)
    await settle()
    request = client.sent[-1]
    sender = f"from='{request.get('to')}'" if request.get("to") else ""
    refusal = f"<error type='cancel'><{error} xmlns='{NS_STANZA_ERRORS}'/></error>" if error else ""
    await client.receive(
        f"<iq type='{'error' if error else 'result'}' id='{request.get('id')}' {sender}>{refusal}</iq>"
    )
    if error:
        with pytest.raises(XMPPError, match=error):
            await task
    else:
        await task
    return request.get("type"), request.get("to"), serialize(request[0])


async def test_what_a_client_sends(client: OfflineClient) -> None:
    plugin, service = client.plugin[XEP_0077], "gateway.example.org"
    query = f'<query xmlns="{NS}"'
    register, form = Register(), Form()
    register.email = "a@b.c"
    form["type"] = "submit"
    sent = [
        await sent_by(client, plugin.get_registration()),
        await sent_by(client, plugin.get_registration(service)),
        await sent_by(client, plugin.register({"username": "bill", "email": ""}, service)),
        await sent_by(client, plugin.register(register, service)),
        await sent_by(client, plugin.register(form, service)),
        await sent_by(client, plugin.cancel_registration(service)),
        await sent_by(client, plugin.cancel_registration()),
        await sent_by(client, plugin.change_password("new", service)),
    ]
    assert [(type_, to, text.replace("'", '"')) for type_, to, text in sent] == [
        ("get", None, f"{query}/>"),
        ("get", service, f"{query}/>"),
        ("set", service, f"{query}><username>bill</username><email/></query>"),
        ("set", service, f"{query}><email>a@b.c</email></query>"),
        ("set", service, f'{query}><x xmlns="jabber:x:data" type="submit"/></query>'),
        ("set", service, f"{query}><remove/></query>"),
        ("set", None, f"{query}><remove/></query>"),
        ("set", service, f"{query}><username>me</username><password>new</password></query>"),
    ]
    assert client.password == "secret"


async def test_the_new_password_is_used_from_now_on(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0077]
    await sent_by(client, plugin.change_password("refused"), "not-allowed")
    assert client.password == "secret"
    await sent_by(client, plugin.change_password("new"))
    assert client.password == "new"
    before = len(client.sent)
    with pytest.raises(ValueError, match="empty"):
        await plugin.change_password("")
    with pytest.raises(FieldValueError):
        plugin.register({"x-gender": "M"})
    assert len(client.sent) == before


def test_the_stream_feature(client: OfflineClient) -> None:
    text = "<features xmlns='http://etherx.jabber.org/streams'><register xmlns='http://jabber.org/features/iq-register'/></features>"
    features = StreamFeatures(xml=parse_one(text))
    assert "register" in features
    assert "register" not in StreamFeatures()
