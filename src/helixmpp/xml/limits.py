"""How much of a peer's XML is taken."""

from dataclasses import dataclass
from typing import Final

__all__ = ["DEFAULT_LIMITS", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one stanza from the peer may be; what exceeds it ends the stream (``policy-violation``).

    They are counted while the bytes arrive: a stanza that is too large is never built.

    :param max_stanza_size: bytes of one top-level element, from its ``<`` to its last ``>``; at least 10,000
        are needed to speak with any server (RFC 6120 section 13.12).
    :param max_depth: how deep elements nest; a stanza itself has depth 1.
    :param max_attributes: attributes of one element, its namespace declarations included.
    :param max_children: child elements of one element.
    :param max_owed_size: bytes of an answer that the own server owes us, such as the roster, while it is
        awaited; such an answer may have any number of children.
    :param max_tree_size: bytes of memory that the elements of one stanza take, by a cautious estimate (see
        :mod:`helixmpp.xml.weight`); many tiny elements cost far more memory than their text. An answer that
        is owed may take as many times more as its bytes may be.
    :raises ValueError: a limit below 1.
    """

    max_stanza_size: int = 1_048_576
    max_depth: int = 100
    max_attributes: int = 100
    max_children: int = 10_000
    max_owed_size: int = 33_554_432
    max_tree_size: int = 6_000_000

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")


DEFAULT_LIMITS: Final = Limits()
