"""What the server keeps of a password."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

__all__ = ["SCRAM_HASHES", "Credentials", "ScramKeys", "scram_keys"]

# Mechanism (RFC 5802, RFC 7677, and SHA-512 in their manner) to the name that hashlib has for its hash.
SCRAM_HASHES = {"SCRAM-SHA-512": "sha512", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}


@dataclass(frozen=True, slots=True)
class ScramKeys:
    """What a server stores for SCRAM (RFC 5802 section 3): neither key gives the password back."""

    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)


def scram_keys(hash_name: str, password: str, salt: bytes, iterations: int) -> ScramKeys:
    """Compute the two keys of SCRAM from a password that is prepared already."""
    salted = hashlib.pbkdf2_hmac(hash_name, password.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", hash_name)
    return ScramKeys(
        stored_key=hashlib.new(hash_name, client_key).digest(),
        server_key=hmac.digest(salted, b"Server Key", hash_name),
    )


class Credentials:
    """The password of one account; the keys of a SCRAM hash are computed once, when they are first needed.

    :param password: as prepared by SASLprep (RFC 4013).
    :param iterations: of PBKDF2; what the clients are told.
    """

    __slots__ = ("_keys", "_password", "iterations", "salt")

    def __init__(self, password: str, iterations: int) -> None:
        self._password = password
        self._keys: dict[str, ScramKeys] = {}
        self.iterations = iterations
        self.salt = secrets.token_bytes(16)

    @property
    def password(self) -> str:
        """The password, as prepared."""
        return self._password

    def keys(self, hash_name: str) -> ScramKeys:
        """Give the keys for a hash, by the name that hashlib has for it."""
        keys = self._keys.get(hash_name)
        if keys is None:
            keys = self._keys[hash_name] = scram_keys(hash_name, self._password, self.salt, self.iterations)
        return keys

    def check(self, password: str) -> bool:
        """Tell whether this is the password, in a time that does not depend on where it differs."""
        return hmac.compare_digest(self._password.encode(), password.encode())
