"""What the roster tells, as plain types: the presence of a resource, the state of an item, a backend."""

from collections.abc import Iterable
from typing import Any, Final, Protocol, TypedDict

__all__ = ["SHOWS", "Backend", "ResourceDict", "RosterState"]

#: The values of ``<show/>`` (RFC 6121 section 4.7.2.1); none of them means simply available.
SHOWS: Final = frozenset({"away", "chat", "dnd", "xa"})


class ResourceDict(TypedDict):
    """The presence of one resource (RFC 6121 section 4.7.2)."""

    status: str
    show: str
    priority: int


# "from" is a keyword of Python: this form is the one that can have it as a key.
RosterState = TypedDict(
    "RosterState",
    {
        "name": str,
        "groups": list[str],
        "from": bool,
        "to": bool,
        "pending_in": bool,
        "pending_out": bool,
        "whitelisted": bool,
        "approved": bool,
        "subscription": str,
        "removed": bool,
    },
    total=False,
)
"""The state of one roster item as a backend keeps it; ``removed`` says that it is to be forgotten."""


class Backend(Protocol):
    """Where a program keeps roster items; given to ``set_backend``.

    ``db_state`` is a dictionary that belongs to the backend: the same one at each call about the same item.
    The roster itself never looks into it.
    """

    def load(self, owner_jid: str, jid: str, db_state: dict[str, Any]) -> RosterState | None:
        """The state of the item ``jid`` in the roster of ``owner_jid`` (bare addresses), or None."""
        ...

    def save(self, owner_jid: str, jid: str, item_state: RosterState, db_state: dict[str, Any]) -> object:
        """Keep the state of an item, or forget the item when ``item_state["removed"]`` is set."""
        ...

    def entries(self, owner_jid: str | None = None, db_state: dict[str, Any] | None = None) -> Iterable[str]:
        """The bare addresses of the owner's items; without an owner, of all owners."""
        ...
