"""Key-value caches as slixmpp has them in ``slixmpp.util``: in memory, or one file a value.

helixmpp's own plugins do not use these: their state goes where ``storage=`` says. A key may come from the network, so
it is hashed before it names a file; a file that slixmpp wrote is not found under that name.
"""

import logging
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

__all__ = [
    "Cache",
    "FileSystemCache",
    "FileSystemPerJidCache",
    "MemoryCache",
    "MemoryPerJidCache",
    "PerJidCache",
]

log = logging.getLogger(__name__)

#: How many values a cache in memory holds; the least recently used one goes first.
LIMIT: Final = 10_000


class Cache:
    """What programs may derive from: values by key."""

    def retrieve(self, key: str) -> Any:
        """The value, or None."""
        raise NotImplementedError

    def store(self, key: str, value: Any) -> bool:
        """Keep a value; whether that was done."""
        raise NotImplementedError

    def remove(self, key: str) -> bool:
        """Forget a value; whether it is gone now."""
        raise NotImplementedError


class PerJidCache:
    """What programs may derive from: values by address and key."""

    def retrieve_by_jid(self, jid: object, key: str) -> Any:
        """The value, or None."""
        raise NotImplementedError

    def store_by_jid(self, jid: object, key: str, value: Any) -> bool:
        """Keep a value; whether that was done."""
        raise NotImplementedError

    def remove_by_jid(self, jid: object, key: str) -> bool:
        """Forget a value; whether it is gone now."""
        raise NotImplementedError


class MemoryCache(Cache):
    """Values in memory, at most :data:`LIMIT` of them."""

    def __init__(self) -> None:
        self.cache: OrderedDict[Any, Any] = OrderedDict()

    def retrieve(self, key: Any) -> Any:
        """The value, or None."""
        if key in self.cache:
            self.cache.move_to_end(key)
        return self.cache.get(key)

    def store(self, key: Any, value: Any) -> bool:
        """Keep a value."""
        self.cache[key] = value
        self.cache.move_to_end(key)
        while len(self.cache) > LIMIT:
            self.cache.popitem(last=False)
        return True

    def remove(self, key: Any) -> bool:
        """Forget a value."""
        self.cache.pop(key, None)
        return True


class MemoryPerJidCache(PerJidCache):
    """Values in memory by address and key, at most :data:`LIMIT` of them."""

    def __init__(self) -> None:
        self._cache = MemoryCache()

    def retrieve_by_jid(self, jid: object, key: str) -> Any:
        """The value, or None."""
        return self._cache.retrieve((str(jid), key))

    def store_by_jid(self, jid: object, key: str, value: Any) -> bool:
        """Keep a value."""
        return self._cache.store((str(jid), key), value)

    def remove_by_jid(self, jid: object, key: str) -> bool:
        """Forget a value."""
        return self._cache.remove((str(jid), key))


class _Files:
    """Values as files below ``directory/cache_type``.

    :param encode: what makes text, or bytes with ``binary``, of a value.
    :param decode: what makes a value of that; a value for which it raises counts as not there.
    """

    def __init__(
        self,
        directory: str,
        cache_type: str,
        encode: Callable[[Any], Any] | None,
        decode: Callable[[Any], Any] | None,
        binary: bool,
    ) -> None:
        self.base_dir = Path(directory) / cache_type
        self._encode = encode
        self._decode = decode
        self._binary = binary

    def read(self, *names: str) -> Any:
        """The value, or None."""
        try:
            data = self._path(names).read_bytes()
            value: Any = data if self._binary else data.decode()
            return value if self._decode is None else self._decode(value)
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - decode is the program's own; a cache that fails is an empty one
            log.info("a value could not be read from the cache: %s", error)
            return None

    def write(self, value: Any, *names: str) -> bool:
        """Keep a value: the file is there as a whole or not at all."""
        path = self._path(names)
        try:
            data = value if self._encode is None else self._encode(value)
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data if self._binary else data.encode())
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except Exception as error:  # noqa: BLE001 - as in read
            log.warning("a value could not be written to the cache: %s", error)
            return False
        return True

    def delete(self, *names: str) -> bool:
        """Forget a value."""
        try:
            self._path(names).unlink(missing_ok=True)
        except OSError as error:
            log.warning("a value could not be taken out of the cache: %s", error)
            return False
        return True

    def _path(self, names: tuple[str, ...]) -> Path:
        # "surrogatepass": whatever text is given names a file, and always the same one.
        hashed = [sha256(name.encode("utf-8", "surrogatepass")).hexdigest() for name in names]
        return self.base_dir.joinpath(*hashed)


class FileSystemCache(Cache):
    """Values as files below ``directory/cache_type``; see :class:`Cache`."""

    def __init__(
        self,
        directory: str,
        cache_type: str,
        *,
        encode: Callable[[Any], Any] | None = None,
        decode: Callable[[Any], Any] | None = None,
        binary: bool = False,
    ) -> None:
        self._files = _Files(directory, cache_type, encode, decode, binary)

    def retrieve(self, key: str) -> Any:
        """The value, or None."""
        return self._files.read(key)

    def store(self, key: str, value: Any) -> bool:
        """Keep a value; whether that was done."""
        return self._files.write(value, key)

    def remove(self, key: str) -> bool:
        """Forget a value; whether it is gone now."""
        return self._files.delete(key)


class FileSystemPerJidCache(PerJidCache):
    """Values as files below ``directory/cache_type``, in a folder for each address."""

    def __init__(
        self,
        directory: str,
        cache_type: str,
        *,
        encode: Callable[[Any], Any] | None = None,
        decode: Callable[[Any], Any] | None = None,
        binary: bool = False,
    ) -> None:
        self._files = _Files(directory, cache_type, encode, decode, binary)

    def retrieve_by_jid(self, jid: object, key: str) -> Any:
        """The value, or None."""
        return self._files.read(str(jid), key)

    def store_by_jid(self, jid: object, key: str, value: Any) -> bool:
        """Keep a value; whether that was done."""
        return self._files.write(value, str(jid), key)

    def remove_by_jid(self, jid: object, key: str) -> bool:
        """Forget a value; whether it is gone now."""
        return self._files.delete(str(jid), key)
