"""Content-IDs that name the bytes they stand for: ``sha1+<hex>@bob.xmpp.org`` (XEP-0231 sections 2.4 and 2.6)."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

__all__ = ["ALGORITHMS", "can_check", "fits", "make_cid"]


class _Hash(Protocol):
    def hexdigest(self) -> str: ...


def _blake2b(size: int) -> Callable[[bytes], _Hash]:
    return lambda data: hashlib.blake2b(data, digest_size=size)


def _sha1(data: bytes) -> _Hash:
    # It names bytes and signs nothing; systems with a policy against SHA-1 have to be told so.
    return hashlib.sha1(data, usedforsecurity=False)


# The names of IANA's registry and of XEP-0300 section 4; "sha1" is the label that XEP-0231 section 2.6 keeps
# for historical reasons. MD2, MD5 and the SHAKEs, whose length a peer would choose, prove nothing and are
# left out.
ALGORITHMS: Mapping[str, Callable[[bytes], _Hash]] = MappingProxyType(
    {
        "sha1": _sha1,
        "sha-1": _sha1,
        "sha-224": hashlib.sha224,
        "sha-256": hashlib.sha256,
        "sha-384": hashlib.sha384,
        "sha-512": hashlib.sha512,
        "sha3-256": hashlib.sha3_256,
        "sha3-512": hashlib.sha3_512,
        "blake2b-256": _blake2b(32),
        "blake2b-512": _blake2b(64),
    }
)

# How programs also spell them.
_ALIASES = {
    "sha-1": "sha1",
    "sha224": "sha-224",
    "sha256": "sha-256",
    "sha384": "sha-384",
    "sha512": "sha-512",
}

# Only under this domain is what stands before it known to be a hash.
_CID = re.compile(r"([a-z0-9-]{1,16})\+([0-9a-fA-F]{1,256})@bob\.xmpp\.org")


def make_cid(data: bytes, algo: str = "sha1") -> str:
    """The Content-ID of these bytes.

    :param algo: a name of IANA's registry or of XEP-0300, such as ``sha-256``.
    :raises ValueError: no such algorithm is used for this.
    """
    name = _ALIASES.get(algo.lower(), algo.lower())
    function = ALGORITHMS.get(name)
    if function is None:
        raise ValueError(f"no cid is made with {algo!r}; give one of {', '.join(ALGORITHMS)}")
    return f"{name}+{function(data).hexdigest()}@bob.xmpp.org"


def can_check(cid: str) -> bool:
    """Whether the cid names bytes by a hash that is computed here."""
    found = _CID.fullmatch(cid)
    return found is not None and found[1] in ALGORITHMS


def fits(cid: str, data: bytes) -> bool | None:
    """Whether the bytes are those of the cid; None when the cid does not tell."""
    found = _CID.fullmatch(cid)
    function = ALGORITHMS.get(found[1]) if found is not None else None
    if found is None or function is None:
        return None
    return hmac.compare_digest(function(data).hexdigest(), found[2].lower())
