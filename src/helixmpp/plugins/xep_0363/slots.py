"""What of a slot is used: URLs of HTTPS, and three headers (XEP-0363 sections 4 and 9.2)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from helixmpp.plugins.xep_0363.errors import FileUploadError
from helixmpp.plugins.xep_0363.stanza import Header, Slot

__all__ = ["Place", "place_of"]

_ALLOWED: Final = {"authorization": "Authorization", "cookie": "Cookie", "expires": "Expires"}
_MOST_HEADERS: Final = 20
_LONGEST_HEADER: Final = 8_192
_LONGEST_URL: Final = 8_192


@dataclass(frozen=True, slots=True)
class Place:
    """A slot, looked at.

    :param put: the URL that the file goes to.
    :param get: the URL that it is got from.
    :param headers: those that go with it, names and values in their order. They are secrets, and in no log.
    """

    put: str
    get: str
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Place(get={self.get!r})"


def place_of(slot: Slot | None, *, allow_http: bool = False) -> Place:
    """The place that a service gave.

    :param allow_http: whether URLs without TLS will do.
    :raises FileUploadError: there is none, or one of its URLs is none.
    """
    if slot is None:
        raise FileUploadError("the service gave no slot")
    schemes = ("https", "http") if allow_http else ("https",)
    put, get = (_url(url, schemes) for url in (slot.put_.url, slot.get_.url))
    return Place(put, get, _headers(slot.put_.headers))


def _url(url: str, schemes: tuple[str, ...]) -> str:
    url = url.strip()
    try:
        parts = urlsplit(url)
        right = parts.scheme in schemes and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        right = False
    # "Non ASCII characters MUST be percent-encoded" (section 4); a space or a line's end would end the request line.
    if (
        not right
        or len(url) > _LONGEST_URL
        or not url.isascii()
        or any(char <= " " or char == "\x7f" for char in url)
    ):
        raise FileUploadError(f"the service gave no usable URL of {' or '.join(schemes)}")
    return url


def _headers(headers: list[Header]) -> tuple[tuple[str, str], ...]:
    """The headers that may be sent: "Other header names MUST be ignored" (section 4)."""
    kept: list[tuple[str, str]] = []
    for header in headers:
        name = _ALLOWED.get(_one_line(header.name_).strip().lower())
        if name is None:
            continue
        value = _one_line(header.value).strip()
        if len(value) > _LONGEST_HEADER or any(
            (char < " " and char != "\t") or char == "\x7f" for char in value
        ):
            raise FileUploadError("the service gave a header that no HTTP request can have")
        kept.append((name, value))
    if len(kept) > _MOST_HEADERS:
        raise FileUploadError(f"the service gave more than {_MOST_HEADERS} headers")
    return tuple(kept)


def _one_line(text: str) -> str:
    # "MUST strip any newline characters from the header name and value" (section 4)
    return text.replace("\r", "").replace("\n", "")
