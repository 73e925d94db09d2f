"""SCRAM: the vectors of the RFCs, and the conversation with another implementation."""

import hashlib
from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp.stream import ClientStream, NeedSaltedPassword, TLSFacts, saslprep
from helixmpp.stream.sasl.binding import UNBOUND, Binding
from helixmpp.stream.sasl.scram import Scram, scram
from tests.stream.dialogue import Talk, derive
from tests.stream.scram_server import ServerSide, make_client
from tests.stream.wire import (
    CHANNEL,
    FACTS,
    FACTS_UNBOUND,
    HEADER,
    channel_bindings,
    config,
    features,
    mechanisms,
)

# mechanism, user, password, nonce, client-first, server-first, client-final, server-final
Vector = tuple[str, str, str, str, str, str, str, str]
VECTORS: dict[str, Vector] = {
    "RFC 5802 section 5": (
        "SCRAM-SHA-1",
        "user",
        "pencil",
        "fyko+d2lbbFgONRv9qkxdawL",
        "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    "RFC 7677 section 3": (
        "SCRAM-SHA-256",
        "user",
        "pencil",
        "rOprNGfwEbeRWgbNEkqO",
        "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
}


def converse(parameters: Scram, server_first: str, server_final: str) -> tuple[str, str]:
    """What the client says; that it returns at the end means that it believes the server."""
    conversation = scram(parameters).conversation
    first = next(conversation)
    assert isinstance(first, bytes)
    request = conversation.send(server_first.encode())
    assert isinstance(request, NeedSaltedPassword)
    final = conversation.send(derive(request))
    assert isinstance(final, bytes)
    with pytest.raises(StopIteration):
        conversation.send(server_final.encode())
    return first.decode(), final.decode()


def made(name: str, user: str, password: str, nonce: str, binding: Binding = UNBOUND) -> Scram:
    return Scram(name, user, password, nonce, binding, "", 4096, 1_000_000)


@pytest.mark.parametrize("name", VECTORS)
def test_vectors(name: str) -> None:
    mechanism, user, password, nonce, first, server_first, final, server_final = VECTORS[name]
    assert converse(made(mechanism, user, password, nonce), server_first, server_final) == (first, final)


def test_vector_of_sha_512_by_another_implementation() -> None:
    nonce, salt = "Ha5O3vNpQkLm0123456789==", bytes(range(16))
    side = ServerSide("SCRAM-SHA-512", "user", "pencil", iterations=10_000, salt=salt, nonce="server")
    client = make_client("SCRAM-SHA-512", "user", "pencil", nonce)
    side.server.set_client_first(client.get_client_first())
    server_first = side.server.get_server_first()
    client.set_server_first(server_first)
    final = client.get_client_final()
    side.server.set_client_final(final)
    server_final = side.server.get_server_final()
    said = converse(made("SCRAM-SHA-512", "user", "pencil", nonce), server_first, server_final)
    assert said == (f"n,,n=user,r={nonce}", final)
    # And as constants, so that both cannot go wrong together.
    assert server_first == f"r={nonce}server,s=AAECAwQFBgcICQoLDA0ODw==,i=10000"
    assert final.rpartition("p=")[2] == (
        "wnlURf7/JbahUbrUCDnO+tT0FMpmLma3+462Pp1IJ6J3JZqY+d4r5thwRBqTgW74j45ZrqVTNpx66fbAKlDJaA=="
    )
    assert server_final == (
        "v=2LFavB/PSfsSV24pk6FD0v7kzbet9ZrwbFZbpVVz32drlYX0ZapzocWEAL8KB6DY3Fde3HuJxr242gHpLp9euw=="
    )


def authenticate(
    mechanism: str,
    *,
    user: str = "user",
    password: str = "pencil",
    servers_password: str | None = None,
    offered: tuple[str, ...] = (),
    tls: TLSFacts = FACTS,
    server_binding: tuple[str, bytes] | None = None,
    announced: str = "",
    bytewise: bool = False,
) -> tuple[Talk, ServerSide]:
    """A whole authentication with the other implementation as the server."""
    side = ServerSide(mechanism, user, servers_password or password, binding=server_binding)
    account = config(jid=f"{user}@example.org", password=password, nonce="fyko+d2lbbFgONRv9qkxdawL")
    talk = Talk(ClientStream(account), tls, bytewise=bytewise)
    talk.say(HEADER + features(mechanisms(*(offered or (mechanism,))), announced))
    talk.say(side.answer(talk.sent))
    if talk.request is not None:
        talk.key()
        talk.collect()
        talk.say(side.answer(talk.sent))
    return talk, side


END_POINT = channel_bindings("tls-server-end-point")
HASHES = ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "bytewise"])
@pytest.mark.parametrize("mechanism", HASHES)
def test_authentication(mechanism: str, bytewise: bool) -> None:
    talk, side = authenticate(mechanism, bytewise=bytewise)
    assert f"authenticated {mechanism}" in talk.transcript
    assert side.asked_for[0].startswith("y,,")


@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "bytewise"])
@pytest.mark.parametrize("mechanism", HASHES)
def test_authentication_with_channel_binding(mechanism: str, bytewise: bool) -> None:
    plus = f"{mechanism}-PLUS"
    talk, side = authenticate(
        plus,
        offered=(mechanism, plus, "PLAIN"),
        server_binding=("tls-server-end-point", CHANNEL),
        announced=END_POINT,
        bytewise=bytewise,
    )
    assert f"authenticated {plus}" in talk.transcript
    assert side.asked_for[0].startswith("p=tls-server-end-point,,")


def test_promise_b_another_channel_is_found_by_the_server() -> None:
    # Whoever is in between has a connection with each side, and a certificate of his own.
    talk, _ = authenticate(
        "SCRAM-SHA-256-PLUS",
        server_binding=("tls-server-end-point", b"\x06" * 32),
        announced=END_POINT,
    )
    assert talk.transcript[-2:] == ["failed AuthenticationFailed not-authorized", "closed unclean"]


def test_promise_b_offers_taken_out_are_found_by_the_server() -> None:
    # The server offers -PLUS, and somebody takes it out: the client says that it could have, so the server knows.
    talk, side = authenticate("SCRAM-SHA-256", server_binding=("tls-server-end-point", CHANNEL))
    assert side.asked_for[0].startswith("y,,")
    assert talk.transcript[-2:] == ["failed AuthenticationFailed not-authorized", "closed unclean"]


def test_a_server_that_does_not_tell_its_channel_takes_the_plain_mechanism() -> None:
    # It has a channel of its own, tls-unique; that the flag is no "y" is what it looks at.
    talk, side = authenticate(
        "SCRAM-SHA-256", offered=("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"), server_binding=("tls-unique", b"u")
    )
    assert "authenticated SCRAM-SHA-256" in talk.transcript
    assert side.asked_for[0].startswith("n,,")


@pytest.mark.parametrize("mechanism", HASHES)
def test_wrong_password(mechanism: str) -> None:
    talk, _ = authenticate(mechanism, servers_password="other")
    assert talk.transcript[-2:] == ["failed AuthenticationFailed not-authorized", "closed unclean"]
    assert "password" in str(talk.error)


def test_without_a_channel_the_flag_says_so() -> None:
    talk, side = authenticate("SCRAM-SHA-256", tls=FACTS_UNBOUND)
    assert "authenticated SCRAM-SHA-256" in talk.transcript
    assert side.asked_for[0].startswith("n,,")


def test_with_tls_exporter_where_both_have_it() -> None:
    facts = TLSFacts("TLSv1.3", "x", CHANNEL, exporter=b"\x09" * 32)
    side = Talk(ClientStream(config()), facts)
    side.say(
        HEADER
        + features(
            mechanisms("SCRAM-SHA-1-PLUS"),
            channel_bindings("tls-unique", "tls-exporter", "tls-server-end-point"),
        )
    )
    assert b64decode(side.sent.rpartition(b'">')[2].partition(b"<")[0]).startswith(b"p=tls-exporter,,n=user")


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("user", "a,b=c=2C"),
        ("a,b=c", "pencil"),
        ("jürgen", "pässwörd"),
        ("user", "I\u00adX"),
        ("user", "\u00aa"),
        ("user", "a\u00a0b"),
        ("user", "Ⅸ ﬁx"),
        ("user", "漢字"),
        ("user", "\u0627\u0644"),
        ("user", " leading and trailing "),
        ("user", "e\u0301"),
    ],
)
def test_names_and_passwords(user: str, password: str) -> None:
    talk, _ = authenticate("SCRAM-SHA-1", user=user, password=password)
    assert "authenticated SCRAM-SHA-1" in talk.transcript


# What SASLprep has something to do with, but refuses nothing of.
LETTERS = st.text(st.sampled_from("abcXYZ09,=+/ß\u00aa\u00bd\u00e9\u0132\u017f\u2126\u3000漢"), min_size=1)


@settings(max_examples=25, deadline=None)
@given(user=LETTERS, password=LETTERS, name=st.sampled_from(HASHES), bound=st.booleans())
def test_the_same_words_as_another_implementation(user: str, password: str, name: str, bound: bool) -> None:
    prepared = saslprep(user)
    full = f"{name}-PLUS" if bound else name
    channel = ("tls-server-end-point", CHANNEL) if bound else None
    other = make_client(full, prepared, password, "ournonce", channel)
    first = other.get_client_first()
    server_first = "r=ournoncetheirs,s=" + "QUFBQUFBQUFBQUFBQUFBQQ==" + ",i=4096"
    other.set_server_first(server_first)
    binding = Binding("p=tls-server-end-point,,", CHANNEL) if bound else UNBOUND
    conversation = scram(made(full, user, password, "ournonce", binding)).conversation
    assert next(conversation) == first.encode()
    request = conversation.send(server_first.encode())
    assert isinstance(request, NeedSaltedPassword)
    assert conversation.send(derive(request)) == other.get_client_final().encode()


def test_the_key_is_what_pbkdf2_gives() -> None:
    parameters = made("SCRAM-SHA-256", "user", "p\u00e4ss\u00adwort", "rOprNGfwEbeRWgbNEkqO")
    conversation = scram(parameters).conversation
    next(conversation)
    request = conversation.send(VECTORS["RFC 7677 section 3"][5].encode())
    assert isinstance(request, NeedSaltedPassword)
    # Prepared, so that a cache by password has one entry for it.
    assert request == NeedSaltedPassword(
        "SCRAM-SHA-256", "sha256", "p\u00e4sswort", b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096
    )
    assert request.hash_name in hashlib.algorithms_guaranteed


def test_a_nonce_that_would_break_the_message_is_refused() -> None:
    for nonce in ("", "a,b", "ä", "a b"):
        with pytest.raises(ValueError, match="nonce"):
            made("SCRAM-SHA-1", "user", "pencil", nonce)
