"""Where markup begins and ends: the bytes of a stream, cut so that a parser never holds half a tag.

Expat scans an unfinished tag from its beginning with each new byte, and newer versions of it wait for more
bytes before they try again. Both are avoided here: what is handed on ends outside any tag and any reference, so
that each byte is scanned a fixed number of times and each event comes with the byte that completes it.

The markup that RFC 6120 section 11.1 forbids (comments, processing instructions, declarations of a document
type or of entities) begins with ``<!`` or ``<?`` and is refused here, before a parser sees it.
"""

import re
from typing import Final

from helixmpp.errors import ProtocolError

__all__ = ["TAG", "Markup", "Piece", "find_start"]

# Bytes, and whether they are text of a CDATA section, in which "<" and "&" mean nothing.
Piece = tuple[bytes, bool]

_INSIDE: Final = rb"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+"""
TAG: Final = re.compile(rb"<" + _INSIDE + rb">")
_INSIDE_TAG: Final = re.compile(_INSIDE)
_DECLARATION: Final = re.compile(rb"<[!?]")
# The first byte that ends a reference: ";", or one that no name has, at which the parser fails.
_REFERENCE_END: Final = re.compile(rb"[^-.0-9:A-Z_a-z#\x80-\xff]")
_XML_DECLARATION: Final = re.compile(rb"<\?xml[ \t\r\n]")

_CDATA: Final = b"<![CDATA["
_BOM: Final = b"\xef\xbb\xbf"
# So little is scanned again with what follows: it may be the beginning of a declaration and no tag.
_SHORT: Final = 16
_MAX_DECLARATION: Final = 1024  # bytes of an XML declaration
_EXCLAMATION, _AMPERSAND, _SLASH, _LESS, _QUESTION = b"!&/<?"
_QUOTES: Final = b"\"'"


class Markup:
    """Cuts a stream of valid UTF-8 into pieces that end outside tags and references.

    ``error`` is what is wrong behind the last piece and what is held; nothing is to be taken after it.
    """

    __slots__ = ("_at_start", "_cdata", "_held", "_mark_allowed", "_quote", "error")

    def __init__(self) -> None:
        self.error: ProtocolError | None = None
        self._held = bytearray()  # the beginning of a tag, a reference, a declaration or the end of CDATA
        self._quote = 0  # within the held tag: the quote that is open, or 0
        self._cdata = False
        self._at_start = True  # nothing but an unfinished XML declaration was taken
        self._mark_allowed = True

    @property
    def held(self) -> bytes:
        """The unfinished markup at the end of what was taken."""
        return bytes(self._held)

    @property
    def held_size(self) -> int:
        """How many bytes are held."""
        return len(self._held)

    def take(self, data: bytes) -> list[Piece]:
        """Return what is complete now; the rest is held until more comes."""
        if self._held or self._cdata or self._at_start:
            return self._take_carefully(data)
        return self._take_carefully(data) if _may_declare(data) else self._take_plain(data)

    def _take_plain(self, data: bytes) -> list[Piece]:
        """Nothing is held, and there is no declaration in the data."""
        end = 0
        # No "<" may stand within a tag, so that the last one begins the last tag.
        if (last := data.rfind(_LESS)) >= 0:
            tag = TAG.match(data, last)
            if tag is None:
                before = data.rfind(_LESS, 0, last)
                if before >= 0 and TAG.match(data, before) is None:
                    return [(data, False)]  # there is one within a tag: the parser fails at it
                reference = data.rfind(_AMPERSAND, 0, last)
                if reference >= 0 and _REFERENCE_END.search(data, reference + 1, last) is None:
                    return [(data, False)]  # or within a reference
                return self._hold(data, last)
            end = tag.end()
            if end == len(data):
                return [(data, False)]
        reference = data.rfind(_AMPERSAND, end)
        if reference >= 0 and _REFERENCE_END.search(data, reference + 1) is None:
            before = data.rfind(_AMPERSAND, end, reference)
            if before >= 0 and _REFERENCE_END.search(data, before + 1, reference) is None:
                return [(data, False)]  # one within another: the parser fails at it
            return self._hold(data, reference)
        return [(data, False)]

    def _hold(self, data: bytes, start: int) -> list[Piece]:
        self._held += data[start:]
        if data[start : start + 1] == b"<":
            _, self._quote = _scan_tag(data[start + 1 :], 0)
        return [(data[:start], False)] if start else []

    def _take_carefully(self, data: bytes) -> list[Piece]:
        pieces: list[Piece] = []
        if self._at_start and not (data := self._begin(data)):
            return pieces
        if self._held:
            if len(self._held) < _SHORT or self._held.startswith(b"<?"):
                data = bytes(self._held) + data
                self._held.clear()
            elif (end := self._find_end(data)) < 0:
                self._held += data
                return pieces
            else:
                pieces.append((bytes(self._held) + data[:end], False))
                self._held.clear()
                data = data[end:]
        position = 0
        while 0 <= position < len(data):
            if self._cdata:
                position = self._take_cdata(data, position, pieces)
                continue
            found = _DECLARATION.search(data, position) if _may_declare(data) else None
            stop = len(data) if found is None else found.start()
            if stop > position:
                pieces += self._take_plain(data[position:stop])
                self._at_start = self._at_start and data == b"<"
            if found is None:
                break
            if self._held:  # "<" within a tag or a reference: the parser fails at it
                pieces.append((bytes(self._held) + b"<", False))
                self._held.clear()
                self.error = ProtocolError("not-well-formed", "a tag within a tag")
                break
            position = self._take_declaration(data, stop, pieces)
        return pieces

    def _begin(self, data: bytes) -> bytes:
        """The very first bytes: a byte order mark is dropped, other encodings betray themselves by NUL."""
        # Whole characters come here, so that the mark is not split.
        if self._mark_allowed and data:
            self._mark_allowed = False
            data = data.removeprefix(_BOM)
        if (bytes(self._held) + data[:2]).startswith((b"\0", b"<\0")):
            self.error = ProtocolError("unsupported-encoding", "the stream is not in UTF-8")
            return b""
        return data

    def _find_end(self, data: bytes) -> int:
        """Where the held tag or reference ends in the data, or -1."""
        if self._held[0] == _AMPERSAND:
            end = _REFERENCE_END.search(data)
            return -1 if end is None else end.end()
        position, self._quote = _scan_tag(data, self._quote)
        return position

    def _take_cdata(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        end = data.find(b"]]>", start)
        if end >= 0:
            self._cdata = False
            pieces.append((data[start : end + 3], True))
            return end + 3
        kept = 2 if data.endswith(b"]]", start) else 1 if data.endswith(b"]", start) else 0
        stop = len(data) - kept
        if stop > start:
            pieces.append((data[start:stop], True))
        self._held += data[stop:]
        return -1

    def _take_declaration(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        """Take what begins with ``<!`` or ``<?``; return where it ends, or -1 if it is held or refused."""
        at_start = self._at_start and start == 0
        if data.startswith(_CDATA, start):
            self._at_start = False
            self._cdata = True
            pieces.append((_CDATA, False))
            return start + len(_CDATA)
        head = data[start:]
        if _CDATA.startswith(head) or (at_start and b"<?xml".startswith(head)):
            self._held += head
            return -1
        if at_start and _XML_DECLARATION.match(head) is not None:
            end = head.find(b"?>", 0, _MAX_DECLARATION)
            if end >= 0:
                self._at_start = False
                pieces.append((head[: end + 2], False))
                return end + 2
            if len(head) < _MAX_DECLARATION:
                self._held += head
            else:
                self.error = ProtocolError("policy-violation", "the XML declaration is too long")
            return -1
        # What came before the byte that decides it is held, because it may exceed a limit, and that comes first.
        allowed = (_CDATA, b"<?xml") if at_start else (_CDATA,)
        self._held += max((_common(head, each) for each in allowed), key=len)
        self.error = ProtocolError(
            "restricted-xml", "comments, processing instructions and declarations are not allowed"
        )
        return -1


def find_start(piece: bytes, starts: int) -> int:
    """Find where the last but so many start tags begins; the piece is well-formed and has no CDATA section."""
    position = len(piece)
    while starts and position > 0:
        position = piece.rfind(b"<", 0, position)
        if piece[position + 1] != _SLASH:
            starts -= 1
    return position


def _may_declare(data: bytes) -> bool:
    # One byte is found faster than two, two are found faster from behind, and either is faster than a pattern.
    return (_EXCLAMATION in data and data.rfind(b"<!") >= 0) or (_QUESTION in data and data.rfind(b"<?") >= 0)


def _common(data: bytes, allowed: bytes) -> bytes:
    """What both begin with."""
    size = 0
    while size < len(data) and data[size : size + 1] == allowed[size : size + 1]:
        size += 1
    return data[:size]


def _scan_tag(data: bytes, quote: int) -> tuple[int, int]:
    """Go on within a tag: return where it ends or -1, and the quote that is open then.

    A tag ends at ``>`` outside quotes, or behind a ``<``, which may be nowhere in it.
    """
    position = 0
    if quote:
        close = data.find(quote)
        less = data.find(b"<", 0, len(data) if close < 0 else close)
        if less >= 0:
            return less + 1, 0
        if close < 0:
            return -1, quote
        position = close + 1
    inside = _INSIDE_TAG.match(data, position)
    position = position if inside is None else inside.end()
    if position == len(data):
        return -1, 0
    if data[position] not in _QUOTES:
        return position + 1, 0
    # The quote is not closed, or there is a "<" before.
    less = data.find(b"<", position)
    return (-1, data[position]) if less < 0 else (less + 1, 0)
