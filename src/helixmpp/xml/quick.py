"""The usual stanzas, which are small: read without a call in Python for each tag.

What a few kilobytes of XML can build is bounded by their length: a child takes four bytes, a level of depth seven,
and so on. As long as that proves that no limit can be exceeded, the parser of the standard library builds the
elements by itself, and only what came out is looked at. Whatever is not proved here, ill-formed or merely unusual,
is not judged here either: its bytes are kept, and :class:`~helixmpp.xml.body.Body` reads them again with care.
"""

from itertools import chain
from operator import attrgetter
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from helixmpp.xml.attributes import find_overloaded
from helixmpp.xml.limits import Limits
from helixmpp.xml.markup import find_start
from helixmpp.xml.weight import MAX_WEIGHT, SLICE

__all__ = ["Quick", "quick_size"]

_SHORTEST_CHILD: Final = len("<a/>")
_SHORTEST_LEVEL: Final = len("<a></a>")
_SHORTEST_OPEN: Final = len("<a>")
# What is read a second time is at most so much, or as much as has just come.
_CHEAP: Final = 2048  # bytes
_PROBE: Final = "probe"
_TAG: Final = attrgetter("tag")
_TAIL: Final = attrgetter("tail")
_SPACE: Final = " \t\r\n"
_WHITE: Final = b" \t\r\n"


def quick_size(limits: Limits) -> int:
    """Return how many bytes a stanza may have so that nothing but its depth and its attributes can be too much."""
    if limits.max_tree_size < MAX_WEIGHT * SLICE:
        return 0  # so low that each element is weighed
    return min(
        2 * SLICE,
        limits.max_stanza_size,
        limits.max_children * _SHORTEST_CHILD,
        limits.max_tree_size // MAX_WEIGHT,
    )


class Quick:
    """A parser within a stream that gives complete stanzas, or gives up.

    The parser does not tell where an element ends. So, behind each piece, one more element is put into the tree, a
    probe: it stands behind the stanzas if the last one is complete, and within that one if it is not. It is taken
    out again, and the text that the parser puts behind it is given back to where it belongs.

    :param replay: what the parser has to read first: the start tag of the stream.
    :param root_tag: the stream's name, which no stanza may have.
    :param size: the bytes that a stanza may have: :func:`quick_size`.
    """

    __slots__ = (
        "_builder",
        "_gap",
        "_limits",
        "_parser",
        "_probe",
        "_root",
        "_root_tag",
        "_size",
        "kept",
        "read",
    )

    kept: bytes
    """What was read of the stanza that is open; after giving up, without the last piece."""
    read: int
    """How many bytes the parser has read."""

    def __init__(self, replay: bytes, root_tag: str, limits: Limits, size: int) -> None:
        self._root_tag = root_tag
        self._limits = limits
        self._size = size
        self.kept = b""
        self.read = 0
        builder = TreeBuilder()
        outer = builder.start("", {})
        # Markup refuses each declaration, so that nothing can be expanded here; the limits bound the rest.
        self._parser = XMLParser(target=builder, encoding="utf-8")  # noqa: S314 - as said above
        self._parser.feed(replay)
        self._builder = builder
        self._root = outer[0]
        self._gap: tuple[Element, bool] | None = None
        self._probe = self._put_probe()
        self._root.clear()

    def take(self, piece: bytes) -> list[Element] | None:
        """Return the stanzas that a piece completes, or None to give up: nothing is to be given then any more.

        :param piece: bytes that end outside tags and references, as :class:`~helixmpp.xml.markup.Markup` cuts them.
        """
        kept = self.kept
        size = len(kept) + len(piece)
        if size > self._size or len(kept) > max(len(piece), _CHEAP) or piece.startswith(b"<!"):
            return None
        if find_overloaded(piece, self._limits.max_attributes) >= 0:
            return None
        try:
            self._parser.feed(piece)
        except ParseError:
            return None
        self.read += len(piece)
        root = self._root
        last = self._probe
        probe = self._probe = self._put_probe()
        if last.tail is not None and not self._put_text(last.tail):
            return None
        if not len(root) or root[-1] is not probe:
            return self._interrupted(probe, piece)
        # The parser may keep back the end of a text, such as "]", which nobody would know of then.
        if not piece.endswith(b">") and piece[piece.rfind(b">") + 1 :].strip(_WHITE):
            return None
        stanzas = root[:-1]
        root.clear()
        self._gap = None
        if not self._are_allowed(stanzas, kept, piece, size // _SHORTEST_LEVEL):
            return None
        self.kept = b""
        return stanzas

    def _put_probe(self) -> Element:
        probe = self._builder.start(_PROBE, {})
        self._builder.end(_PROBE)
        return probe

    def _put_text(self, text: str) -> bool:
        """Put the text that stands behind the last probe where it belongs; False if it may stand nowhere."""
        if self._gap is None:  # it is between stanzas
            return not text.strip(_SPACE)
        element, is_behind = self._gap
        if is_behind:
            element.tail = f"{element.tail or ''}{text}"
        else:
            element.text = f"{element.text or ''}{text}"
        return True

    def _interrupted(self, probe: Element, piece: bytes) -> list[Element] | None:
        """The piece ends within a stanza: what is before that one is complete."""
        root = self._root
        parent = root
        for _ in range(self._limits.max_depth):
            if not len(parent):
                return None  # the probe is nowhere in here: the stream has ended
            parent = parent[-1]
            if len(parent) and parent[-1] is probe:
                break
        else:
            return None
        del parent[-1]
        self._gap = (parent[-1], True) if len(parent) else (parent, False)
        stanzas, begun = root[:-1], root[-1]
        size = len(self.kept) + len(piece)
        if not self._are_allowed(stanzas, self.kept, piece, size // _SHORTEST_LEVEL):
            return None
        if not self._are_allowed([begun], self.kept, piece, size // _SHORTEST_OPEN, begun=True):
            return None
        if self.kept and not stanzas:
            self.kept += piece
        else:
            self.kept = piece[find_start(piece, sum(1 for _ in begun.iter())) :]
            del root[:-1]
        return stanzas

    def _are_allowed(
        self, stanzas: list[Element], kept: bytes, piece: bytes, depth: int, *, begun: bool = False
    ) -> bool:
        """Look at stanzas for what their size does not prove.

        :param depth: how many levels the bytes that they are from are long enough for.
        :param begun: their last one is open, so that not each of its elements has an end tag yet.
        """
        if any(map(_TAIL, stanzas)):
            for stanza in stanzas:
                if (stanza.tail or "").strip(_SPACE):
                    return False
                stanza.tail = None
        if self._root_tag in map(_TAG, stanzas):
            return False
        max_depth = self._limits.max_depth
        if depth < max_depth:
            return True
        if not begun:
            # A ">" for each stanza and each child of it; of the others, two for each further level, but for the last.
            ends = kept.count(b">") + piece.count(b">") - len(stanzas) - sum(map(len, stanzas))
            if 3 + ends // 2 < max_depth:
                return True
        parents = [stanza for stanza in stanzas if len(stanza)]
        for _ in range(max_depth - 1):
            if not parents:
                return True
            parents = [element for element in chain.from_iterable(parents) if len(element)]
        return not parents
