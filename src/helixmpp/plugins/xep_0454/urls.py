"""``aesgcm://`` URLs (XEP-0454 section 3): where an encrypted file is, and the key to it, in one line of text."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

__all__ = ["AesgcmUrl", "format_url", "parse_fragment", "parse_text", "parse_url"]

_KEY: Final = 32
# The IV has 12 bytes; older clients took 16.
_IVS: Final = (12, 16)
_FRAGMENT: Final = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)
_LONGEST: Final = 8_192
_PICTURE: Final = re.compile(r"data:(image/[a-z0-9.+-]{1,64})(?:;base64)?,", re.ASCII | re.IGNORECASE)
# "SHOULD be kept small (approximately 5KiB)" (section 4); in a stanza there is no place for much more.
_LARGEST_PICTURE: Final = 65_536


@dataclass(frozen=True, slots=True)
class AesgcmUrl:
    """What an ``aesgcm://`` URL says.

    :param url: where the encrypted file is, by HTTPS; the key is no part of it.
    :param iv: the initialization vector.
    :param key: the key. It is a secret, and in no log.
    :param thumbnail: a small picture that stands beside it.
    :param thumbnail_type: its media type.
    """

    url: str
    iv: bytes = field(repr=False)
    key: bytes = field(repr=False)
    thumbnail: bytes | None = field(default=None, repr=False)
    thumbnail_type: str = ""

    @property
    def fragment(self) -> str:
        """IV and key in hexadecimal, as they stand behind the ``#``."""
        return (self.iv + self.key).hex()


def format_url(url: str, fragment: str) -> str:
    """Make the ``aesgcm://`` URL of an encrypted file.

    :param url: where it is; of HTTPS: "Non HTTPS URLs MUST not be converted" (section 3).
    :param fragment: IV and key, as they were given when it was encrypted.
    :raises ValueError: one of them is none.
    """
    parse_fragment(fragment)
    scheme, _, rest = url.partition("://")
    if scheme.lower() != "https" or not rest or "#" in rest or not _is_url(url):
        raise ValueError("an aesgcm:// URL is made of one of HTTPS, without a fragment")
    return f"aesgcm://{rest}#{fragment}"


def parse_fragment(fragment: str) -> tuple[bytes, bytes]:
    """IV and key of a fragment.

    :raises ValueError: it is none.
    """
    if len(fragment) not in {2 * (iv + _KEY) for iv in _IVS} or not _FRAGMENT.fullmatch(fragment):
        raise ValueError(
            "the fragment of an aesgcm:// URL is an IV of 12 bytes and a key of 32, in hexadecimal"
        )
    data = bytes.fromhex(fragment)
    return data[:-_KEY], data[-_KEY:]


def parse_url(url: str) -> AesgcmUrl:
    """Read an ``aesgcm://`` URL.

    :raises ValueError: it is none.
    """
    address, _, fragment = url.partition("#")
    scheme, _, rest = address.partition("://")
    https = f"https://{rest}"
    if scheme.lower() != "aesgcm" or not _is_url(https):
        raise ValueError("no aesgcm:// URL")
    iv, key = parse_fragment(fragment)
    return AesgcmUrl(https, iv, key)


def parse_text(text: str) -> AesgcmUrl | None:
    """What a decrypted body shares; None where it is any other text.

    "The parser on the receiving end should be very strict" (section 5): the text is a URL, or a URL, one line's end and
    a picture as a ``data:`` URI, and nothing else.
    """
    line, newline, picture = text.partition("\n")
    try:
        found = parse_url(line)
    except ValueError:
        return None
    if not newline:
        return found
    head = _PICTURE.match(picture)
    if head is None or len(picture) > _LARGEST_PICTURE * 4 // 3 + len(head[0]):
        return None
    try:
        # It is base64, whether the URI says so or not (section 4 leaves it out).
        data = binascii.a2b_base64(picture[head.end() :], strict_mode=True)
    except (binascii.Error, ValueError):
        return None
    return AesgcmUrl(found.url, found.iv, found.key, data, head[1].lower())


def with_thumbnail(url: str, thumbnail: bytes) -> str:
    """The text that shares an encrypted file with a small picture of it, a JPEG (section 4)."""
    return f"{url}\ndata:image/jpeg,{base64.b64encode(thumbnail).decode('ascii')}"


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        right = bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        return False
    return right and len(url) <= _LONGEST and url.isascii() and url.isprintable() and " " not in url
