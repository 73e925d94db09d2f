"""A store of py-key-value-aio as it is used here: JSON documents under names of letters, digits and dots."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from helixmpp.core.engines import AsyncStore
from helixmpp.errors import StorageError

__all__ = ["Documents", "Locks", "decode", "encode", "name_of"]

T = TypeVar("T")

_COLLECTION = "helixmpp"


class Documents:
    """The documents of a store, with a time limit, and with one kind of error.

    :param timeout: seconds for one operation; None: without end.
    """

    def __init__(self, store: AsyncStore, timeout: float | None) -> None:
        self._store = store
        self._timeout = timeout
        self.locks = Locks()

    async def get(self, name: str) -> dict[str, Any] | None:
        """The document of a name."""
        (found,) = await self.get_many([name])
        return found

    async def get_many(self, names: Sequence[str]) -> list[dict[str, Any] | None]:
        """The documents of some names."""
        return await self._do(self._store.get_many(names, collection=_COLLECTION))

    async def put(self, name: str, document: Mapping[str, Any], ttl: float | None = None) -> None:
        """Put a document, for ``ttl`` seconds."""
        await self._do(self._store.put(name, document, collection=_COLLECTION, ttl=ttl))

    async def put_many(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Put several documents; some of them may be there when this fails."""
        await self._do(
            self._store.put_many(list(documents), list(documents.values()), collection=_COLLECTION)
        )

    async def delete(self, names: Sequence[str]) -> None:
        """Forget documents, which need not be there."""
        await self._do(self._store.delete_many(names, collection=_COLLECTION))

    async def _do(self, awaitable: Awaitable[T]) -> T:
        limit = asyncio.timeout(self._timeout)
        name = type(self._store).__name__
        try:
            async with limit:
                return await awaitable
        except StorageError:
            raise
        except Exception as error:
            if limit.expired():
                raise StorageError(f"{name} did not answer within {self._timeout:g} seconds") from error
            # What a store raises is its own: nothing is known of it here.
            raise StorageError(f"{name}: {type(error).__name__}: {str(error)[:300]}") from error


class Locks:
    """Locks by name, of the event loop that is running; a program may run one after the other."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncGenerator[None]:
        """Be the only one of this process under this name."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._locks = loop, {}
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            yield


def name_of(*parts: str) -> str:
    """A name that is made of texts of any kind."""
    digests = (hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest() for part in parts)
    return hashlib.sha256(b"".join(digests)).hexdigest()[:40]


def encode(data: bytes | str) -> str:
    """Bytes, or a text that no store has to understand, for a document."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    return base64.b64encode(data).decode("ascii")


def decode(text: object) -> bytes:
    """The bytes again.

    :raises StorageError: somebody else changed the document.
    """
    try:
        if isinstance(text, str):
            return base64.b64decode(text, validate=True)
    except binascii.Error:
        pass
    raise StorageError("a document in the store has no bytes where it should")
