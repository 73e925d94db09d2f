"""Certificates to log in with (XEP-0257): added, listed, taken away; and what is none."""

import base64
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0257 import XEP_0257, AppendCert, CertItem, Certs
from helixmpp.stanza import ElementBase
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, settle
from tests.plugins.test_pep import Account

NS = "xmlns='urn:xmpp:saslcert:1'"
DER = b"\x30\x82\x02\x09" + bytes(range(200))
TEXT = base64.b64encode(DER).decode()
LINES = "\n".join(TEXT[n : n + 64] for n in range(0, len(TEXT), 64))
PEM = f"-----BEGIN CERTIFICATE-----\n{LINES}\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n"
LIST = (
    f"<items {NS}><item><name>Mobile Client</name><x509cert>\n  {TEXT[:64]}\n  {TEXT[64:]}\n</x509cert>"
    "<users><resource>Phone</resource></users></item>"
    "<item><name>Laptop</name><x509cert>...</x509cert></item><item/></items>"
)


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0257")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


Call = Callable[[XEP_0257], Any]
CERT = f"<x509cert>{TEXT}</x509cert>"


REQUESTS: list[tuple[Call, str, str]] = [
    (lambda p: p.get_certs(), "get", f"<items {NS}/>"),
    (lambda p: p.add_cert("Bot", DER), "set", f"<append {NS}><name>Bot</name>{CERT}</append>"),
    (
        lambda p: p.add_cert("Simple Bot", TEXT, False),
        "set",
        f"<append {NS}><name>Simple Bot</name><no-cert-management/>{CERT}</append>",
    ),
    (
        lambda p: p.add_cert("Bot", KEY + PEM, allow_management=True),
        "set",
        f"<append {NS}><name>Bot</name>{CERT}</append>",
    ),
    (lambda p: p.add_cert("Bot", PEM.encode()), "set", f"<append {NS}><name>Bot</name>{CERT}</append>"),
    (
        lambda p: p.disable_cert("Mobile Client"),
        "set",
        f"<disable {NS}><name>Mobile Client</name></disable>",
    ),
    (
        lambda p: p.revoke_cert("Mobile Client"),
        "set",
        f"<revoke {NS}><name>Mobile Client</name></revoke>",
    ),
]


@pytest.mark.parametrize(
    ("call", "kind", "payload"),
    REQUESTS,
)
async def test_requests(client: OfflineClient, call: Call, kind: str, payload: str) -> None:
    call(client.plugin[XEP_0257])
    await settle()
    request = client.sent[-1]
    assert (request.get("type"), request.get("to"), len(request)) == (kind, None, 1)
    assert ElementBase(xml=request[0]) == ElementBase(xml=parse_one(payload))


REFUSED: list[Callable[[Any], object]] = [
    lambda p: p.add_cert("", DER),
    lambda p: p.add_cert("x", b""),
    lambda p: p.add_cert("x", b"no certificate"),
    lambda p: p.add_cert("x", "no base64!"),
    lambda p: p.add_cert("x", base64.b64encode(b"something else").decode()),
    lambda p: p.add_cert("x", b"\x30" * 65_537),
    # A key stays here.
    lambda p: p.add_cert("x", KEY),
    lambda p: p.add_cert("x", KEY.encode()),
    lambda p: p.add_cert("x", 5),
    lambda p: p.add_cert("\x00", DER),
    lambda p: p.disable_cert(""),
    lambda p: p.revoke_cert(""),
]


@pytest.mark.parametrize(
    "call",
    REFUSED,
)
async def test_what_is_not_sent(client: OfflineClient, call: Call) -> None:
    with pytest.raises(ValueError, match=r".+"):
        call(client.plugin[XEP_0257])
    assert not client.sent


async def test_the_list() -> None:
    feature = (
        "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:saslcert:1'/></query>"
    )
    xmpp = Account(lambda request: feature if "disco" in request[0].tag else LIST, "xep_0257")
    plugin = xmpp.plugin[XEP_0257]
    assert await plugin.is_supported()
    found = await plugin.get_certs(timeout=3)
    assert {(name, users) for name, _, users in found} == {
        ("Mobile Client", ("Phone",)),
        ("Laptop", ()),
        ("", ()),
    }
    assert TEXT in {"".join(cert.split()) for _, cert, _ in found}
    items = await plugin.certificates()
    assert set(items) == {"Mobile Client", "Laptop"}
    assert (items["Mobile Client"].der, items["Mobile Client"].users) == (DER, {"Phone"})
    with pytest.raises(BadStanza):
        _ = items["Laptop"].der
    await xmpp.aclose()


async def test_a_server_without_them() -> None:
    info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
    xmpp = Account(lambda request: info, "xep_0257")
    assert await xmpp.plugin[XEP_0257].is_supported() is False
    await xmpp.aclose()


def test_what_a_server_of_our_own_would_write() -> None:
    certs = Certs()
    item = CertItem()
    item.name_, item.x509cert, item.users = "Mobile Client", TEXT, {"b", "a"}
    certs.append(item)
    expected = f"<items {NS}><item><name>Mobile Client</name>{CERT}<users><resource>a</resource>"
    assert certs == ElementBase(xml=parse_one(f"{expected}<resource>b</resource></users></item></items>"))
    item.users = {"c"}
    assert item["users"] == {"c"}
    del item["users"]
    assert item.users == set()
    assert item.xml.find("{urn:xmpp:saslcert:1}users") is None
    for wrong in ("text", {"\x00"}):
        with pytest.raises(FieldValueError):
            item["users"] = wrong
    append = AppendCert()
    append["cert_management"] = False
    assert (append.cert_management, append.no_cert_management) == (False, True)
    del append["cert_management"]
    assert append.cert_management
