"""SASL data in XML (RFC 6120 section 6.4): base64, and ``=`` for data that is there but empty."""

import binascii

__all__ = ["decode", "encode", "strict_base64"]


def encode(data: bytes) -> str:
    """As the text of ``<auth/>`` or ``<response/>``."""
    return binascii.b2a_base64(data, newline=False).decode() or "="


def decode(text: str | None) -> bytes:
    """The data of ``<challenge/>`` or ``<success/>``.

    :raises ValueError: something else than base64 as RFC 4648 section 4 has it; white space around it passes.
    """
    stripped = (text or "").strip(" \t\r\n")
    return b"" if stripped == "=" else strict_base64(stripped)


def strict_base64(text: str) -> bytes:
    """Base64 without anything between, before or behind.

    :raises ValueError: anything else.
    """
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("this is no base64") from None
