"""What the URLs of engines say: the folder of a ``file:`` URL (RFC 8089), and the options behind ``?``."""

import math
import os
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from helixmpp.errors import StorageError

__all__ = ["TIMEOUT", "read_file_url", "read_timeout"]

#: Seconds that an engine may take for one operation, by default.
TIMEOUT = 30.0


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


def read_timeout(options: dict[str, str]) -> float | None:
    """Take ``timeout`` out of a URL's options: seconds for one operation, 0 for no end.

    :raises StorageError: it is no number of seconds.
    """
    text = options.pop("timeout", None)
    if text is None:
        return TIMEOUT
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < math.inf:
        raise StorageError(f"timeout={text!r} is no number of seconds")
    return seconds or None
