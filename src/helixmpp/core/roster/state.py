"""What is known of one contact: name, groups, subscription. No sending and no presence here."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, TypeVar, overload

from helixmpp.core.roster.types import RosterState
from helixmpp.jid import JID

__all__ = ["ItemState", "subscription_of"]

T = TypeVar("T")

# What programs assign to a flag by its key, besides booleans.
_TRUE: Final = (True, 1, "1", "true", "True")

_FLAGS: Final = ("from", "to", "pending_in", "pending_out", "whitelisted", "approved")
_SUBSCRIPTIONS: Final = {
    "none": (False, False),
    "to": (False, True),
    "from": (True, False),
    "both": (True, True),
}
_NAMES: Final = {(from_, to): name for name, (from_, to) in _SUBSCRIPTIONS.items()}


def subscription_of(name: str) -> tuple[bool, bool] | None:
    """The directions ``(from, to)`` of a subscription (RFC 6121 section 2.1.2.5), None for no such name."""
    return _SUBSCRIPTIONS.get(name)


class _Part(Generic[T]):
    """A part of the state; given a true value it makes a passing item one of the roster."""

    __slots__ = ("_slot",)

    def __set_name__(self, owner: type, name: str) -> None:
        self._slot = f"_{name.rstrip('_')}"

    @overload
    def __get__(self, item: None, owner: type) -> "_Part[T]": ...
    @overload
    def __get__(self, item: "ItemState", owner: type) -> T: ...
    def __get__(self, item: "ItemState | None", owner: type) -> "_Part[T] | T":
        if item is None:
            return self
        value: T = getattr(item, self._slot)
        return value

    def __set__(self, item: "ItemState", value: T) -> None:
        setattr(item, self._slot, value)
        if value:
            item.keep()


class ItemState:
    """The state of a roster item, by typed attributes and by slixmpp's keys (``item["subscription"]``)."""

    __slots__ = (
        "_approved",
        "_from",
        "_groups",
        "_name",
        "_pending_out",
        "_to",
        "_whitelisted",
        "bare",
        "kept",
        "pending_in",
    )

    #: The handle that we gave the contact.
    name = _Part[str]()
    #: Whether the contact sees our presence.
    from_ = _Part[bool]()
    #: Whether we see the contact's presence.
    to = _Part[bool]()
    #: Whether our request for a subscription waits for the contact's answer.
    pending_out = _Part[bool]()
    #: Whether a request of the contact would be granted without asking (RFC 6121 section 3.4).
    approved = _Part[bool]()
    #: Whether requests of the contact are granted whatever ``auto_authorize`` says; nobody is told of it.
    whitelisted = _Part[bool]()

    def __init__(self, bare: str) -> None:
        #: The contact's bare address, as a string.
        self.bare = bare
        #: Whether this is an item of the roster; else it is of a stranger, and forgotten sooner or later.
        self.kept = False
        #: Whether the contact's request for a subscription waits for our answer. Anybody can send one: it
        #: alone makes nobody an item of the roster.
        self.pending_in = False
        self._name = ""
        self._groups: tuple[str, ...] = ()
        self._from = False
        self._to = False
        self._pending_out = False
        self._approved = False
        self._whitelisted = False

    def keep(self) -> None:
        """Make it an item of the roster."""
        self.kept = True

    @property
    def jid(self) -> JID:
        """The contact's bare address."""
        return JID.parse(self.bare)

    @property
    def groups(self) -> list[str]:
        """The names of the groups it is in: a copy, so assign to change them."""
        return list(self._groups)

    @groups.setter
    def groups(self, value: Iterable[str] | None) -> None:
        if isinstance(value, str):
            raise TypeError(f"groups are several names: give [{value!r}]")
        self._groups = tuple(dict.fromkeys(value or ()))
        if self._groups:
            self.keep()

    @property
    def subscription(self) -> str:
        """``none``, ``to``, ``from`` or ``both`` (RFC 6121 section 2.1.2.5)."""
        return _NAMES[self._from, self._to]

    @subscription.setter
    def subscription(self, value: str) -> None:
        directions = _SUBSCRIPTIONS.get(value)
        if directions is None:
            raise ValueError(f"a subscription is one of {', '.join(_SUBSCRIPTIONS)}, not {value!r}")
        self.from_, self.to = directions

    @property
    def ask(self) -> str:
        """``subscribe`` while our request waits for an answer (RFC 6121 section 2.1.2.2), or nothing."""
        return "subscribe" if self._pending_out else ""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to remember."""
        return not (
            self._name
            or self._groups
            or self._from
            or self._to
            or self._pending_out
            or self._approved
            or self._whitelisted
            or self.pending_in
        )

    def put(
        self, name: str, groups: tuple[str, ...], *, from_: bool, to: bool, pending_out: bool, approved: bool
    ) -> bool:
        """Take over what the server says of it; only the server's own parts change. Whether anything did."""
        before = (self._name, self._groups, self._from, self._to, self._pending_out, self._approved)
        self._name = name
        self._groups = groups
        self._from = from_
        self._to = to
        self._pending_out = pending_out
        self._approved = approved
        answered = from_ and self.pending_in
        if answered:
            self.pending_in = False
        return answered or before != (name, groups, from_, to, pending_out, approved)

    def clear_put(self) -> None:
        """Forget what the server said of it; our own settings stay."""
        self.put("", (), from_=False, to=False, pending_out=False, approved=False)

    def clear(self) -> None:
        """Forget everything."""
        self.clear_put()
        self.pending_in = self._whitelisted = False

    # -- as slixmpp's programs and backends see it ---------------------------------------------------

    def state(self) -> RosterState:
        """Everything, as a backend keeps it."""
        return {
            "name": self._name,
            "groups": list(self._groups),
            "from": self._from,
            "to": self._to,
            "pending_in": self.pending_in,
            "pending_out": self._pending_out,
            "whitelisted": self._whitelisted,
            "approved": self._approved,
            "subscription": self.subscription,
        }

    def short_state(self) -> dict[str, object]:
        """What of it is not empty, and said only once: :meth:`restore` takes it over into a new item."""
        return {key: value for key, value in self.state().items() if value and key != "subscription"}

    def restore(self, state: Mapping[str, object]) -> None:
        """Take over what a backend kept; what it left out stays as it is."""
        for key in ("name", "groups", *_FLAGS):
            if key in state:
                self[key] = state[key]

    def __getitem__(self, key: str) -> Any:
        """A part by its key: ``name``, ``groups``, ``subscription``, ``ask`` or a flag such as ``from``."""
        if key not in _KEYS:
            raise KeyError(key)
        return getattr(self, "from_" if key == "from" else key)

    def __setitem__(self, key: str, value: Any) -> None:
        """Change a part by its key; only here, in memory."""
        if key not in _KEYS or key == "ask":
            raise KeyError(key)
        if key in _FLAGS:
            value = value in _TRUE
        elif key == "name":
            value = str(value or "")
        setattr(self, "from_" if key == "from" else key, value)

    def __contains__(self, key: object) -> bool:
        return key in _KEYS

    def get(self, key: str, default: Any = None) -> Any:
        """A part by its key, or ``default`` when there is no such key."""
        return self[key] if key in _KEYS else default

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.bare}: {self.subscription}>"


_KEYS: Final = frozenset(("name", "groups", "subscription", "ask", *_FLAGS))
