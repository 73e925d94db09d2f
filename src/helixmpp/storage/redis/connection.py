"""The connections to a Redis, and what becomes of its errors."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError

from helixmpp.errors import StorageError
from helixmpp.storage.urls import read_timeout
from helixmpp.storage.versions import steps_from

__all__ = ["Client", "Connection", "Step"]

T = TypeVar("T")


class Pipeline(Protocol):
    """The part of redis-py's pipeline that is used here: commands that are done together."""

    def execute_command(self, *arguments: Any) -> Any:
        """Put a command to the others."""
        ...

    def execute(self) -> Awaitable[list[Any]]:
        """Do all of them."""
        ...


class Client(Protocol):
    """The part of redis-py's client that is used here; most of it has no types of its own."""

    def execute_command(self, *arguments: Any) -> Awaitable[Any]:
        """Do a command and give its answer."""
        ...

    def pipeline(self, transaction: bool = True) -> Pipeline:
        """Commands that are done together."""
        ...

    def aclose(self) -> Awaitable[None]:
        """Close the connections."""
        ...


Step = Callable[[Client], Awaitable[None]]

_SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
_VERSION = "helixmpp:version"
_TRIES = 2


class Connection:
    """A Redis, or another server that speaks like one.

    :param url: such as ``redis://host:6379/0``.
    :param steps: from older versions of what is kept to newer ones.
    :raises StorageError: the URL is wrong.
    """

    def __init__(self, url: str, steps: Sequence[Step]) -> None:
        try:
            parts = urlsplit(url)
            options = dict(parse_qsl(parts.query))
            self.timeout = read_timeout(options)
            self.name = f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"
            self._url = urlunsplit((_SCHEMES[parts.scheme], parts.netloc, parts.path, urlencode(options), ""))
            self._client = self._open()
        except (KeyError, ValueError, TypeError) as error:
            # The URL is not repeated: there may be a password in it.
            raise StorageError(
                "this is no URL of a Redis, such as redis://user:password@host:6379/0"
            ) from error
        self._steps = steps
        self._ready = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def _open(self) -> Client:
        # A command that is sent again might be done twice: which may be is decided here, not by the client.
        untyped: Any = Redis
        # How long anything may take is decided here, too; what the URL says goes before these.
        client: Client = untyped.from_url(
            self._url, retry=Retry(NoBackoff(), 0), socket_timeout=None, socket_connect_timeout=None
        )
        return client

    async def run(
        self, script: str, keys: Sequence[str], arguments: Sequence[bytes | str], *, repeat: bool = True
    ) -> Any:
        """Run a script of :mod:`helixmpp.storage.redis.scripts`.

        :param repeat: it may be run again where the connection was lost and nobody knows whether it was done.
        :raises StorageError: it failed, or took too long.
        """
        digest = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()

        async def command(client: Client) -> Any:
            try:
                return await client.execute_command("EVALSHA", digest, len(keys), *keys, *arguments)
            except NoScriptError:
                return await client.execute_command("EVAL", script, len(keys), *keys, *arguments)

        return await self.do(command, repeat=repeat)

    async def do(self, function: Callable[[Client], Awaitable[T]], *, repeat: bool = True) -> T:
        """Do something with the client."""
        limit = asyncio.timeout(self.timeout)
        try:
            async with limit:
                return await self._do(function, repeat=repeat)
        except TimeoutError as error:
            if not limit.expired():
                raise StorageError(f"{self.name}: {error or 'it does not answer'}") from error
            raise StorageError(f"{self.name} did not answer within {self.timeout:g} seconds") from error

    async def close(self) -> None:
        """Close the connections; what is used later opens new ones."""
        self._ready = False
        if self._loop is asyncio.get_running_loop():
            await self._client.aclose()

    async def _do(self, function: Callable[[Client], Awaitable[T]], *, repeat: bool) -> T:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:
                # The connections belong to a loop that has ended, and went with it.
                self._client = self._open()
            self._loop = loop
        attempt = 0
        while True:
            try:
                if not self._ready:
                    await self._prepare()
                    self._ready = True
                return await function(self._client)
            except RedisConnectionError as error:
                attempt += 1
                if not repeat or attempt == _TRIES:
                    raise StorageError(f"{self.name}: {error}") from error
            except (RedisError, OSError) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise StorageError(f"{self.name}: {error}") from error

    async def _prepare(self) -> None:
        newest = len(self._steps) + 1
        await self._client.execute_command("SET", _VERSION, newest, "NX")
        found = await self._client.execute_command("GET", _VERSION)
        if not found.isdigit():
            raise StorageError(f"{self.name}: {_VERSION} is no version")
        version = int(found)
        for step in steps_from(version, self._steps, self.name):
            await step(self._client)
            version += 1
            await self._client.execute_command("SET", _VERSION, version)
