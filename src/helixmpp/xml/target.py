"""Builds the elements of a stream from a parser's calls, within the limits.

One call in Python for each tag is what reading a stanza costs most, so that the two functions that are called
for tags do the least: they count and hand over to a :class:`~xml.etree.ElementTree.TreeBuilder`. What needs
more is looked at only in stanzas that are large enough to matter.
"""

from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder

from helixmpp.errors import ProtocolError
from helixmpp.xml.events import StreamClose, XMLEvent
from helixmpp.xml.limits import Limits
from helixmpp.xml.weight import MAX_WEIGHT, SLICE, Weight

__all__ = ["Owed", "Target", "between_stanzas"]

Owed = Callable[[str, dict[str, str]], bool]

_FEW_PARTS: Final = 8
_SPACE: Final = " \t\r\n"


def between_stanzas() -> ProtocolError:
    """The error for what stands between stanzas and is no white space."""
    return ProtocolError("not-well-formed", "there is text or an ill-formed tag between stanzas")


class Target:
    """The ``target`` of an :class:`~xml.etree.ElementTree.XMLParser` for one stream.

    ``start``, ``end`` and ``data`` are called by the parser and raise :exc:`ProtocolError`. Complete stanzas go
    to ``events``. They are plain functions over shared variables, because methods would cost a third more.
    """

    __slots__ = ("add_prefixes", "be_careful", "data", "end", "may_exceed", "open_starts", "settle", "start")

    data: Callable[[str], None]
    start: Callable[[str, dict[str, str]], Element]
    end: Callable[[str], None]
    settle: Callable[[], int]
    """To be called after each piece: stores the text so far in its shortest form; returns the depth."""
    open_starts: Callable[[], int]
    """How many elements the open stanza has so far."""
    may_exceed: Callable[[], bool]
    """Whether the open stanza is an answer that the own server owes us: asked once for each stanza."""
    be_careful: Callable[[], None]
    """Weigh what the open stanza costs in memory, so far and from now on: it is large."""
    add_prefixes: Callable[[int], None]
    """So many prefixes of namespaces are declared in the next tag, which the parser does not tell."""

    def __init__(self, root_tag: str, limits: Limits, is_owed: Owed | None, events: list[XMLEvent]) -> None:
        builder = TreeBuilder()
        open_ = builder.start
        close = builder.end
        text: list[str] = []  # what was read since the last tag
        long_text = bytearray()  # its beginning, in UTF-8: a wide character makes a str four times as large
        root = Element("")
        depth = 0  # of the open elements, the stream's own included
        count = 0  # elements of the open stanza
        deepest = limits.max_depth + 1
        most = limits.max_children
        max_owed_weight = limits.max_tree_size * limits.max_owed_size // limits.max_stanza_size
        # A stanza of one slice cannot weigh too much, unless the limit is set very low.
        always = limits.max_tree_size < MAX_WEIGHT * SLICE
        weight = Weight() if always else None
        # Elements of a stanza beyond which each one is checked.
        watched = usually_watched = 0 if always else most
        owed = False

        def start(tag: str, attrib: dict[str, str]) -> Element:
            nonlocal count, depth, root
            if text:
                flush()
            depth += 1
            count += 1
            if depth < 3:
                count = 1
                if depth == 1:
                    root = open_(tag, attrib)
                    return root
                if tag == root_tag:
                    raise ProtocolError("bad-format", "a stream within a stream")
            if count > watched or depth > deepest:
                check(tag, attrib)
            return open_(tag, attrib)

        def end(tag: str) -> None:
            nonlocal depth, owed, watched, weight
            if text:
                flush()
            depth -= 1
            if depth > 1:
                close(tag)
            elif depth:
                events.append(close(tag))
                # The stream itself is an element to the parser; its children are not to pile up there.
                root.clear()
                owed = False
                if weight is not None:
                    weight = Weight() if always else None
                    watched = usually_watched
            else:
                events.append(StreamClose())

        def flush() -> None:
            """Give the text to the builder; between stanzas, there is white space only."""
            if depth < 2:
                check_space()
                text.clear()
                return
            if long_text:
                long_text.extend("".join(text).encode())
                whole = long_text.decode()
                long_text.clear()
                builder.data(whole)
            else:
                builder.data("".join(text))
            text.clear()
            if weight is not None:
                weight.add_text()

        def check_space() -> None:
            if any(part.strip(_SPACE) for part in text):
                raise between_stanzas()

        def check(tag: str, attrib: dict[str, str]) -> None:
            if depth > deepest:
                raise ProtocolError("policy-violation", f"elements nest deeper than {limits.max_depth}")
            # An element cannot have more children than its stanza has elements.
            if count > most and count_siblings() >= most and not may_exceed():
                raise ProtocolError("policy-violation", f"an element has more than {most} children")
            if weight is not None:
                weight.add_element(tag, attrib)
                if weight.total > limits.max_tree_size and (
                    weight.total > max_owed_weight or not may_exceed()
                ):
                    raise ProtocolError("policy-violation", "a stanza has too many elements and attributes")

        def count_siblings() -> int:
            parent = root
            for _ in range(depth - 2):
                parent = parent[-1]
            return len(parent)

        def may_exceed() -> bool:
            nonlocal owed
            if not owed and is_owed is not None and len(root):
                stanza = root[0]
                owed = is_owed(stanza.tag, dict(stanza.items()))
            return owed

        def settle() -> int:
            if depth < 2:
                if text:
                    check_space()
                    text.clear()
            elif len(text) > _FEW_PARTS:
                long_text.extend("".join(text).encode())
                text[:] = [""]  # not empty: there is something to flush
            return depth

        def open_starts() -> int:
            return count

        def be_careful() -> None:
            nonlocal watched, weight
            if weight is None:
                weight = Weight(root[0] if len(root) else None)
                watched = 0

        def add_prefixes(number: int) -> None:
            if weight is not None:
                weight.add_prefixes(number)

        self.start = start
        self.end = end
        self.data = text.append
        self.settle = settle
        self.open_starts = open_starts
        self.may_exceed = may_exceed
        self.be_careful = be_careful
        self.add_prefixes = add_prefixes
