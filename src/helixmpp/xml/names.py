"""Namespaces of the protocol itself, and names in Clark notation: ``{namespace}local``."""

import re
from functools import lru_cache
from typing import Final

from helixmpp.xml.text import check_text

__all__ = [
    "MAX_CACHED_NAME",
    "NS_BIND",
    "NS_CLIENT",
    "NS_COMPONENT",
    "NS_FRAMING",
    "NS_ROSTER",
    "NS_SASL",
    "NS_SERVER",
    "NS_SESSION",
    "NS_SM",
    "NS_STANZA_ERRORS",
    "NS_STREAM",
    "NS_STREAM_ERRORS",
    "NS_TLS",
    "NS_XML",
    "NS_XMLNS",
    "check_name",
    "split_name",
]

NS_STREAM: Final = "http://etherx.jabber.org/streams"
NS_CLIENT: Final = "jabber:client"
NS_SERVER: Final = "jabber:server"
NS_COMPONENT: Final = "jabber:component:accept"
NS_STREAM_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-streams"
NS_STANZA_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-stanzas"
NS_TLS: Final = "urn:ietf:params:xml:ns:xmpp-tls"
NS_SASL: Final = "urn:ietf:params:xml:ns:xmpp-sasl"
NS_BIND: Final = "urn:ietf:params:xml:ns:xmpp-bind"
NS_SESSION: Final = "urn:ietf:params:xml:ns:xmpp-session"
NS_FRAMING: Final = "urn:ietf:params:xml:ns:xmpp-framing"
NS_SM: Final = "urn:xmpp:sm:3"
NS_ROSTER: Final = "jabber:iq:roster"
NS_XML: Final = "http://www.w3.org/XML/1998/namespace"
NS_XMLNS: Final = "http://www.w3.org/2000/xmlns/"

MAX_CACHED_NAME: Final = 256  # characters
_MAX_SHOWN: Final = 80  # characters of a name in the text of an error

# What a local name may be as far as ASCII goes, in UTF-8; for the other letters expat is asked.
_LOCAL: Final = rb"[A-Za-z_\x80-\xff][-.0-9A-Za-z_\x80-\xff]*"


def check_name(name: str) -> str:
    """Return a name in Clark notation as it is, or say why no XML element can have it.

    :raises ValueError: an empty or ill-formed local name, a namespace with a character that XML 1.0 forbids,
        or the namespace of ``xmlns`` (Namespaces in XML 1.0 section 3).
    """
    split_name(name)
    return name


def split_name(name: object) -> tuple[str, str]:
    """Split a name in Clark notation into namespace (``""``: none) and local name, both checked.

    :raises ValueError: as :func:`check_name`.
    """
    if not isinstance(name, str):
        raise ValueError(f"it is a {type(name).__name__}, which has no name as elements and attributes have")
    # The names of a stranger are not to fill the memory.
    return _split_cached(name) if len(name) <= MAX_CACHED_NAME else _split(name)


def _split(name: str) -> tuple[str, str]:
    if name[:1] == "{":
        namespace, brace, local = name[1:].rpartition("}")
        if not brace:
            raise ValueError(f"the name {_show(name)} lacks the brace that closes its namespace")
        if not namespace:
            raise ValueError(f"the name {_show(name)} has braces and no namespace in them")
        _check_namespace(namespace)
    else:
        namespace, local = "", name
    written = local.encode(errors="surrogatepass")
    if re.fullmatch(_LOCAL, written) is None or not (local.isascii() or _expat_takes(local)):
        raise ValueError(f"{_show(local)} is no name of an element or attribute of XML")
    return namespace, local


_split_cached: Final = lru_cache(maxsize=2048)(_split)


def _check_namespace(namespace: str) -> None:
    if namespace == NS_XMLNS:
        raise ValueError(f"the namespace {NS_XMLNS} is reserved for declarations")
    # Parsers join namespace and local name by a brace, so that none may be within; no URI has it (RFC 3986).
    if "}" in namespace:
        raise ValueError(f"the namespace {_show(namespace)} has a brace in it")
    try:
        check_text(namespace)
    except ValueError as error:
        raise ValueError(f"the namespace {_show(namespace)}: {error}") from None


def _expat_takes(local: str) -> bool:
    """Whether a parser takes the name: the peer's parser is likely the same, and its table is long."""
    from xml.parsers import expat  # noqa: PLC0415 - few names need it

    try:
        expat.ParserCreate("UTF-8").Parse(f"<{local}/>".encode(), True)
    except (UnicodeEncodeError, expat.ExpatError):
        return False
    return True


def _show(name: str) -> str:
    return repr(name if len(name) <= _MAX_SHOWN else f"{name[:_MAX_SHOWN]}...")
