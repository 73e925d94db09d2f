"""Pictures: their hash, and what kind they are."""

import hashlib
from typing import Final

__all__ = ["kind_of", "sha1_of"]

# Section 5: "the processing application MUST adhere to the content type of the actual image data".
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def kind_of(data: bytes) -> str:
    """The MIME type of a picture of one of the three kinds that section 4.5 names, else nothing."""
    for start, kind in _SIGNATURES:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return ""


def sha1_of(data: bytes) -> str:
    """The hash that announces a picture; ``""`` for no picture."""
    # It tells one picture from another and protects nothing.
    return hashlib.sha1(data, usedforsecurity=False).hexdigest() if data else ""
