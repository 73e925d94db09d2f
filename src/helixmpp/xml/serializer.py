"""Elements to text: exactly one element, whatever the tree holds, or ``ValueError``."""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar
from xml.etree.ElementTree import Element

from helixmpp.xml.names import MAX_CACHED_NAME, NS_CLIENT, NS_STREAM, NS_XML, split_name
from helixmpp.xml.text import check_text, escape_attribute, escape_text
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
    if in_stream and element.tag == _STREAM:
        raise ValueError("a stream within a stream is no element to be sent")
    starts, starts_with = _STARTS[in_stream], _STARTS_WITH[in_stream]
    path: list[_Open] = []
    default = stream_ns
    children = iter((element,))
    while True:
        for node in children:
            try:
                names = node.keys()
                if names:
                    shape = (node.tag, *names)
                    # For its TypeError: what is no string, such as a QName, may equal a name that is known.
                    "".join(shape)
                    start, declared, end, namespace = starts_with[shape]
                    values = node.attrib.values()
                    # One look at all values: nearly always they are written as they are.
                    joined = "".join(values)
                    if (
                        not joined.isprintable()
                        or '"' in joined
                        or "'" in joined
                        or "&" in joined
                        or "<" in joined
                        or ">" in joined
                    ):
                        written = tuple([escape_attribute(value) for value in values])
                    else:
                        written = tuple(values)
                    if namespace is None or namespace == default:
                        start %= written
                        inner = default
                    else:
                        start = declared % written
                        inner = namespace
                else:
                    tag = node.tag
                    if type(tag) is not str:
                        split_name(tag)
                    start, declared, end, namespace = starts[tag]
                    if namespace is None or namespace == default:
                        inner = default
                    else:
                        start = declared
                        inner = namespace
                text = node.text
                # As in attributes: what Python prints as it is, XML allows (see check_text).
                if text is not None and (
                    not str.isprintable(text) or "&" in text or "<" in text or ">" in text
                ):
                    text = escape_text(text)
                tail = None if node is element else node.tail
                if tail is not None:
                    tail = escape_text(tail)
            except (TypeError, ValueError):
                _explain(node)
                raise
            if len(node):
                write(f"{start}>{text}" if text else f"{start}>")
                path.append((children, node, f"{end}{tail or ''}", default))
                if not len(path) % CYCLE_CHECK:
                    refuse_cycle([open_ for _, open_, _, _ in path])
                children = iter(node[:])  # the iterator of a list ends without an exception
                default = inner
                break
            write(f"{start}>{text}{end}" if text else f"{start}/>")
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


# The start tag up to its ">": where its namespace is the default one, and where it has to be declared; with "%s" for
# each value if there are attributes. The end tag. The namespace; None: it has a prefix.
_Written = tuple[str, str, str, str | None]
_NameT = TypeVar("_NameT", bound=str | tuple[str, ...])


class _Known(dict[_NameT, _Written]):
    """How start tags are written: a dictionary, because a look-up in it is the fastest call there is.

    Names come from strangers, too: it has no more than so many, and begins anew then.
    """

    def __init__(self, write: Callable[[_NameT, bool], _Written], in_stream: bool) -> None:
        super().__init__()
        self._write = write
        self._in_stream = in_stream

    def __missing__(self, name: _NameT) -> _Written:
        written = self._write(name, self._in_stream)
        if len("".join(name)) <= MAX_CACHED_NAME:
            if len(self) >= _MAX_WRITTEN:
                self.clear()
            self[name] = written
        return written


def _tag(name: str, in_stream: bool) -> _Written:
    namespace, local = split_name(name)
    if namespace == NS_XML:  # cannot be a default namespace (Namespaces in XML section 3)
        return f"<xml:{local}", "", f"</xml:{local}>", None
    if in_stream and namespace == NS_STREAM:
        return f"<stream:{local}", "", f"</stream:{local}>", None
    return f"<{local}", f'<{local} xmlns="{escape_attribute(namespace)}"', f"</{local}>", namespace


def _tag_with(names: tuple[str, ...], in_stream: bool) -> _Written:
    """The same with attributes, whose names stand behind that of the element."""
    start, declared, end, namespace = _tag(names[0], in_stream)
    prefixes: dict[str, str] = {}
    attributes = "".join([_attribute(name, in_stream, prefixes) for name in names[1:]])
    attributes += "".join(
        f' xmlns:{prefix}="{_percent(escape_attribute(foreign))}"' for foreign, prefix in prefixes.items()
    )
    return f"{start}{attributes}", f"{_percent(declared)}{attributes}", end, namespace


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _attribute(name: str, in_stream: bool, prefixes: dict[str, str]) -> str:
    """An attribute with "%s" for its value; the prefix of its namespace is added to those to be declared."""
    namespace, local = split_name(name)
    if not namespace:
        if local == "xmlns":
            raise ValueError("a declaration of a namespace is no attribute")
        return f' {local}="%s"'
    if namespace == NS_XML:
        return f' xml:{local}="%s"'
    if in_stream and namespace == NS_STREAM:
        return f' stream:{local}="%s"'
    # An attribute is in a namespace only by its prefix (Namespaces in XML section 6.2).
    return f' {prefixes.setdefault(namespace, f"ns{len(prefixes)}")}:{local}="%s"'


# By whether it is within a stream.
_STARTS: Final[tuple[_Known[str], _Known[str]]] = (_Known(_tag, False), _Known(_tag, True))
_STARTS_WITH: Final[tuple[_Known[tuple[str, ...]], _Known[tuple[str, ...]]]] = (
    _Known(_tag_with, False),
    _Known(_tag_with, True),
)


def _explain(node: Element) -> None:
    """Raise what is wrong with the element, and name it."""
    tag = node.tag
    try:
        split_name(tag)
    except ValueError as error:
        raise ValueError(f"an element cannot be sent: {error}") from None
    for name, value in node.items():
        try:
            _attribute(name, True, {})
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
