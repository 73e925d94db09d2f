"""Putting bytes to a URL, by aiohttp (the extra ``http``).

aiohttp is imported when the first file is uploaded; what is used of it is written down here as protocols, so that the
types are checked with and without it.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import import_module
from ssl import SSLContext
from typing import Any, Protocol

from helixmpp.plugins.xep_0363.errors import FileUploadError, HTTPError
from helixmpp.plugins.xep_0363.slots import Place

__all__ = ["PutFile", "PutSettings", "put_file"]

_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class PutSettings:
    """How a file is put.

    :param timeout: seconds that the HTTP server may be silent.
    :param proxy: the URL of an HTTP proxy; ``""`` for none.
    :param ssl_context: says how its certificate is verified; None for the system's authorities.
    """

    timeout: float = 60.0
    proxy: str = ""
    ssl_context: SSLContext | None = None


class PutFile(Protocol):
    """What puts a file; a program may have one of its own (the setting ``http_put``)."""

    async def __call__(
        self, place: Place, content: AsyncIterator[bytes], size: int, content_type: str, settings: PutSettings
    ) -> None:
        """Put ``size`` bytes of ``content`` to ``place.put`` with ``place.headers``, and no other of the service.

        :raises HTTPError: the server does not take them.
        """
        ...


class _Response(Protocol):
    status: int
    reason: str | None


class _Session(Protocol):
    def put(self, url: Any, **options: Any) -> AbstractAsyncContextManager[_Response]: ...


async def put_file(
    place: Place, content: AsyncIterator[bytes], size: int, content_type: str, settings: PutSettings
) -> None:
    """Put a file by aiohttp; see :class:`PutFile`.

    Redirects are not followed: the headers of the slot may be secrets, and are for that server alone.

    :raises FileUploadError: aiohttp is not installed.
    :raises HTTPError: the server does not take the file, is not there, or is silent.
    """
    aiohttp = _aiohttp()
    failures: tuple[type[Exception], ...] = (aiohttp.ClientError, TimeoutError, OSError)
    options: Mapping[str, Any] = {
        "data": content,
        "headers": [*place.headers, ("Content-Length", str(size)), ("Content-Type", content_type)],
        "allow_redirects": False,
        **({"proxy": settings.proxy} if settings.proxy else {}),
        **({"ssl": settings.ssl_context} if settings.ssl_context is not None else {}),
    }
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=settings.timeout, sock_read=settings.timeout)
    # Cookies of one service are none of another's: nothing is kept between two uploads.
    opened: AbstractAsyncContextManager[_Session] = aiohttp.ClientSession(
        timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    )
    try:
        async with opened as session, session.put(_url(place.put), **options) as response:
            status, reason = response.status, (response.reason or "")[:_LONGEST_REASON]
    except failures as error:
        raise HTTPError(0, f"{type(error).__name__}: {error}"[:_LONGEST_REASON]) from error
    if not 200 <= status < 300:
        raise HTTPError(status, reason)


def _aiohttp() -> Any:
    try:
        return import_module("aiohttp")
    except ModuleNotFoundError as error:
        raise FileUploadError(
            "uploads need aiohttp, which is not installed: pip install 'helixmpp[http]'"
        ) from error


def _url(url: str) -> Any:
    # aiohttp would encode anew what the service encoded in its own way, and the signature in it would not fit any more.
    return import_module("yarl").URL(url, encoded=True)
