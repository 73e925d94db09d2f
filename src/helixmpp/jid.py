"""Addresses: ``local@domain/resource`` (RFC 6122)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NoReturn, final

from helixmpp._jiddomain import prepare_domain
from helixmpp._jidprep import prepare_local, prepare_resource
from helixmpp.errors import InvalidJID

__all__ = ["JID", "InvalidJID"]

# The addresses kept, each with the text that it was read from; long ones are not, so that a stranger who makes up
# addresses cannot fill the memory.
_CACHED: Final = 2048
_MAX_CACHED_TEXT: Final = 256
# Characters of a text that an error repeats.
_SHOWN: Final = 100


@final
class JID:
    """An XMPP address in its normal form: immutable, equal to its string and with the same hash.

    ``JID("Juliet@Example.org/Balcony")`` reads a text; ``JID(local=..., domain=..., resource=...)`` joins parts,
    in which ``@`` and ``/`` do not separate anything. Both are strict: code points that Unicode 3.2 does not
    assign raise :exc:`InvalidJID` ("stored strings" of RFC 3454 section 7). :meth:`parse` reads what a peer sent.

    The local part is in the form of Nodeprep, the resource in that of Resourceprep (RFC 6122), the domain is in
    lower case with U-labels (IDNA 2008) and without a dot at its end. Each part has at most 1023 bytes, the
    domain 253 in its ASCII form. ``JID("")`` is the empty address; it is false.

    A comparison with a string compares with the address that the string stands for; it is false where it
    stands for none. Addresses are ordered as their strings are. XEP-0106 escapes are neither written nor read.

    :param text: an address, or None for the parts.
    :raises InvalidJID: the text or a part makes no address; the message names the text, the part and the reason.
    :raises TypeError: both a text and parts are given.
    """

    __slots__ = ("__weakref__", "_bare", "_domain", "_full", "_local", "_resource")

    _bare: str
    _domain: str
    _full: str
    _local: str
    _resource: str

    def __new__(
        cls, text: str | JID | None = None, *, local: str = "", domain: str = "", resource: str = ""
    ) -> JID:
        """Look the address up, or make it; the arguments are those of the class."""
        if text is None:
            return JID.from_parts(local, domain, resource)
        if local or domain or resource:
            raise TypeError("JID() takes a text or parts, not both")
        if isinstance(text, JID):
            return text
        return cached_strict(text) if len(text) <= _MAX_CACHED_TEXT else _read(text, False)

    @classmethod
    def parse(cls, text: str | JID, *, lenient: bool = True) -> JID:
        """Read an address that a peer sent: lenient, code points that Unicode 3.2 does not assign pass.

        :raises InvalidJID: what even that does not allow.
        """
        if isinstance(text, JID):
            return text
        if not lenient:
            return cls(text)
        return cached_lenient(text) if len(text) <= _MAX_CACHED_TEXT else _read(text, True)

    @classmethod
    def from_parts(
        cls, local: str = "", domain: str = "", resource: str = "", *, lenient: bool = False
    ) -> JID:
        """Join parts to an address; an empty part is left out. ``@`` and ``/`` in a part are no separators.

        :raises InvalidJID: a part is not allowed, or there are parts but no domain.
        """
        try:
            return _join(local or None, domain, resource or None, lenient)
        except InvalidJID as error:
            if lenient:
                raise
            at, slash = "@" if local else "", "/" if resource else ""
            raise _naming(f"{local}{at}{domain}{slash}{resource}", error) from error.__cause__

    @property
    def local(self) -> str:
        """The part before ``@``: the account's or the room's name; ``""`` for a server."""
        return self._local

    user = username = node = local

    @property
    def domain(self) -> str:
        """The name of the server."""
        return self._domain

    host = server = domain

    @property
    def resource(self) -> str:
        """The part behind ``/``: one session of the account, or the nickname in a room; ``""`` for none."""
        return self._resource

    @property
    def bare(self) -> str:
        """``local@domain``, as a string."""
        return self._bare

    @property
    def full(self) -> str:
        """The whole address, as a string; the same as ``str(jid)``."""
        return self._full

    jid = full

    @property
    def bare_jid(self) -> JID:
        """``local@domain``, as an address."""
        if not self._resource:
            return self
        return _build(self._local, self._domain, "")

    @property
    def is_bare(self) -> bool:
        """Whether there is no resource."""
        return not self._resource

    def __str__(self) -> str:
        return self._full

    def __format__(self, spec: str) -> str:
        return format(self._full, spec)

    def __repr__(self) -> str:
        return f"JID({self._full!r})"

    def __bool__(self) -> bool:
        return bool(self._full)

    def __hash__(self) -> int:
        return hash(self._full)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, JID):
            return self._full == other._full
        if isinstance(other, str):
            return self._full == other or self._full == _prepared(other)
        return NotImplemented

    def __lt__(self, other: object) -> bool:
        text = _text_of(other)
        return NotImplemented if text is None else self._full < text

    def __le__(self, other: object) -> bool:
        text = _text_of(other)
        return NotImplemented if text is None else self._full <= text

    def __gt__(self, other: object) -> bool:
        text = _text_of(other)
        return NotImplemented if text is None else self._full > text

    def __ge__(self, other: object) -> bool:
        text = _text_of(other)
        return NotImplemented if text is None else self._full >= text

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a JID does not change; make a new one to change its {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a JID does not change; its {name} cannot be deleted")

    def __copy__(self) -> JID:
        return self

    def __deepcopy__(self, memo: object) -> JID:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return JID.parse, (self._full,)


def _text_of(other: object) -> str | None:
    if isinstance(other, str):
        return other
    return other.full if isinstance(other, JID) else None


def _prepared(text: str) -> str | None:
    try:
        return JID.parse(text).full
    except InvalidJID:
        return None


def _build(local: str, domain: str, resource: str) -> JID:
    jid: JID = object.__new__(JID)
    bare = f"{local}@{domain}" if local else domain
    put = object.__setattr__
    put(jid, "_local", local)
    put(jid, "_domain", domain)
    put(jid, "_resource", resource)
    put(jid, "_bare", bare)
    put(jid, "_full", f"{bare}/{resource}" if resource else bare)
    return jid


def _join(local: str | None, domain: str, resource: str | None, lenient: bool) -> JID:
    if not domain:
        if local is None and resource is None:
            return _EMPTY
        raise InvalidJID("the domain is empty")
    return _build(
        "" if local is None else prepare_local(local, lenient=lenient),
        prepare_domain(domain, lenient=lenient),
        "" if resource is None else prepare_resource(resource, lenient=lenient),
    )


def _read(text: str, lenient: bool) -> JID:
    """Split at the first slash, and what is before it at the first ``@`` (RFC 6122 section 2.1)."""
    bare, slash, resource = text.partition("/")
    local, at, domain = bare.partition("@")
    if not at:
        local, domain = "", bare
    try:
        return _join(local if at else None, domain, resource if slash else None, lenient)
    except InvalidJID as error:
        if lenient:
            raise  # a peer's text is not repeated
        raise _naming(text, error) from error.__cause__


def _naming(text: str, error: InvalidJID) -> InvalidJID:
    """The same error with the address in its message: the program's own text, of which a part will do."""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return InvalidJID(f"{shown!r} is no address: {error}")


@lru_cache(maxsize=_CACHED)
def cached_strict(text: str) -> JID:
    return _read(text, False)


@lru_cache(maxsize=_CACHED)
def cached_lenient(text: str) -> JID:
    return _read(text, True)


_EMPTY: Final = _build("", "", "")
