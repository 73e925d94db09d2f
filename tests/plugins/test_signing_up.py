"""``sign_up()``: the account is made from what the client knows (XEP-0077 sections 3.1, 4, 5 and 6)."""

import contextlib
from pathlib import Path

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.errors import (
    AuthenticationFailed,
    ConnectionFailure,
    NotConnectedError,
    RegistrationFailed,
    StateError,
)
from helixmpp.plugins.xep_0077 import XEP_0077
from helixmpp.stanza import Iq
from helixmpp.testing import Server
from tests.plugins.offline import OfflineComponent
from tests.plugins.signing_up import FORM, NS, Host, Part, accepts, answers_form, at, request
from tests.support.waiting import until


def wants(content: str, *expected: str, then: tuple[str, str] = ("", "")) -> Part:
    """A server with this form, which expects these texts in what is filled in."""

    async def part(host: Host) -> None:
        await host.gives_form(content)
        text = await host.asked()
        for each in expected:
            assert each in text, text
        if then[0]:
            await host.refuses(*then)
        else:
            await host.answers()
        await host.lets_in()

    return part


def form(*fields: str, inside: str = "", kind: str = "form") -> str:
    return (
        f"{inside}<x xmlns='jabber:x:data' type='{kind}'><title>An account</title><instructions>Fill in.</instructions>"
        f"<field type='hidden' var='FORM_TYPE'><value>{NS}</value></field><field type='fixed'><value>!</value></field>"
        f"{''.join(fields)}</x>"
    )


def field(var: str, kind: str = "text-single", value: str = "", *, required: bool = True) -> str:
    inner = f"<value>{value}</value>" if value else ""
    return f"<field type='{kind}' var='{var}'>{inner}{'<required/>' if required else ''}</field>"


USERNAME, PASSWORD = field("username"), field("password", "text-private")
OWN = "<username>bill</username>", "<password>secret</password>"
OWN_FORM = (
    f'<query xmlns="{NS}"><x xmlns="jabber:x:data" type="submit"><field type="hidden" var="FORM_TYPE">'
    f"<value>{NS}</value></field>",
    "<value>bill</value></field>",
    "<value>secret</value></field>",
)


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        (accepts, None),
        (wants(FORM + "<email/>", *OWN, "<email>b@c.d</email>"), {"email": "b@c.d", "phone": "5"}),
        (wants(FORM + "<key>abc</key>", *OWN, "<key>abc</key>"), None),
        (wants(form(USERNAME, PASSWORD), *OWN_FORM), None),
        (
            wants(form(USERNAME, PASSWORD, field("email")), *OWN_FORM, "<value>b@c.d</value>"),
            {"email": "b@c.d"},
        ),
        (
            wants(
                form(USERNAME, PASSWORD, field("lang", "list-single", "en"), inside=FORM),
                *OWN_FORM,
                "<value>en<",
            ),
            None,
        ),
        (wants(form(USERNAME, PASSWORD, field("why", required=False)), *OWN_FORM), None),
        (wants(FORM + "<x xmlns='jabber:x:oob'><url>http://e.org</url></x>", *OWN), None),
    ],
    ids=[
        "fields",
        "more fields",
        "key",
        "form",
        "more of a form",
        "form and fields",
        "optional",
        "with a url",
    ],
)
async def test_signing_up(part: Part, fields: dict[str, str] | None, tmp_path: Path) -> None:
    async with at(part, tmp_path) as (xmpp, server):
        xmpp.add_event_handler("register", lambda iq: pytest.fail("nobody needs to be asked"))
        assert await xmpp.plugin[XEP_0077].sign_up(fields)
        assert xmpp.is_connected()
        assert xmpp.failures == []
        assert server.sent_by_client().count(b"jabber:iq:register") in (2, 3)
        for neither in (b"An account", b"Fill in", b"!</value>"):
            assert neither not in server.sent_by_client()
        # There is an account, which is told by no second connection.
        assert xmpp.plugin[XEP_0077].registration().value == "never"


@pytest.mark.parametrize(
    ("content", "condition", "missing", "url", "match"),
    [
        (
            FORM + "<email/><name/>",
            "not-acceptable",
            ("name", "email"),
            "",
            "also asks for name, email: Choose.",
        ),
        (form(USERNAME, PASSWORD, field("ocr")), "not-acceptable", ("ocr",), "", "also asks for ocr"),
        (
            form(
                USERNAME, PASSWORD, field("ocr"), inside="<x xmlns='jabber:x:oob'><url>http://e.org</url></x>"
            ),
            "not-acceptable",
            ("ocr",),
            "http://e.org",
            "ocr",
        ),
        (
            "<instructions>Visit us.</instructions><x xmlns='jabber:x:oob'><url>http://e.org/new</url></x>",
            "redirect",
            (),
            "http://e.org/new",
            "in-band, but at http://e.org/new: Visit us.",
        ),
        ("<instructions>No.</instructions>", "redirect", (), "", "in-band, but elsewhere: No."),
        (form(kind="cancel"), "bad-request", (), "", "no form to fill in"),
        (form(kind="nonsense"), "bad-request", (), "", "cannot be filled in"),
    ],
    ids=["fields", "captcha", "captcha or url", "redirect", "no words", "no form", "no kind of form"],
)
async def test_what_cannot_be_filled_in(
    content: str, condition: str, missing: tuple[str, ...], url: str, match: str, tmp_path: Path
) -> None:
    async def part(host: Host) -> None:
        await host.gives_form(content)

    async with at(part, tmp_path) as (xmpp, server):
        with pytest.raises(RegistrationFailed, match=match) as caught:
            await xmpp.plugin[XEP_0077].sign_up()
        error = caught.value
        assert (error.condition, error.missing, error.url, error.stage) == (
            condition,
            missing,
            url,
            "register",
        )
        # What cannot be used is not told: neither the name nor the password.
        assert b"secret" not in server.sent_by_client()
        assert b"<auth" not in server.sent_by_client()


REFUSALS = [
    ("conflict", "cancel"),
    ("not-acceptable", "modify"),
    ("not-allowed", "cancel"),
    ("forbidden", "auth"),
    ("service-unavailable", "cancel"),
]


@pytest.mark.parametrize(("condition", "kind"), REFUSALS)
async def test_refusals(condition: str, kind: str, tmp_path: Path) -> None:
    async with at(wants(FORM, *OWN, then=(condition, kind)), tmp_path) as (xmpp, server):
        xmpp.auto_reconnect = True
        with pytest.raises(RegistrationFailed) as caught:
            await xmpp.plugin[XEP_0077].sign_up()
        assert (caught.value.condition, caught.value.etype) == (condition, kind)
        await xmpp.disconnected
        assert not xmpp.is_connecting()
        assert len(server.wires) == 1
        # Another connect() is no sign_up().
        assert xmpp.plugin[XEP_0077].registration().value == "never"


async def test_an_account_that_may_be_ours(tmp_path: Path) -> None:
    async with at(wants(FORM, then=("conflict", "cancel")), tmp_path) as (xmpp, _):
        assert await xmpp.plugin[XEP_0077].sign_up(exist_ok=True)


async def test_another_refusal_is_not_a_taken_name(tmp_path: Path) -> None:
    async with at(wants(FORM, then=("not-allowed", "cancel")), tmp_path) as (xmpp, _):
        with pytest.raises(RegistrationFailed, match="not-allowed"):
            await xmpp.plugin[XEP_0077].sign_up(exist_ok=True)


async def test_who_is_registered_already(tmp_path: Path) -> None:
    async def part(host: Host) -> None:
        await host.gives_form("<registered/><username>bill</username><password/>")
        await host.lets_in()

    async with at(part, tmp_path) as (xmpp, server):
        assert await xmpp.plugin[XEP_0077].sign_up()
        assert server.sent_by_client().count(b"jabber:iq:register") == 1


async def test_nobody_can_register_there(tmp_path: Path) -> None:
    async def part(host: Host) -> None:
        await host.offers("<x xmlns='urn:example'/>")
        await host.asked()
        await host.refuses("service-unavailable", text="not with secret")

    async with at(part, tmp_path) as (xmpp, _):
        with pytest.raises(RegistrationFailed) as caught:
            await xmpp.plugin[XEP_0077].sign_up()
        # A text that repeats the password is left out.
        assert caught.value.reason == "service-unavailable"


async def test_who_is_to_come_back_later_does(tmp_path: Path) -> None:
    count = 0

    async def part(host: Host) -> None:
        nonlocal count
        count += 1
        await wants(FORM, *OWN, then=("resource-constraint", "wait") if count < 3 else ("", ""))(host)

    async with at(part, tmp_path) as (xmpp, server):
        xmpp.auto_reconnect, xmpp.reconnect_delay, xmpp.reconnect_max_delay = True, 0.01, 0.01
        with pytest.raises(RegistrationFailed, match="resource-constraint"):
            await xmpp.plugin[XEP_0077].sign_up()
        await xmpp.connected(5)
        assert len(server.wires) == 3


async def test_a_wrong_time_to_sign_up(tmp_path: Path) -> None:
    async with at(accepts, tmp_path) as (xmpp, server):
        plugin = xmpp.plugin[XEP_0077]
        await plugin.sign_up(host=server.host, port=server.port)
        with pytest.raises(StateError, match="connected"):
            plugin.sign_up()
    xmpp.password = None
    with pytest.raises(ValueError, match="password"):
        plugin.sign_up()
    component = OfflineComponent()
    with pytest.raises(StateError, match="component"):
        component.register_plugin(XEP_0077).sign_up()


async def test_it_is_made_once(tmp_path: Path) -> None:
    """With the server of helixmpp.testing: reconnecting, and an account that ends."""
    async with Server(registration=True) as server:
        xmpp = ClientXMPP("bill@test.example", "Calliope")
        xmpp.ca_certs, xmpp.enable_direct_tls = server.ca_certs, False
        xmpp.reconnect_delay = 0.01
        plugin = xmpp.register_plugin(XEP_0077)
        forms: list[Iq] = []

        async def handler(iq: Iq) -> None:
            forms.append(iq)
            await plugin.register({"username": "bill", "password": "Calliope"})

        xmpp.add_event_handler("register", handler)
        await xmpp.connect(server.host, server.port)
        await xmpp.wait_until("session_start") if not xmpp.is_connected() else None
        lost = xmpp.disconnected
        await server.cut("bill")
        await lost
        await xmpp.connected(5)
        assert len(forms) == 1
        await plugin.change_password("another")
        await plugin.cancel_registration()
        await until(lambda: not xmpp.is_connected())
        await xmpp.disconnect()
        with pytest.raises(LookupError):
            server.jid("bill")
        xmpp.password = "Calliope"
        await xmpp.connect(server.host, server.port)
        assert len(forms) == 2
        await xmpp.aclose()


async def test_an_account_that_there_is_not() -> None:
    async with Server(registration=True) as server:
        xmpp = ClientXMPP("bill@test.example", "Calliope")
        xmpp.ca_certs, xmpp.enable_direct_tls = server.ca_certs, False
        xmpp.register_plugin(XEP_0077)
        xmpp.add_event_handler("register", lambda iq: None)
        with pytest.raises(AuthenticationFailed):
            await xmpp.connect(server.host, server.port)
        await xmpp.aclose()


@pytest.mark.parametrize("granted", [True, False], ids=["granted", "nobody knows"])
@pytest.mark.parametrize("by_handler", [False, True], ids=["sign_up", "handler"])
async def test_a_link_that_breaks_in_between(granted: bool, by_handler: bool, tmp_path: Path) -> None:
    """The account is there, and nobody's but ours: it is not found taken, and given up, the next time."""
    taken: list[str] = []

    async def part(host: Host) -> None:
        if not taken:
            await host.gives_form()
            taken.append(await host.asked())
            if granted:
                await host.answers()
                await host.wire.expect(b"<auth")
            raise EOFError
        if granted:
            await host.offers()
        else:
            await host.gives_form()
            await host.asked()
            await host.refuses("conflict")
        await host.lets_in()

    async with at(part, tmp_path) as (xmpp, server):
        xmpp.auto_reconnect, xmpp.reconnect_delay = True, 0.01
        plugin = xmpp.plugin[XEP_0077]

        async def handler(iq: Iq) -> None:
            with contextlib.suppress(IqError, NotConnectedError):
                await request(xmpp).send()

        if by_handler:
            xmpp.add_event_handler("register", handler)
        with pytest.raises(ConnectionFailure, match="the server ended the connection"):
            await (xmpp.connect(*xmpp.address) if by_handler else plugin.sign_up())
        await xmpp.connected(5)
        assert (len(server.wires), xmpp.failures) == (2, [])


async def test_a_handler_that_sends_something_else_does_not_hold_up_the_login(tmp_path: Path) -> None:
    async with at(answers_form, tmp_path) as (xmpp, _):
        # What comes back waits for the session, which waits for the handlers.
        xmpp.add_event_handler("register", lambda iq: xmpp.send_message("juliet@capulet.lit", "hello"))
        assert await xmpp.connect(*xmpp.address)
