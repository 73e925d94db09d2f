"""The start of a stream: the XML declaration and the stream header (RFC 6120 sections 4.7 and 11)."""

from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from helixmpp.errors import ProtocolError
from helixmpp.xml.attributes import find_overloaded, too_many_attributes
from helixmpp.xml.events import StreamOpen
from helixmpp.xml.limits import Limits
from helixmpp.xml.markup import TAG
from helixmpp.xml.names import NS_STREAM
from helixmpp.xml.text import escape_attribute

__all__ = ["Header", "check_declaration", "failure_of", "read_header"]

# Namespaces in XML section 3, by expat's numbers: "xml" bound to another name, "xmlns" bound, or their names.
_RESERVED: Final = frozenset({38, 39, 40})
_UNDEFINED_ENTITY: Final = 11


@dataclass(frozen=True, slots=True)
class Header:
    """A stream header, and what a parser that takes over within the stream has to read first."""

    opened: StreamOpen
    replay: bytes
    closed: bool  # the header was an empty element


def failure_of(code: int) -> ProtocolError:
    """What an error code of expat means to the peer; nothing of the input is repeated."""
    if code == _UNDEFINED_ENTITY:
        return ProtocolError("restricted-xml", "references to entities are not allowed")
    if code in _RESERVED:
        return ProtocolError("invalid-namespace", "a reserved prefix or namespace is declared")
    return ProtocolError("not-well-formed", expat.ErrorString(code) or "")


def check_declaration(data: bytes) -> None:
    """Look at an XML declaration: version 1.0 and UTF-8 are all it may name (RFC 6120 section 11.6).

    :raises ProtocolError: it names something else or is ill-formed.
    """

    def declared(version: str, encoding: str | None, standalone: int) -> None:
        if version != "1.0":
            raise ProtocolError("not-well-formed", "the stream is not in XML 1.0")
        if encoding is not None and encoding.lower() != "utf-8":
            raise ProtocolError("unsupported-encoding", "the stream is not in UTF-8")

    parser = expat.ParserCreate("UTF-8")
    parser.XmlDeclHandler = declared
    _parse(parser, data)


def read_header(data: bytes, limits: Limits) -> tuple[Header, bytes]:
    """Read the start tag that opens a stream; return it and what is behind it.

    :raises ProtocolError: it is ill-formed, exceeds the limits or is no stream header.
    """
    if not data.startswith(b"<"):
        raise ProtocolError("not-well-formed", "there is text before the stream header")
    found = TAG.match(data)
    tag = data if found is None else found.group()
    if found is None or len(tag) > limits.max_stanza_size:
        _read(tag[: limits.max_stanza_size])  # what is wrong before the limit comes first
        if len(tag) > limits.max_stanza_size:
            raise ProtocolError(
                "policy-violation", f"the stream header has more than {limits.max_stanza_size} bytes"
            )
        raise ProtocolError("not-well-formed", "the stream header is no start tag")
    if find_overloaded(tag, limits.max_attributes) >= 0:
        raise too_many_attributes(limits.max_attributes)
    header = _read(tag)
    if header is None:
        raise ProtocolError("not-well-formed", "the stream does not begin with a start tag")
    namespace, _, local = header.opened.tag[1:].rpartition("}")
    if namespace != NS_STREAM:
        raise ProtocolError("invalid-namespace", "the root element is not in the namespace of streams")
    if local != "stream":
        raise ProtocolError("bad-format", "the root element is no stream")
    return header, data[len(tag) :]


def _read(tag: bytes) -> Header | None:
    """Read a start tag, or nothing if it is not complete."""
    nsmap: dict[str, str] = {}
    found: list[tuple[StreamOpen, str]] = []
    ends: list[str] = []

    def declared(prefix: str | None, namespace: str | None) -> None:
        nsmap[prefix or ""] = namespace or ""

    def started(name: str, attrib: dict[str, str]) -> None:
        clark, written = _split(name)
        found.append(
            (StreamOpen(clark, {_split(key)[0]: value for key, value in attrib.items()}, nsmap), written)
        )

    parser = expat.ParserCreate("UTF-8", "}")
    parser.namespace_prefixes = True
    parser.StartNamespaceDeclHandler = declared
    parser.StartElementHandler = started
    parser.EndElementHandler = ends.append
    _parse(parser, tag)
    if not found:
        return None
    opened, written = found[0]
    declarations = "".join(
        f' {f"xmlns:{prefix}" if prefix else "xmlns"}="{escape_attribute(uri)}"'
        for prefix, uri in nsmap.items()
    )
    return Header(opened, f"<{written}{declarations}>".encode(), bool(ends))


def _split(name: str) -> tuple[str, str]:
    """Turn expat's ``namespace}local}prefix`` into Clark notation and the name as it was written."""
    parts = name.split("}")
    if len(parts) == 1:
        return name, name
    clark = f"{{{parts[0]}}}{parts[1]}"
    return clark, f"{parts[2]}:{parts[1]}" if len(parts) > 2 else parts[1]


def _parse(parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, False)
    except expat.ExpatError as error:
        raise failure_of(error.code) from None
