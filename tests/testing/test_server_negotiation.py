"""The negotiation of a client's stream, spoken by a client that is not ours (RFC 6120 sections 4 to 7)."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest

from helixmpp.testing import Server, ServerLimits
from helixmpp.testing.sasl import MECHANISMS
from helixmpp.xml import NS_BIND, NS_SASL, NS_SESSION, NS_TLS
from tests.testing.rawclient import RawClient, StreamEnded, condition, differences

SCRAM = [name for name in MECHANISMS if name.startswith("SCRAM")]
SUCCESS = f"{{{NS_SASL}}}success"
ACCOUNTS = {"alice": "secret", "bob@other.example": "sécret ½"}


async def test_features_of_each_stage() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.connect()
        limits = "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>1048576</max-bytes></limits>"
        clear = (
            f"<stream:features><starttls xmlns='{NS_TLS}'><required/></starttls>{limits}</stream:features>"
        )
        assert not differences([await client.open()], [clear])
        await client.starttls()
        features = await client.open()
        mechanisms = [m.text for m in features.iterfind(f"{{{NS_SASL}}}mechanisms/{{{NS_SASL}}}mechanism")]
        assert mechanisms == [*SCRAM, "PLAIN"]
        binding = "{urn:xmpp:sasl-cb:0}sasl-channel-binding/{urn:xmpp:sasl-cb:0}channel-binding"
        assert [b.get("type") for b in features.iterfind(binding)] == ["tls-server-end-point"]
        assert features.find(f"{{{NS_TLS}}}starttls") is None
        assert (await client.plain("alice", "secret")).tag == SUCCESS
        bound = (
            f"<stream:features><bind xmlns='{NS_BIND}'/><session xmlns='{NS_SESSION}'><optional/></session>"
            f"<ver xmlns='urn:xmpp:features:rosterver'/><sm xmlns='urn:xmpp:sm:3'/>{limits}</stream:features>"
        )
        assert not differences([await client.open()], [bound])


@pytest.mark.parametrize("initial", [True, False], ids=["initial response", "no initial response"])
@pytest.mark.parametrize("direct_tls", [True, False], ids=["direct TLS", "STARTTLS"])
@pytest.mark.parametrize("mechanism", SCRAM)
async def test_scram(mechanism: str, direct_tls: bool, initial: bool) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure(direct_tls=direct_tls)
        assert (await client.scram(mechanism, "alice", "secret", initial=initial)).tag == SUCCESS
        await client.open()
        await client.bind("desk")
        assert client.jid == "alice@test.example/desk"
        assert await client.settle() == []


@pytest.mark.parametrize("mechanism", [*SCRAM, "PLAIN"])
@pytest.mark.parametrize(
    ("user", "password"), [("alice", "wrong"), ("alice", "Secret"), ("nobody", "secret"), ("Bob", "secret")]
)
async def test_wrong_password_and_unknown_account(mechanism: str, user: str, password: str) -> None:
    async with Server(ACCOUNTS, mechanisms=[mechanism]) as server, RawClient(server) as client:
        await client.secure()
        if mechanism == "PLAIN":
            answer = await client.plain(user, password)
        else:
            answer = await client.scram(mechanism, user, password)
        assert condition(answer) == "not-authorized"
        # It may try again in the same stream (section 6.4.5).
        assert (await client.plain("alice", "secret")).tag == SUCCESS or mechanism != "PLAIN"


async def test_account_of_another_domain_with_a_password_to_prepare() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure(to="other.example")
        # SASLprep (RFC 4013): composed letters, and 1⁄2 for ½.
        assert (await client.plain("BOB", "se\u0301cret\u00a01\u20442")).tag == SUCCESS
        await client.open("other.example")
        await client.bind("desk")
        assert client.jid == "bob@other.example/desk"


async def test_too_many_attempts() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(logins=2)) as server, RawClient(server) as client:
        await client.secure()
        assert condition(await client.plain("alice", "wrong")) == "not-authorized"
        assert condition(await client.plain("alice", "wrong")) == "not-authorized"
        assert await client.ended() == "policy-violation"


async def test_anonymous() -> None:
    async with Server(ACCOUNTS, anonymous=True) as server, RawClient(server) as one, RawClient(server) as two:
        for client in (one, two):
            await client.secure()
            assert (await client.sasl("auth", "=", mechanism="ANONYMOUS")).tag == SUCCESS
            await client.open()
            await client.bind()
        assert one.jid.partition("/")[0] != two.jid.partition("/")[0]
        one.send(f"<message to='{two.jid}'><body>hi</body></message>")
        await one.settle()
        assert [m.findtext("{jabber:client}body") for m in await two.settle()] == ["hi"]
        name = one.jid.partition("/")[0]
        await server.cut(one.jid)
        with pytest.raises(LookupError):
            server.jid(name)


async def test_anonymous_is_not_offered_by_default() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        assert condition(await client.sasl("auth", "=", mechanism="ANONYMOUS")) == "invalid-mechanism"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


BAD_SASL: list[tuple[str, dict[str, str], str, str]] = [
    ("unknown mechanism", {"mechanism": "SCRAM-MD5"}, "", "invalid-mechanism"),
    ("no mechanism", {}, "", "invalid-mechanism"),
    ("no base64", {"mechanism": "PLAIN"}, "!!!", "incorrect-encoding"),
    ("base64 with a line feed", {"mechanism": "PLAIN"}, "AGFsaWNl\nAHNlY3JldA==", "incorrect-encoding"),
    ("PLAIN without a password", {"mechanism": "PLAIN"}, encoded("\0alice\0"), "malformed-request"),
    ("PLAIN with two fields", {"mechanism": "PLAIN"}, encoded("alice\0secret"), "malformed-request"),
    ("empty PLAIN", {"mechanism": "PLAIN"}, "=", "malformed-request"),
    (
        "for somebody else",
        {"mechanism": "PLAIN"},
        encoded("x@test.example\0alice\0secret"),
        "invalid-authzid",
    ),
    ("no address", {"mechanism": "PLAIN"}, encoded("@\0alice\0secret"), "invalid-authzid"),
    ("no user name", {"mechanism": "PLAIN"}, encoded("\0a@b\0secret"), "not-authorized"),
    ("SCRAM, no header", {"mechanism": "SCRAM-SHA-1"}, encoded("n=alice,r=x"), "malformed-request"),
    ("SCRAM, no nonce", {"mechanism": "SCRAM-SHA-1"}, encoded("n,,n=alice"), "malformed-request"),
    ("SCRAM, empty nonce", {"mechanism": "SCRAM-SHA-1"}, encoded("n,,n=alice,r="), "malformed-request"),
    ("SCRAM, extension", {"mechanism": "SCRAM-SHA-1"}, encoded("n,,m=x,n=alice,r=x"), "malformed-request"),
    ("SCRAM, escape", {"mechanism": "SCRAM-SHA-1"}, encoded("n,,n=al=ice,r=x"), "malformed-request"),
    ("SCRAM, authzid", {"mechanism": "SCRAM-SHA-1"}, encoded("n,alice,n=alice,r=x"), "malformed-request"),
    ("SCRAM, other", {"mechanism": "SCRAM-SHA-1"}, encoded("n,a=x@y.z,n=alice,r=x"), "invalid-authzid"),
    ("bound without PLUS", {"mechanism": "SCRAM-SHA-1"}, encoded("p=x,,n=alice,r=x"), "malformed-request"),
    ("PLUS unbound", {"mechanism": "SCRAM-SHA-1-PLUS"}, encoded("n,,n=alice,r=x"), "malformed-request"),
    (
        "PLUS, other type",
        {"mechanism": "SCRAM-SHA-1-PLUS"},
        encoded("p=tls-unique,,n=alice,r=x"),
        "malformed-request",
    ),
    # Somebody took -PLUS out of the list that the client saw (RFC 5802 section 6).
    ("downgrade", {"mechanism": "SCRAM-SHA-1"}, encoded("y,,n=alice,r=x"), "not-authorized"),
    ("not UTF-8", {"mechanism": "PLAIN"}, "AP8A/w==", "malformed-request"),
]


@pytest.mark.parametrize(
    ("attributes", "text", "expected"), [case[1:] for case in BAD_SASL], ids=[case[0] for case in BAD_SASL]
)
async def test_bad_sasl(attributes: dict[str, str], text: str, expected: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        assert condition(await client.sasl("auth", text, **attributes)) == expected
        assert (await client.plain("alice", "secret")).tag == SUCCESS


async def test_a_client_that_may_not_bind_says_y() -> None:
    async with Server(ACCOUNTS, mechanisms=["SCRAM-SHA-1"]) as server, RawClient(server) as client:
        await client.secure()
        answer = await client.sasl("auth", encoded("y,,n=alice,r=x"), mechanism="SCRAM-SHA-1")
        assert answer.tag == f"{{{NS_SASL}}}challenge"


@pytest.mark.parametrize(
    ("final", "expected"),
    [
        ("c=biws,r=NONCE,p=AAAA", "malformed-request"),  # too short for a proof
        ("c=biws,r=NONCE,p=" + base64.b64encode(bytes(20)).decode(), "not-authorized"),
        ("c=biws,r=NONCEx,p=" + base64.b64encode(bytes(20)).decode(), "not-authorized"),
        ("c=eSws,r=NONCE,p=" + base64.b64encode(bytes(20)).decode(), "not-authorized"),  # y,, instead of n,,
        ("c=biws,r=NONCE", "malformed-request"),
        ("r=NONCE,p=AAAA", "malformed-request"),
        ("c=!,r=NONCE,p=AAAA", "malformed-request"),
        ("", "malformed-request"),
    ],
)
async def test_bad_final_message_of_scram(final: str, expected: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        challenge = await client.sasl("auth", encoded("n,,n=alice,r=mine"), mechanism="SCRAM-SHA-1")
        nonce = base64.b64decode(challenge.text or "").decode().split(",")[0].removeprefix("r=")
        assert nonce.startswith("mine")
        assert len(nonce) >= len("mine") + 22  # 128 bits of its own
        answer = await client.sasl("response", encoded(final.replace("NONCE", nonce)) or "=")
        assert condition(answer) == expected


@pytest.mark.parametrize(
    ("said", "expected"), [("NONCE", "success"), ("NONCEx", "failure"), ("mine", "failure")]
)
async def test_a_right_proof_over_another_nonce(said: str, expected: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        first = "n=alice,r=mine"
        challenge = await client.sasl("auth", encoded(f"n,,{first}"), mechanism="SCRAM-SHA-1")
        server_first = base64.b64decode(challenge.text or "").decode()
        nonce, salt, count = (part[2:] for part in server_first.split(","))
        final = "c=biws,r=" + said.replace("NONCE", nonce)
        salted = hashlib.pbkdf2_hmac("sha1", b"secret", base64.b64decode(salt), int(count))
        key = hmac.digest(salted, b"Client Key", "sha1")
        message = f"{first},{server_first},{final}".encode()
        signature = hmac.digest(hashlib.sha1(key).digest(), message, "sha1")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True))).decode()
        answer = await client.sasl("response", encoded(f"{final},p={proof}"))
        assert answer.tag == f"{{{NS_SASL}}}{expected}"


async def test_a_channel_of_somebody_in_between_is_refused() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        answer = await client.scram("SCRAM-SHA-256-PLUS", "alice", "secret", end_point=bytes(32))
        assert condition(answer) == "not-authorized"


async def test_abort_and_response_out_of_place() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        assert condition(await client.sasl("response", encoded("x"))) == "malformed-request"
        await client.sasl("auth", encoded("n,,n=alice,r=mine"), mechanism="SCRAM-SHA-1")
        assert condition(await client.sasl("abort")) == "aborted"


async def test_iterations_are_a_setting() -> None:
    async with Server(ACCOUNTS, iterations=5000) as server, RawClient(server) as client:
        await client.secure()
        challenge = await client.sasl("auth", encoded("n,,n=alice,r=mine"), mechanism="SCRAM-SHA-1")
        assert base64.b64decode(challenge.text or "").endswith(b",i=5000")
        assert (await client.scram("SCRAM-SHA-512", "alice", "secret")).tag == SUCCESS


# -- resource binding (section 7) ------------------------------------------------------------------------


async def test_generated_resources_differ() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as one, RawClient(server) as two:
        await one.login("alice")
        await two.login("alice")
        assert one.jid.startswith("alice@test.example/")
        assert len({one.jid, two.jid, "alice@test.example/"}) == 3


async def test_conflict_replaces_the_older_session() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as old, RawClient(server) as new:
        await old.login("alice", resource="desk")
        await new.login("alice", resource="desk")
        assert await old.ended() == "conflict"
        assert await new.settle() == []
        assert [str(jid) for jid in server.online] == ["alice@test.example/desk"]


async def test_bad_resource_and_too_many() -> None:
    async with (
        Server(ACCOUNTS, limits=ServerLimits(resources=1)) as server,
        RawClient(server) as one,
        RawClient(server) as two,
    ):
        await one.secure()
        await one.plain("alice", "secret")
        await one.open()
        assert condition(await one.bind("x" * 2000)) == "bad-request"
        await one.bind("desk")
        assert one.jid == "alice@test.example/desk"
        assert condition(await one.bind("phone")) == "not-allowed"  # a second one in the same stream
        await two.secure()
        await two.plain("alice", "secret")
        await two.open()
        assert condition(await two.bind("phone")) == "resource-constraint"
        await two.bind("desk")  # replaces the first
        assert two.jid == "alice@test.example/desk"


async def test_legacy_session() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.login("alice")
        answer = await client.ask(f"<iq type='set' id='s'><session xmlns='{NS_SESSION}'/></iq>")
        assert answer.get("type") == "result"


async def test_what_follows_the_bind_request_at_once_is_taken() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        await client.plain("alice", "secret")
        await client.open()
        client.send(f"<iq type='set' id='b'><bind xmlns='{NS_BIND}'/></iq><presence/>")
        assert (await client.next()).get("id") == "b"
        assert (await client.next()).tag == "{jabber:client}presence"


# -- what must not happen before it is somebody -----------------------------------------------------------

HEADERS = [
    ("another domain", {"to": "elsewhere.example"}, "host-unknown"),
    ("no domain", {"to": ""}, "host-unknown"),
    ("no address", {"to": "@"}, "host-unknown"),
    ("an account", {"to": "alice@test.example"}, "host-unknown"),
    ("before 1.0", {"version": ""}, "unsupported-version"),
    ("a later version", {"version": "2.0"}, "unsupported-version"),
    ("another content", {"xmlns": "jabber:server"}, "invalid-namespace"),
    ("no stream", {"xmlns:stream": "urn:x"}, "invalid-namespace"),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [case[1:] for case in HEADERS], ids=[case[0] for case in HEADERS]
)
async def test_bad_header(changes: dict[str, str], expected: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.connect()
        client.send(client.header(**changes))
        assert await client.ended() == expected


STANZA = "<message to='bob@other.example'><body>hello</body></message>"
PLAIN = f"<auth xmlns='{NS_SASL}' mechanism='PLAIN'>{encoded(chr(0) + 'alice' + chr(0) + 'secret')}</auth>"


@pytest.mark.parametrize("text", [STANZA, PLAIN, f"<iq type='set' id='b'><bind xmlns='{NS_BIND}'/></iq>"])
async def test_nothing_before_tls(text: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.connect()
        await client.open()
        client.send(text)
        assert await client.ended() == "not-authorized"
        assert len(server.received) == 0


async def test_text_put_in_before_tls_is_not_read() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.connect()
        await client.open()
        client.send(f"<starttls xmlns='{NS_TLS}'/>{PLAIN}")
        assert await client.ended() == "policy-violation"


@pytest.mark.parametrize("text", [STANZA, f"<starttls xmlns='{NS_TLS}'/>", f"<success xmlns='{NS_SASL}'/>"])
async def test_nothing_but_sasl_before_it_succeeded(text: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        client.send(text)
        assert await client.ended() == "not-authorized"


@pytest.mark.parametrize(
    "text", [STANZA, PLAIN, "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", "<presence/>"]
)
async def test_nothing_but_binding_before_the_resource(text: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        await client.plain("alice", "secret")
        await client.open()
        client.send(text)
        assert await client.ended() == "not-authorized"
        assert len(server.received) == 0


async def test_the_stream_after_sasl_is_for_the_same_domain() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.secure()
        await client.plain("alice", "secret")
        with pytest.raises(StreamEnded, match="host-unknown"):
            await client.open("other.example")


async def test_who_does_not_log_in_is_disconnected() -> None:
    async with (
        Server(ACCOUNTS, limits=ServerLimits(negotiation=0.05)) as server,
        RawClient(server) as silent,
        RawClient(server) as slow,
    ):
        await silent.connect()
        await slow.connect()
        await slow.open()
        assert await slow.ended() == "connection-timeout"
        assert await silent.ended() == "connection-timeout"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Server({"": "x"}),
        lambda: Server({"alice/desk": "x"}),
        lambda: Server({"a@b@c": "x"}),
        lambda: Server({"alice@test.example/desk": "x"}),
        lambda: Server({"alice": "\u0007"}),
        lambda: Server(domain="not a domain"),
        lambda: Server(mechanisms=["SCRAM-MD5"]),
        lambda: Server(components={"a b": "x"}),
    ],
)
def test_what_a_server_cannot_be_made_of(make: Callable[[], Server]) -> None:
    with pytest.raises(ValueError, match=r"."):
        make()
