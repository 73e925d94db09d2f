"""The inside of a stream: whole tags to elements, with the count of bytes of each stanza."""

from typing import Final
from xml.etree.ElementTree import ParseError, XMLParser

from helixmpp.errors import ProtocolError
from helixmpp.xml.attributes import find_overloaded, too_many_attributes
from helixmpp.xml.events import StreamClose, XMLEvent
from helixmpp.xml.header import Header, failure_of
from helixmpp.xml.limits import Limits
from helixmpp.xml.markup import TAG, Markup, find_start
from helixmpp.xml.quick import Quick, quick_size
from helixmpp.xml.target import Owed, Target, between_stanzas
from helixmpp.xml.weight import MAX_WEIGHT

__all__ = ["Body"]

# A parser of expat keeps every name that it ever saw. After so many bytes it is replaced between two stanzas, so
# that a stranger who makes up names all the time does not fill the memory.
_RENEW: Final = 49_152
_RENEW_SOON: Final = 2 * _RENEW  # from here on, a place between two stanzas is searched within what arrives
_SPACE: Final = b" \t\r\n"
_INVALID_TOKEN: Final = 4  # expat's number


class Body:
    """Reads what stands within a stream; complete stanzas, and the end of the stream, go to ``events``.

    A stanza's size is counted exactly, from its ``<`` to its last ``>``, although the parser does not tell
    where it is: usually a piece of input is too small to exceed anything, and its size is added up. Only where
    the limit might be exceeded, the piece is given tag by tag, so that the place of each stanza is known.

    All this holds for what :class:`~helixmpp.xml.quick.Quick` gives up; what it can read comes no further.

    Whatever breaks the protocol raises :exc:`ProtocolError`; nothing is to be given then any more.
    """

    __slots__ = (
        "_events",
        "_is_owed",
        "_light",
        "_limit",
        "_limits",
        "_parser",
        "_quick",
        "_quick_size",
        "_read",
        "_replay",
        "_room",
        "_root",
        "_search",
        "_since",
        "_target",
        "depth",
    )

    def __init__(self, header: Header, limits: Limits, is_owed: Owed | None, events: list[XMLEvent]) -> None:
        self._root = header.opened.tag
        self._replay = header.replay
        self._limits = limits
        self._is_owed = is_owed
        self._events = events
        self._light = limits.max_tree_size // MAX_WEIGHT  # bytes up to which a stanza is not weighed
        self._quick_size = quick_size(limits)
        self.depth = 1  # of the open elements; 0 once the stream is closed
        self._quick: Quick | None = None
        self._renew(b"")

    def _renew(self, kept: bytes) -> None:
        """Begin with another parser, to which what was read of the open stanza is given again."""
        self._quick = quick = Quick(self._replay, self._root, self._limits, self._quick_size)
        if kept and quick.take(kept) is None:
            self._begin_careful(kept)

    def _begin_careful(self, kept: bytes) -> None:
        """Begin with a parser that is told of each tag; it is given again what was kept."""
        self._quick = None
        self._search = False
        self._note(0)
        self._target = Target(self._root, self._limits, self._is_owed, self._events)
        # Markup refuses each declaration, so that nothing can be expanded here; the limits bound the rest.
        self._parser = XMLParser(target=self._target, encoding="utf-8")  # noqa: S314 - as said above
        self._parser.feed(self._replay)
        self.depth = self._target.settle()
        self._read = 0  # bytes that this parser has
        if kept:
            self.give(kept, False)

    def give(self, piece: bytes, is_cdata: bool) -> None:
        """Take bytes that end outside tags and references (see :class:`~helixmpp.xml.markup.Markup`)."""
        quick = self._quick
        if quick is not None:
            stanzas = quick.take(piece)
            if stanzas is not None:
                self._events += stanzas
                if quick.read > _RENEW and quick.read > 4 * len(quick.kept):
                    self._renew(quick.kept)
                return
            self._begin_careful(quick.kept)
        if len(piece) <= self._room:
            self._feed(piece, is_cdata)
        else:
            self._give_closely(piece, is_cdata)

    def _give_closely(self, piece: bytes, is_cdata: bool) -> None:
        """Take a piece that may exceed something, or behind which the parser may be renewed."""
        size = self._since + len(piece)
        if size > self._light:
            self._target.be_careful()
        if is_cdata:
            self._give_tag(piece, True)
        elif size <= self._limit and not self._search and b"xmlns:" not in piece:
            self._feed(piece, False)
        else:
            start = 0
            for tag in TAG.finditer(piece):
                self._target.add_prefixes(piece.count(b"xmlns:", tag.start(), tag.end()))
                self._give_tag(piece[start : tag.end()], False)
                start = tag.end()
                if not self.depth:
                    return
                if self._quick is not None:  # a place between two stanzas: the parser was replaced
                    self.give(piece[start:], False)
                    return
            if start < len(piece):
                self._give_tag(piece[start:], False)

    def check_unfinished(self, markup: Markup) -> None:
        """Look at the beginning of a tag or reference that is held yet: whether it is too long already."""
        if self._quick is not None:
            if len(self._quick.kept) + markup.held_size <= self._quick_size:
                return
            self._begin_careful(self._quick.kept)
        size = self._since + markup.held_size
        if size > self._limits.max_stanza_size and size > self._allowed():
            self._refuse(markup.held)

    def _give_tag(self, piece: bytes, is_cdata: bool) -> None:
        """Take one tag with the text before it, or text."""
        if self.depth == 1 and not is_cdata and not (piece := piece.lstrip(_SPACE)):
            return
        size = self._since + len(piece)
        if size > self._limits.max_stanza_size and size > self._allowed():
            self._refuse(piece)
        else:
            self._feed(piece, is_cdata)

    def _allowed(self) -> int:
        """How many bytes the open stanza may have, which exceeds the usual limit."""
        return self._limits.max_owed_size if self._target.may_exceed() else self._limits.max_stanza_size

    def _refuse(self, piece: bytes) -> None:
        limit = self._allowed()
        # What is wrong before the limit comes first, however the bytes were split.
        self._parse(piece[: limit - self._since])
        if self.depth:
            raise ProtocolError("policy-violation", f"a stanza has more than {limit} bytes")

    def _feed(self, piece: bytes, is_cdata: bool) -> None:
        if not is_cdata and (overloaded := find_overloaded(piece, self._limits.max_attributes)) >= 0:
            self._parse(piece[: overloaded + 1])  # with its "<": it may stand within another tag
            if self.depth:
                raise too_many_attributes(self._limits.max_attributes)
            return
        before = self.depth
        events = len(self._events)
        self._parse(piece)
        size = len(piece)
        self._read += size
        if self.depth < 2:
            if self._since or self._search:
                self._note(0)
            if self.depth and self._read > _RENEW:
                self._renew(b"")
        elif len(self._events) > events:
            # A stanza ended and another one began; the elements that the latter has so far tell where.
            self._note(size - find_start(piece, self._target.open_starts()))
            if self._read > _RENEW_SOON:
                self._search = True
                self._room = -1
        elif before == 1:
            self._note(size - piece.find(b"<"))
        else:
            self._note(self._since + size)

    def _note(self, since: int) -> None:
        """Note how many bytes of the open stanza were read."""
        limits = self._limits
        self._since = since
        self._search = False
        if since <= limits.max_stanza_size:
            self._limit = limits.max_stanza_size
        else:
            # An answer that is owed. A stanza behind it, in the next piece, has to be below the usual limit, too.
            self._limit = min(limits.max_owed_size, since + limits.max_stanza_size)
        self._room = min(self._limit, self._light) - since

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.feed(piece)
        except ParseError as error:
            if self._events and isinstance(self._events[-1], StreamClose):
                self.depth = 0  # there is something behind the end of the stream, and nobody looks at it
                return
            # Between stanzas, the parser may find the text ill-formed before it gives it away, or not, depending
            # on how the bytes were split: both are the same error.
            if self._target.settle() == 1 and error.code == _INVALID_TOKEN:
                raise between_stanzas() from None
            raise failure_of(error.code) from None
        self.depth = self._target.settle()
