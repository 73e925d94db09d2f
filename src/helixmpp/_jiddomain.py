"""The domain part of an address (RFC 6122 section 2.2, with IDNA 2008 instead of Nameprep).

The normal form is lower case with U-labels: ``XN--BCHER-KVA.example.`` and ``Bücher.example`` are both
``bücher.example``, which is what RFC 6120 has on the wire.
"""

import re
from typing import Final

from helixmpp.errors import InvalidJID

__all__ = ["prepare_domain"]

_MAX_TEXT: Final = 1023  # characters; so that nothing long is prepared in vain
_MAX_LABEL: Final = 63  # bytes, RFC 1035 section 2.3.4
_MAX_DOMAIN: Final = 253  # bytes in the ASCII form without the dot at the end
# Letters, digits and hyphens (RFC 5890 section 2.3.1), and the underscore, which servers take, too.
_LABEL: Final = r"[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?"
_ASCII_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


def prepare_domain(text: str, *, lenient: bool) -> str:
    """Return the domain in its normal form: lower case, U-labels, no dot at the end.

    An IPv6 address stands in brackets and gets its shortest form (RFC 5952).

    :param lenient: keep an A-label that IDNA 2008 does not decode (such as that of an emoji) as it is.
    :raises InvalidJID: no host name or address, a label of more than 63 bytes, more than 253 bytes.
    """
    if text.startswith("["):
        return _ipv6(text)
    name = text.removesuffix(".")
    if not name:
        raise InvalidJID("the domain is empty")
    if len(name) > _MAX_TEXT:
        raise InvalidJID(f"the domain has more than {_MAX_TEXT} characters")
    lower = name.lower()
    # The usual case needs no table.
    if _ASCII_DOMAIN.fullmatch(lower) is None or not name.isascii() or "xn--" in lower:
        return _international(text, lenient)
    for label in lower.split("."):
        _check_size(label)
    if len(lower) > _MAX_DOMAIN:
        raise InvalidJID(f"the domain has more than {_MAX_DOMAIN} bytes")
    return lower


def _international(text: str, lenient: bool) -> str:
    import idna  # noqa: PLC0415 - most programs never see such a domain, and its tables take their time

    try:
        # Lower case, width and compatibility as in UTS 46, without its transitional mapping: ß stays ß.
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False).removesuffix(".")
        labels = [_label(label, lenient) for label in mapped.split(".")]
        size = sum(len(label if label.isascii() else idna.alabel(label)) for label in labels)
    except UnicodeError as error:  # idna.IDNAError is one
        raise InvalidJID("the domain has a label that IDNA 2008 does not allow") from error
    if size + len(labels) - 1 > _MAX_DOMAIN:
        raise InvalidJID(f"the domain has more than {_MAX_DOMAIN} bytes")
    return ".".join(labels)


def _label(label: str, lenient: bool) -> str:
    import idna  # noqa: PLC0415 - as in _international()

    if not label:
        raise InvalidJID("the domain has an empty label")
    if not label.isascii():
        idna.alabel(label)  # raises for what IDNA 2008 does not allow
        return label
    if re.fullmatch(_LABEL, label) is None:
        raise InvalidJID(
            "the domain has a character that no host name has, or a label with a hyphen at an end"
        )
    _check_size(label)
    if not label.startswith("xn--"):
        return label
    try:
        return idna.ulabel(label)
    except UnicodeError:
        if lenient:
            return label
        raise


def _check_size(label: str) -> None:
    if len(label) > _MAX_LABEL:
        raise InvalidJID(f"a label of the domain has more than {_MAX_LABEL} bytes")


def _ipv6(text: str) -> str:
    from ipaddress import IPv6Address  # noqa: PLC0415 - most programs never see one

    try:
        if text[-1] != "]" or "%" in text:
            raise ValueError
        address = IPv6Address(text[1:-1])
    except ValueError:
        raise InvalidJID("the domain in brackets is no IPv6 address") from None
    # RFC 5952 section 5; versions of Python differ in how they write such an address.
    return f"[::ffff:{mapped}]" if (mapped := address.ipv4_mapped) else f"[{address.compressed}]"
