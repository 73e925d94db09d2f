"""The server's side of SASL: SCRAM with and without channel binding, PLAIN and ANONYMOUS.

Each mechanism is a generator: it is sent what the client says and yields the challenges; what it returns is
the account. It raises :class:`Refused` where RFC 6120 section 6.5 has a condition for what went wrong.
"""

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from helixmpp.errors import HelixError, InvalidJID
from helixmpp.jid import JID
from helixmpp.stream.sasl.saslprep import saslprep
from helixmpp.testing.credentials import SCRAM_HASHES, Credentials

__all__ = ["MECHANISMS", "Exchange", "Refused", "Success", "Verifier", "begin", "decode_base64"]

# In the order in which they are offered: the strongest first.
MECHANISMS = (
    *(f"{name}-PLUS" for name in SCRAM_HASHES),
    *SCRAM_HASHES,
    "PLAIN",
    "ANONYMOUS",
)


class Refused(HelixError):
    """The authentication failed; ``condition`` is the one of RFC 6120 section 6.5."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


@dataclass(frozen=True, slots=True)
class Success:
    """Who it is, and the additional data with success (RFC 6120 section 6.4.6)."""

    account: JID
    data: bytes = b""


class Verifier(Protocol):
    """What a mechanism asks of the server."""

    @property
    def server_end_point(self) -> bytes | None:
        """The channel binding tls-server-end-point (RFC 5929), or None when it is not offered."""
        ...

    def account_of(self, username: str) -> JID | None:
        """Give the address of the account that a SASL user name stands for, or None when it makes none."""
        ...

    def credentials_of(self, account: JID) -> Credentials:
        """Give what is known of its password; for an account that does not exist, something none fits."""
        ...

    def new_anonymous(self) -> JID:
        """Make an account for one session."""
        ...

    def nonce(self) -> str:
        """Give printable ASCII characters without a comma that nobody can guess."""
        ...


Exchange = Generator[bytes, bytes, Success]


def begin(mechanism: str, verifier: Verifier) -> Exchange:
    """Start the exchange of a mechanism that was offered; the first thing it yields is an empty challenge.

    All mechanisms here are client-first: the empty challenge is sent only to a client that gave no initial
    response.
    """
    exchange = _STARTERS[mechanism](mechanism, verifier)
    next(exchange)
    return exchange


def decode_base64(text: str) -> bytes:
    """Read base64 as RFC 6120 section 6.4 wants it: no other character, ``=`` alone for what is empty."""
    if text == "=":
        return b""
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Refused("incorrect-encoding") from None


def _scram(mechanism: str, verifier: Verifier) -> Exchange:
    """RFC 5802 section 5: client-first, server-first, client-final, server-final."""
    hash_name = SCRAM_HASHES[mechanism.removesuffix("-PLUS")]
    first = _text((yield b""))
    flag, comma, rest = first.partition(",")
    authzid, second_comma, first_bare = rest.partition(",")
    if not (comma and second_comma):
        raise Refused("malformed-request")
    binding = _binding(flag, mechanism, verifier)
    attributes = first_bare.split(",")
    # An "m=" before the name is a mandatory extension, and there is none that this server knows.
    if len(attributes) < 2 or not attributes[0].startswith("n=") or not attributes[1].startswith("r="):
        raise Refused("malformed-request")
    account = _authorize(_saslname(attributes[0][2:]), _authzid(authzid), verifier)
    client_nonce = attributes[1][2:]
    if not client_nonce:
        raise Refused("malformed-request")

    credentials = verifier.credentials_of(account)
    nonce = client_nonce + verifier.nonce()
    server_first = f"r={nonce},s={b64encode(credentials.salt).decode()},i={credentials.iterations}"
    final = _text((yield server_first.encode()))

    without_proof, has_proof, proof_text = final.rpartition(",p=")
    fields = without_proof.split(",")
    if not has_proof or len(fields) < 2 or not fields[0].startswith("c=") or not fields[1].startswith("r="):
        raise Refused("malformed-request")
    proof = _inner_base64(proof_text)
    header = f"{flag},{authzid},".encode()
    # The client says both a second time, under its proof: whoever changed one on the way is found here.
    if _inner_base64(fields[0][2:]) != header + binding or fields[1][2:] != nonce:
        raise Refused("not-authorized")
    keys = credentials.keys(hash_name)
    message = f"{first_bare},{server_first},{without_proof}".encode()
    signature = hmac.digest(keys.stored_key, message, hash_name)
    if len(proof) != len(signature):
        raise Refused("malformed-request")
    client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
    if not hmac.compare_digest(hashlib.new(hash_name, client_key).digest(), keys.stored_key):
        raise Refused("not-authorized")
    verification = hmac.digest(keys.server_key, message, hash_name)
    return Success(account, b"v=" + b64encode(verification))


def _binding(flag: str, mechanism: str, verifier: Verifier) -> bytes:
    """Check the gs2-cbind-flag (RFC 5802 section 6) and give the data that the channel is bound to."""
    offered = verifier.server_end_point
    if mechanism.endswith("-PLUS"):
        if flag != "p=tls-server-end-point" or offered is None:
            raise Refused("malformed-request")
        return offered
    if flag == "n":
        return b""
    if flag == "y":
        # The client believes that no -PLUS was offered: if it was, somebody took it out of the list.
        if offered is not None:
            raise Refused("not-authorized")
        return b""
    raise Refused("malformed-request")


def _plain(mechanism: str, verifier: Verifier) -> Exchange:
    """RFC 4616; the stream offers it under TLS only."""
    parts = _text((yield b"")).split("\0")
    if len(parts) != 3 or not parts[1] or not parts[2]:
        raise Refused("malformed-request")
    account = _authorize(parts[1], parts[0], verifier)
    try:
        password = saslprep(parts[2])
    except ValueError:
        raise Refused("not-authorized") from None
    if not verifier.credentials_of(account).check(password):
        raise Refused("not-authorized")
    return Success(account)


def _anonymous(mechanism: str, verifier: Verifier) -> Exchange:
    """RFC 4505: what the client says of itself is for logs, and there is none here."""
    yield b""
    return Success(verifier.new_anonymous())


def _authorize(username: str, authzid: str, verifier: Verifier) -> JID:
    account = verifier.account_of(username)
    if account is None:
        raise Refused("not-authorized")
    if authzid:
        try:
            asked = JID.parse(authzid)
        except InvalidJID:
            raise Refused("invalid-authzid") from None
        if asked != account:  # nobody may act for another here
            raise Refused("invalid-authzid")
    return account


def _authzid(text: str) -> str:
    if not text:
        return ""
    if not text.startswith("a="):
        raise Refused("malformed-request")
    return _saslname(text[2:])


def _saslname(text: str) -> str:
    """Undo ``=2C`` and ``=3D``; any other use of ``=`` is an error (RFC 5802 section 5.1)."""
    plain = text.replace("=2C", ",").replace("=3D", "\0")
    if not plain or "=" in plain:
        raise Refused("malformed-request")
    return plain.replace("\0", "=")


def _inner_base64(text: str) -> bytes:
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Refused("malformed-request") from None


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Refused("malformed-request") from None


_STARTERS: dict[str, Callable[[str, Verifier], Exchange]] = {
    **dict.fromkeys((name for name in MECHANISMS if name.startswith("SCRAM-")), _scram),
    "PLAIN": _plain,
    "ANONYMOUS": _anonymous,
}
