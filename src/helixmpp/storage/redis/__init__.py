"""The engines ``redis:``, ``rediss:`` (TLS), ``valkey:`` and ``valkeys:`` (the extra ``kv``)."""

from typing import TYPE_CHECKING

from helixmpp.errors import StorageError

if TYPE_CHECKING:
    from helixmpp.storage.redis.server import RedisEngine

__all__ = ["engine"]


def engine(url: str) -> "RedisEngine":
    """The engine for ``redis://user:password@host:6379/0`` and its like.

    ``?timeout=10`` is in seconds, by default 30; what else stands behind ``?`` goes to redis-py. Nothing is
    opened yet.

    :raises StorageError: what the extra brings is not installed, or the URL is wrong.
    """
    try:
        from helixmpp.storage.redis.server import RedisEngine  # noqa: PLC0415 - redis-py is an extra
    except ModuleNotFoundError as error:
        raise StorageError(
            f"the module {error.name!r}, which is needed for Redis, is not installed: pip install 'helixmpp[kv]'"
        ) from error
    return RedisEngine(url)
