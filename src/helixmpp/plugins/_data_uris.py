"""``data:`` URIs (RFC 2397), in which a small picture stands itself."""

import base64
import binascii
from urllib.parse import unquote_to_bytes

__all__ = ["make_data_uri", "read_data_uri"]


def make_data_uri(data: bytes, media_type: str) -> str:
    """The URI of some bytes."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def read_data_uri(uri: str) -> tuple[str, bytes] | None:
    """The media type and the bytes of a ``data:`` URI; None for what is none.

    Where no media type is said it is ``text/plain``, as RFC 2397 section 2 has it.
    """
    head, comma, body = uri.partition(",")
    scheme, _, kind = head.partition(":")
    if not comma or scheme.lower() != "data":
        return None
    content = unquote_to_bytes(body)
    media_type = kind.removesuffix(";base64")
    if media_type != kind:
        try:
            content = binascii.a2b_base64(content, strict_mode=True)
        except binascii.Error:
            return None
    return media_type.partition(";")[0].strip() or "text/plain", content
