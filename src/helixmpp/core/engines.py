"""What a storage engine is, and how one is found by its URL.

Plugins write their default store over a :class:`KeyValue`; the engines themselves stand in
:mod:`helixmpp.storage`, a rank above, and are found by the scheme of a URL. Only names are known here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from helixmpp.errors import StorageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["Engine", "KeyValue", "check_storage", "engine_for"]


class KeyValue(Protocol):
    """One collection of one account: bytes under string keys, each with an age in seconds.

    What has expired is never given back. A full collection makes room by dropping what was used least recently.
    """

    async def get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none or it has expired."""
        ...

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        ...

    async def delete(self, key: str) -> bool:
        """Forget a key; whether there was one."""
        ...

    async def keys(self) -> list[str]:
        """Every key that has not expired."""
        ...


@runtime_checkable
class Engine(Protocol):
    """A place that holds the collections of many accounts, apart from each other."""

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> KeyValue:
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        ...

    async def close(self) -> None:
        """Write what is still to be written and let go of files and connections."""
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
}


def check_storage(storage: object) -> None:
    """Refuse a ``storage=`` that :func:`engine_for` could only refuse later; opens and imports nothing of it.

    :raises StorageError: no engine answers to the scheme of the URL.
    :raises TypeError: it is neither a URL nor an :class:`Engine`.
    """
    if storage is None:
        return
    if isinstance(storage, str):
        scheme = _scheme(storage)
        if scheme not in SCHEMES and _entry_point(scheme) is None:
            raise _no_engine(storage)
    elif isinstance(storage, type) or not isinstance(storage, Engine):
        what = storage.__name__ if isinstance(storage, type) else type(storage).__name__
        raise TypeError(
            f"storage is a URL such as 'file:///var/lib/bot', an Engine object or None, not {what}"
        )


def engine_for(storage: "str | Engine | None") -> Engine:
    """The engine that ``storage=`` names.

    :param storage: a URL (``file:///var/lib/bot``, ``memory://``), an :class:`Engine`, or None for memory.
    :raises StorageError: no engine answers to the scheme, or it cannot be opened.
    """
    if storage is None:
        storage = "memory://"
    if not isinstance(storage, str):
        return storage
    return _factory(storage)(storage)


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


def _entry_point(scheme: str) -> "EntryPoint | None":
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
    module, _, attribute = place.partition(":")
    found: EngineFactory = getattr(import_module(module), attribute)
    return found
