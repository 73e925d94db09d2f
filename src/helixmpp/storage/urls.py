"""The folder that a ``file:`` URL names (RFC 8089)."""

import os
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from helixmpp.errors import StorageError

__all__ = ["read_file_url"]


def read_file_url(url: str, *, windows: bool = os.name == "nt") -> tuple[str, dict[str, str]]:
    """The folder's path, and what stands behind ``?`` as names and values.

    ``file:///var/lib/bot`` is absolute, ``file:bot`` relative to the working directory, ``file:///C:/bot``
    and ``file:C:/bot`` are drives of Windows, ``file://server/share`` is a share there. ``%3F`` stands for
    ``?``.

    :raises StorageError: the URL names no folder.
    """
    try:
        parts = urlsplit(url)
        path = unquote(parts.path, errors="strict")
    except ValueError as error:
        raise StorageError(f"{url!r} is no URL of a folder: {error}") from error
    host = "" if parts.netloc == "localhost" else parts.netloc
    if host and windows and not re.fullmatch(r"[A-Za-z]:", host):
        path = f"//{host}{path}"
    elif host and windows:
        path = host + path
    elif host:
        raise StorageError(
            f"{url!r} names the host {host!r}; a folder of this machine has three slashes: "
            f"file:///{host}{path}"
        )
    elif windows and re.match(r"/[A-Za-z]:", path):
        path = path[1:]
    if not path or "\0" in path:
        raise StorageError(f"{url!r} names no folder; give file:///folder")
    if parts.fragment:
        raise StorageError(f"{url!r}: write %23 for a # in the name of a folder")
    return path, dict(parse_qsl(parts.query, keep_blank_values=True))
