"""SCRAM (RFC 5802, RFC 7677): the client's side, for any hash.

    client                                     server
    n,,n=user,r=ours                    ->
                                        <-     r=ours+theirs,s=salt,i=iterations
    c=biws,r=ours+theirs,p=ClientProof  ->
                                        <-     v=ServerSignature

The server learns that we know the password, and we learn that it knows a key that was made from it; the
password itself is never sent. Whoever is in between can change nothing of it, because both signatures are
over all of the four messages. Where the messages are bound to the channel, he cannot pass them on either
(section 6).

The reading is strict. A message that a correct server does not send is the work of somebody else.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from helixmpp.errors import AuthenticationFailed
from helixmpp.stream.events import NeedSaltedPassword
from helixmpp.stream.sasl.base64 import encode, strict_base64
from helixmpp.stream.sasl.binding import Binding
from helixmpp.stream.sasl.mechanism import Conversation, Mechanism, prepared
from helixmpp.stream.sasl.ranking import SCRAM_HASHES

__all__ = ["Scram", "scram"]

_NONCE: Final = re.compile(r"[!-+\--~]+")  # printable ASCII without the comma
_COUNT: Final = re.compile(r"[1-9][0-9]{0,9}")

# Section 7, server-error-value; what is missing here is for the server's developers.
_SERVER_ERRORS: Final = {
    "invalid-proof": "it refused the password",
    "unknown-user": "it does not know the account",
    "channel-bindings-dont-match": "it sees another TLS certificate than we do: somebody may be in between",
    "server-does-support-channel-binding": "it offered channel binding, and somebody took the offer out",
    "channel-binding-not-supported": "it cannot do the channel binding that it offered",
    "unsupported-channel-binding-type": "it cannot do this type of channel binding",
}


@dataclass(frozen=True, slots=True)
class Scram:
    """What SCRAM is made from.

    :param name: the mechanism, with ``-PLUS`` where the messages are bound to the channel.
    :param offers: what the server's list of mechanisms and channel bindings looked like (XEP-0474): if the
        server says what it was, it must be this.
    """

    name: str
    username: str
    password: str = field(repr=False)
    nonce: str = field(repr=False)
    binding: Binding = field(repr=False)
    offers: str
    min_iterations: int
    max_iterations: int

    def __post_init__(self) -> None:
        if not _NONCE.fullmatch(self.nonce):
            raise ValueError("a nonce is printable ASCII without a comma")

    @property
    def hash_name(self) -> str:
        """The hash, by hashlib's name."""
        return SCRAM_HASHES[self.name.removesuffix("-PLUS")]


def scram(parameters: Scram) -> Mechanism:
    """The client's side of one authentication."""
    return Mechanism(parameters.name, _converse(parameters), challenged=True)


def _converse(this: Scram) -> Conversation:
    username = prepared("user name", this.username, this.name)
    password = prepared("password", this.password, this.name)
    first_bare = f"n={_saslname(username)},r={this.nonce}"
    server_first = _text((yield f"{this.binding.gs2_header}{first_bare}".encode()), this)

    nonce, salt, iterations = _read_server_first(server_first, this)
    salted = yield NeedSaltedPassword(this.name, this.hash_name, password, salt, iterations)

    channel = encode(this.binding.gs2_header.encode() + this.binding.data)
    without_proof = f"c={channel},r={nonce}"
    signed = f"{first_bare},{server_first},{without_proof}".encode()
    client_key = hmac.digest(salted, b"Client Key", this.hash_name)
    stored_key = hashlib.new(this.hash_name, client_key).digest()
    signature = hmac.digest(stored_key, signed, this.hash_name)
    proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    server_final = _text((yield f"{without_proof},p={encode(proof)}".encode()), this)

    server_key = hmac.digest(salted, b"Server Key", this.hash_name)
    expected = hmac.digest(server_key, signed, this.hash_name)
    if not hmac.compare_digest(_read_server_final(server_final, this), expected):
        raise _failure(
            this, "the server could not prove that it knows the password: it is not the right server"
        )


def _read_server_first(message: str, this: Scram) -> tuple[str, bytes, int]:
    """``r=…,s=…,i=…`` in this order, then extensions (section 7); the nonce, the salt and the iterations."""
    attributes = _attributes(message, this)
    if next(iter(attributes)) == "m" or "m" in attributes:
        # Section 5.1: a mandatory extension that is not understood must end the authentication.
        raise _failure(this, "the server demands an extension of SCRAM that is not known")
    if tuple(attributes)[:3] != ("r", "s", "i"):
        raise _malformed(this)
    nonce, salt_text, count = attributes["r"], attributes["s"], attributes["i"]
    if not (_NONCE.fullmatch(nonce) and nonce.startswith(this.nonce) and len(nonce) > len(this.nonce)):
        raise _failure(
            this, "the server did not add to the nonce that it was given: its message may be an old one"
        )
    salt = _base64(salt_text, this)
    if not _COUNT.fullmatch(count):
        raise _malformed(this)
    iterations = int(count)
    if iterations < this.min_iterations:
        raise _failure(
            this,
            f"the server wants {iterations} iterations, and at least {this.min_iterations} are asked for: "
            "so few would let a listener find the password",
            "mechanism-too-weak",
        )
    if iterations > this.max_iterations:
        raise _failure(
            this, f"the server wants {iterations} iterations, and at most {this.max_iterations} are done here"
        )
    told = attributes.get("h")
    if told is not None and not hmac.compare_digest(
        _base64(told, this), hashlib.new(this.hash_name, this.offers.encode()).digest()
    ):
        raise _failure(
            this,
            "the mechanisms that arrived are not those that the server offered (XEP-0474): somebody is there",
        )
    return nonce, salt, iterations


def _read_server_final(message: str, this: Scram) -> bytes:
    """``v=…`` or ``e=…``, then extensions; the server's signature."""
    attributes = _attributes(message, this)
    first, value = next(iter(attributes.items()))
    if first == "e":
        words = _SERVER_ERRORS.get(value)
        raise _failure(
            this, f"the server ended the authentication: {words or 'it gives a reason that is not known'}"
        )
    if first != "v" or "m" in attributes:
        raise _malformed(this)
    return _base64(value, this)


def _attributes(message: str, this: Scram) -> dict[str, str]:
    """The attributes in their order; each a letter, ``=`` and a value (section 5.1); none comes twice."""
    attributes: dict[str, str] = {}
    for part in message.split(","):
        name, equals, value = part[:1], part[1:2], part[2:]
        if not (name.isascii() and name.isalpha()) or equals != "=" or name in attributes or not value:
            raise _malformed(this)
        attributes[name] = value
    return attributes


def _saslname(text: str) -> str:
    """Section 5.1: the comma ends an attribute and is therefore escaped, as is what escapes."""
    return text.replace("=", "=3D").replace(",", "=2C")


def _text(data: bytes, this: Scram) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise _malformed(this) from None
    if "\0" in text:  # section 7: value-char is any but NUL, "=" and ","
        raise _malformed(this)
    return text


def _base64(text: str, this: Scram) -> bytes:
    try:
        return strict_base64(text)
    except ValueError:
        raise _malformed(this) from None


def _failure(this: Scram, reason: str, condition: str = "not-authorized") -> AuthenticationFailed:
    return AuthenticationFailed(reason, condition=condition, mechanism=this.name)


def _malformed(this: Scram) -> AuthenticationFailed:
    return _failure(
        this, "the server's message is not one of SCRAM (RFC 5802 section 7)", "malformed-request"
    )
