"""The hash functions of XEP-0300 section 3 by their names, and which of them vouch for bytes (XEP-0414 section 5)."""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

__all__ = ["ANNOUNCED", "FUNCTIONS", "Hasher", "function_name", "new_hash", "vouches"]


class Hasher(Protocol):
    """What takes bytes and gives a digest."""

    def update(self, data: bytes, /) -> object:
        """Take more bytes."""
        ...

    def digest(self) -> bytes:
        """Give the digest of all that was taken."""
        ...


def _sha1() -> Hasher:
    # It names bytes and vouches for none; systems with a policy against SHA-1 have to be told so.
    return hashlib.sha1(usedforsecurity=False)


def _blake2b(size: int) -> Callable[[], Hasher]:
    return lambda: hashlib.blake2b(digest_size=size)


# MD2, MD4 and MD5 "MUST NOT" be used (XEP-0414 section 5); the SHAKEs have no length of their own.
FUNCTIONS: Final[Mapping[str, Callable[[], Hasher]]] = MappingProxyType(
    {
        "sha-1": _sha1,
        "sha-224": hashlib.sha224,
        "sha-256": hashlib.sha256,
        "sha-384": hashlib.sha384,
        "sha-512": hashlib.sha512,
        "sha3-224": hashlib.sha3_224,
        "sha3-256": hashlib.sha3_256,
        "sha3-384": hashlib.sha3_384,
        "sha3-512": hashlib.sha3_512,
        "blake2b-160": _blake2b(20),
        "blake2b-256": _blake2b(32),
        "blake2b-384": _blake2b(48),
        "blake2b-512": _blake2b(64),
    }
)

# The registry of section 9.3 and examples of other XEPs call BLAKE2 so; programs leave hyphens out.
_ALIASES: Final = {
    **{f"id-{name.replace('-', '', 1)}": name for name in FUNCTIONS if name.startswith("blake2b")},
    **{name.replace("-", "", 1): name for name in FUNCTIONS if name.startswith("sha-")},
}

# "The hash value of the algorithm with the most security confidence" (XEP-0414 section 3) is one of those that it
# recommends; shorter ones and SHA-1, which "SHOULD NOT" be used, do not say that a file is the right one.
_WEAK: Final = frozenset({"sha-1", "sha-224", "sha3-224", "blake2b-160"})

#: What is said to be supported: all that XEP-0414 section 5 recommends.
ANNOUNCED: Final = (
    *("sha-256", "sha-512", "sha3-256", "sha3-512"),
    *("blake2b-256", "blake2b-512", "id-blake2b256", "id-blake2b512"),
)


def function_name(name: str) -> str | None:
    """The name of a hash function as section 3 has it; None where it is not known here."""
    plain = name.strip().lower()
    plain = _ALIASES.get(plain, plain)
    return plain if plain in FUNCTIONS else None


def new_hash(name: str) -> Hasher:
    """Begin a hash.

    :raises ValueError: there is no such function here.
    """
    known = function_name(name)
    if known is None:
        raise ValueError(f"there is no hash function {name!r} here; give one of {', '.join(FUNCTIONS)}")
    return FUNCTIONS[known]()


def vouches(name: str) -> bool:
    """Whether the hash function is known, and good enough to tell the right bytes from others."""
    known = function_name(name)
    return known is not None and known not in _WEAK
