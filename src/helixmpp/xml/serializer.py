"""Elements to text: exactly one element, whatever the tree holds, or ``ValueError``."""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar
from xml.etree.ElementTree import Element

from helixmpp.xml.names import MAX_CACHED_NAME, NS_CLIENT, NS_STREAM, NS_XML, split_name
from helixmpp.xml.text import check_text, escape_attribute, escape_text, special_in_attribute, special_in_text
from helixmpp.xml.tree import CYCLE_CHECK, refuse_cycle

__all__ = ["STREAM_FOOTER", "serialize", "stream_header"]

STREAM_FOOTER: Final = "</stream:stream>"

_STREAM: Final = f"{{{NS_STREAM}}}stream"
_MAX_WRITTEN: Final = 2048  # names

# What an open element waits for: its children to come, itself, its end tag with its tail, the default namespace
# around it.
_Open = tuple[Iterator[Element], Element, str, str]


def serialize(element: Element, *, stream_ns: str = NS_CLIENT) -> str:
    """Return the element as text to be sent within a stream; its ``tail`` is not part of it.

    ``parse_one(serialize(x))`` equals ``x``, but for texts of ``""``, which become None. There is no recursion,
    so that the depth does not matter.

    :param stream_ns: the default namespace where the text will stand (RFC 6120 section 4.8.2). Within a
        stream, the prefix ``stream`` is declared by the stream header. ``""`` stands for no stream at all: the
        text is a document of its own then, as WebSocket needs it (RFC 7395 section 3.3.3).
    :raises ValueError: a character or a name that XML forbids, a text or value that is no string, a comment
        or a processing instruction (RFC 6120 section 11.1), an element that contains itself, or a stream.
    """
    out: list[str] = []
    write = out.append
    in_stream = stream_ns != ""
    tags, names = _TAGS[in_stream], _ATTRIBUTES[in_stream]
    if in_stream and element.tag == _STREAM:
        raise ValueError("a stream within a stream is no element to be sent")
    path: list[_Open] = []
    default = stream_ns
    children = iter((element,))
    while True:
        for node in children:
            try:
                tag = node.tag
                # What is no string, such as a QName, may equal a name that is known.
                if type(tag) is not str:
                    split_name(tag)
                start, end, namespace, declaration = tags[tag]
                inner = default
                if namespace is not None and namespace != default:
                    start += declaration
                    inner = namespace
                write(start)
                attributes = node.items()
                if attributes:
                    # One search for all values: nearly always they are written as they are.
                    special = special_in_attribute("".join(node.attrib.values())) is not None
                    prefixes: dict[str, str] = {}
                    for name, value in attributes:
                        if type(name) is not str:
                            split_name(name)
                        safe = escape_attribute(value) if special else value
                        out += names[name] or _prefixed(name, prefixes), safe, '"'
                    if prefixes:
                        for foreign, prefix in prefixes.items():
                            write(f' xmlns:{prefix}="{escape_attribute(foreign)}"')
                text = node.text
                if text is not None and special_in_text(text):
                    text = escape_text(text)
                tail = None if node is element else node.tail
                if tail is not None and special_in_text(tail):
                    tail = escape_text(tail)
            except (TypeError, ValueError):
                _explain(node)
                raise
            if len(node):
                out += ">", text or ""
                path.append((children, node, f"{end}{tail or ''}", default))
                if not len(path) % CYCLE_CHECK:
                    refuse_cycle([open_ for _, open_, _, _ in path])
                children = iter(node)
                default = inner
                break
            if text:
                out += ">", text, end
            else:
                write("/>")
            if tail:
                write(tail)
        else:
            if not path:
                return "".join(out)
            children, _, end, default = path.pop()
            write(end)


def stream_header(
    *,
    to: str,
    from_: str | None = None,
    stream_ns: str = NS_CLIENT,
    version: str = "1.0",
    lang: str | None = None,
    id_: str | None = None,
) -> str:
    """Return the XML declaration and the start tag that opens a stream (RFC 6120 section 4.7).

    :param version: ``""`` leaves it out, as components do (XEP-0114).
    :raises ValueError: a character or a namespace that XML forbids.
    """
    split_name(f"{{{stream_ns}}}stream")
    values = {"to": to, "from": from_, "id": id_, "version": version or None, "xml:lang": lang}
    attributes = "".join(
        f' {name}="{escape_attribute(value)}"' for name, value in values.items() if value is not None
    )
    return (
        f'<?xml version="1.0"?><stream:stream xmlns="{escape_attribute(stream_ns)}" '
        f'xmlns:stream="{NS_STREAM}"{attributes}>'
    )


# The start tag up to the attributes, the end tag, the namespace (None: it has a prefix), and its declaration where
# it is not the default one.
_Tag = tuple[str, str, str | None, str]
_WrittenT = TypeVar("_WrittenT")


class _Written(dict[str, _WrittenT]):
    """How names are written: a dictionary, because a look-up in it is the fastest call there is.

    Names come from strangers, too: it has no more than so many, and begins anew then.
    """

    def __init__(self, write: Callable[[str, bool], _WrittenT], in_stream: bool) -> None:
        super().__init__()
        self._write = write
        self._in_stream = in_stream

    def __missing__(self, name: str) -> _WrittenT:
        written = self._write(name, self._in_stream)
        if len(name) <= MAX_CACHED_NAME:
            if len(self) >= _MAX_WRITTEN:
                self.clear()
            self[name] = written
        return written


def _tag(name: str, in_stream: bool) -> _Tag:
    namespace, local = split_name(name)
    if namespace == NS_XML:  # cannot be a default namespace (Namespaces in XML section 3)
        return f"<xml:{local}", f"</xml:{local}>", None, ""
    if in_stream and namespace == NS_STREAM:
        return f"<stream:{local}", f"</stream:{local}>", None, ""
    return f"<{local}", f"</{local}>", namespace, f' xmlns="{escape_attribute(namespace)}"'


def _attribute(name: str, in_stream: bool) -> str:
    """An attribute up to its value, or ``""`` when its prefix has to be declared."""
    namespace, local = split_name(name)
    if not namespace:
        if local == "xmlns":
            raise ValueError("a declaration of a namespace is no attribute")
        return f' {local}="'
    if namespace == NS_XML:
        return f' xml:{local}="'
    return f' stream:{local}="' if in_stream and namespace == NS_STREAM else ""


# By whether it is within a stream.
_TAGS: Final = (_Written(_tag, False), _Written(_tag, True))
_ATTRIBUTES: Final = (_Written(_attribute, False), _Written(_attribute, True))


def _prefixed(name: str, namespaces: dict[str, str]) -> str:
    """An attribute is in a namespace only by its prefix (Namespaces in XML section 6.2)."""
    namespace, local = split_name(name)
    prefix = namespaces.setdefault(namespace, f"ns{len(namespaces)}")
    return f' {prefix}:{local}="'


def _explain(node: Element) -> None:
    """Raise what is wrong with the element, and name it."""
    tag = node.tag
    try:
        split_name(tag)
    except ValueError as error:
        raise ValueError(f"an element cannot be sent: {error}") from None
    for name, value in node.items():
        try:
            _attribute(name, True)
            _check_string(value)
        except ValueError as error:
            raise ValueError(f"the attribute {name!r} of {tag} cannot be sent: {error}") from None
    for where, text in (("in", node.text), ("behind", node.tail)):
        try:
            _check_string("" if text is None else text)
        except ValueError as error:
            raise ValueError(f"the text {where} {tag} cannot be sent: {error}") from None


def _check_string(value: object) -> None:
    if not isinstance(value, str):
        raise ValueError(f"it is of type {type(value).__name__}, not a string")
    check_text(value)
