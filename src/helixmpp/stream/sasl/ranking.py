"""The SASL mechanisms there are, the best first. The order is fixed: no server and no setting changes it.

Why this order:

* EXTERNAL sends no secret at all, and is there only when a client certificate is configured.
* Every mechanism with channel binding (``-PLUS``) comes before every one without. Who holds a wrongly issued
  certificate can stand between us and the server, and only channel binding finds him (RFC 5802 section 6).
  The hash counts less: SCRAM uses it within HMAC and PBKDF2, where not even SHA-1 is known to be weak
  (RFC 6194 section 3), and a short password is found by trying with any of them.
* Then the stronger hash (RFC 7677 section 4), because trying passwords costs more with it.
* PLAIN hands the password over, and is used under TLS only.
* ANONYMOUS proves nothing, and is used only when asked for.
"""

from typing import Final

__all__ = ["RANKING", "SCRAM_HASHES", "rank"]

# The hash of each SCRAM mechanism, by the name that hashlib has for it.
SCRAM_HASHES: Final = {"SCRAM-SHA-512": "sha512", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}

RANKING: Final[tuple[str, ...]] = (
    "EXTERNAL",
    *(f"{name}-PLUS" for name in SCRAM_HASHES),
    *SCRAM_HASHES,
    "PLAIN",
    "ANONYMOUS",
)


def rank(mechanism: str) -> int:
    """The place in the ranking; 0 is the best. What is not known comes behind everything."""
    return RANKING.index(mechanism) if mechanism in RANKING else len(RANKING)
