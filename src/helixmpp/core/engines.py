"""What a storage engine is, and how one is found by its URL.

Two shapes hold everything: values under keys, each with an age (:class:`KeyValue`), and an ordered log
(:class:`Log`). Plugins write their default store over these; the engines themselves stand in
:mod:`helixmpp.storage`, a rank above, and are found by the scheme of a URL. Only names are known here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from importlib import import_module
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol, SupportsFloat, runtime_checkable

from helixmpp.errors import StorageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from helixmpp.core.stored_entries import Entry, LogEntry, LogState, ValueEntry

__all__ = [
    "AsyncStore",
    "Engine",
    "Entry",
    "KeyValue",
    "Log",
    "LogEntry",
    "LogState",
    "StorageFull",
    "StoredState",
    "ValueEntry",
    "check_storage",
    "engine_for",
    "stored_state",
]

_ENTRIES = ("Entry", "LogEntry", "LogState", "ValueEntry")


def __getattr__(name: str) -> Any:
    if name not in _ENTRIES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from helixmpp.core import stored_entries  # noqa: PLC0415 - for who exports or imports what is stored

    return getattr(stored_entries, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class StorageFull(StorageError):
    """A log has no room for what was to be appended; nothing of it was."""


class KeyValue(Protocol):
    """One collection of one account: bytes under string keys, each with an age in seconds.

    What has expired is never given back. A full collection makes room by dropping what was used least recently.
    """

    def get(self, key: str) -> Awaitable[bytes | None]:
        """The value of a key, or None when there is none or it has expired."""
        ...

    def put(self, key: str, value: bytes, max_age: float | None = None) -> Awaitable[None]:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        ...

    def delete(self, key: str) -> Awaitable[bool]:
        """Forget a key; whether there was one."""
        ...

    def keys(self) -> Awaitable[list[str]]:
        """Every key that has not expired."""
        ...


class Log(Protocol):
    """An ordered log of one account: bytes under numbers that grow by one and are never used again.

    Nothing is dropped by itself: what is here stays until :meth:`drop`, also over a restart where the engine
    outlives one.
    """

    def append(self, values: Sequence[bytes]) -> Awaitable[int]:
        """Put values at the end, all of them or none, and give the number of the last one.

        The first number of a log is 1. Of no values nothing is put, and the last number so far is given (0
        for none). Once this returns, the values are where the engine keeps things: on the disk, in the
        database.

        :raises StorageFull: the log would hold more than its limit.
        :raises StorageError: a value is too large, or it could not be kept.
        :raises TypeError: a value is not bytes.
        """
        ...

    def read(self, after: int = 0, limit: int = 1000) -> Awaitable[list[tuple[int, bytes]]]:
        """At most ``limit`` values behind the number ``after``, with their numbers, in order."""
        ...

    def drop(self, up_to: int) -> Awaitable[None]:
        """Forget every value up to this number; a number larger than the last one forgets all."""
        ...

    def size(self) -> Awaitable[int]:
        """How many values it holds."""
        ...


@runtime_checkable
class Engine(Protocol):
    """A place that holds the collections and logs of many accounts, apart from each other."""

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> KeyValue:
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        ...

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> Log:
        """The log ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        ...

    def entries(self) -> AsyncIterator[Entry]:
        """Everything that is kept and has not expired, of all accounts."""
        ...

    def restore(self, entries: Iterable[Entry]) -> Awaitable[int]:
        """Put what :meth:`entries` of any engine gave.

        A value that is here under its key is replaced, and so is a log as a whole, its next number too. Limits
        are those of whoever opens a collection: none is asked about here. All or nothing, on an engine that
        has transactions. Nobody else should use what is restored meanwhile.

        :returns: how many values were put.
        :raises StorageError: a key is too long, a log's entries are out of order, or they could not be kept.
        """
        ...

    def close(self) -> Awaitable[None]:
        """Write what is still to be written and let go of files and connections."""
        ...


@runtime_checkable
class AsyncStore(Protocol):
    """What is used here of an ``AsyncKeyValue`` of py-key-value-aio: JSON documents under names."""

    def get_many(
        self, keys: Sequence[str], *, collection: str | None = None
    ) -> Awaitable[list[dict[str, Any] | None]]:
        """The documents under these names."""
        ...

    def put(
        self,
        key: str,
        value: Mapping[str, Any],
        *,
        collection: str | None = None,
        ttl: SupportsFloat | None = None,
    ) -> Awaitable[None]:
        """Put a document, for ``ttl`` seconds."""
        ...

    def put_many(
        self,
        keys: Sequence[str],
        values: Sequence[Mapping[str, Any]],
        *,
        collection: str | None = None,
        ttl: SupportsFloat | None = None,
    ) -> Awaitable[None]:
        """Put several documents."""
        ...

    def delete_many(self, keys: Sequence[str], *, collection: str | None = None) -> Awaitable[int]:
        """Forget documents."""
        ...


class StoredState(Protocol):
    """All that an engine keeps for one account, to be carried elsewhere."""

    async def export(self, path: str | PathLike[str] | None = None) -> bytes:
        """Everything as JSON lines; nothing where they were written to a file."""
        ...

    async def import_(self, source: bytes | str | PathLike[str]) -> int:
        """Take over JSON lines, or a file of them; how many values they were."""
        ...


class EngineFactory(Protocol):
    """What an entry point of the group ``helixmpp.storage`` names."""

    def __call__(self, url: str, /) -> Engine:
        """An engine for this URL."""
        ...


# Scheme of the URL -> "module:attribute" of the factory. Others come from entry points.
SCHEMES = {
    "memory": "helixmpp.storage.memory:engine",
    "file": "helixmpp.storage.folder:engine",
    "sqlite": "helixmpp.storage.sql:engine",
    "postgresql": "helixmpp.storage.sql:engine",
    "postgres": "helixmpp.storage.sql:engine",
    "mysql": "helixmpp.storage.sql:engine",
    "mariadb": "helixmpp.storage.sql:engine",
    "redis": "helixmpp.storage.redis:engine",
    "rediss": "helixmpp.storage.redis:engine",
    "valkey": "helixmpp.storage.redis:engine",
    "valkeys": "helixmpp.storage.redis:engine",
}


# The factory for an AsyncKeyValue of py-key-value-aio: an object, not a URL.
_KEY_VALUE = "helixmpp.storage.keyvalue:engine"
_CARRIER = "helixmpp.storage.carrying:Storage"


def check_storage(storage: object) -> None:
    """Refuse a ``storage=`` that :func:`engine_for` could only refuse later; opens and imports nothing of it.

    :raises StorageError: no engine answers to the scheme of the URL.
    :raises TypeError: it is neither a URL nor an :class:`Engine`, nor an ``AsyncKeyValue``.
    """
    if storage is None:
        return
    if isinstance(storage, str):
        scheme = _scheme(storage)
        if scheme not in SCHEMES and _entry_point(scheme) is None:
            raise _no_engine(storage)
    elif isinstance(storage, type) or not isinstance(storage, Engine | AsyncStore):
        what = storage.__name__ if isinstance(storage, type) else type(storage).__name__
        raise TypeError(
            f"storage is a URL such as 'file:///var/lib/bot', an Engine, an AsyncKeyValue or None, not {what}"
        )


def engine_for(storage: str | Engine | AsyncStore | None) -> Engine:
    """The engine that ``storage=`` names.

    :param storage: a URL (``file:///var/lib/bot``, ``memory://``), an :class:`Engine`, an ``AsyncKeyValue`` of
        py-key-value-aio, or None for memory.
    :raises StorageError: no engine answers to the scheme, or it cannot be opened.
    :raises TypeError: it is none of these.
    """
    check_storage(storage)
    if isinstance(storage, Engine):
        return storage
    if storage is None or isinstance(storage, str):
        url = storage or "memory://"
        return _factory(url)(url)
    of_store: Callable[[AsyncStore], Engine] = _load(_KEY_VALUE)
    return of_store(storage)


def stored_state(engine: Engine, account: str) -> StoredState:
    """All that an engine keeps for an account."""
    make: Callable[[Engine, str], StoredState] = _load(_CARRIER)
    return make(engine, account)


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


def _entry_point(scheme: str) -> EntryPoint | None:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to load, and rarely needed

    return next(iter(entry_points(group="helixmpp.storage", name=scheme)), None)


def _no_engine(url: str) -> StorageError:
    known = ", ".join(f"{name}://" for name in sorted(SCHEMES))
    # A URL of a database may have a password in it: only its scheme is repeated.
    return StorageError(
        f"no storage engine for the scheme {_scheme(url)[:40]!r}: give one of {known} or an Engine object"
    )


def _factory(url: str) -> EngineFactory:
    place = SCHEMES.get(_scheme(url))
    if place is None:
        point = _entry_point(_scheme(url))
        if point is None:
            raise _no_engine(url)
        factory: EngineFactory = point.load()
        return factory
    found: EngineFactory = _load(place)
    return found


def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
