"""Bytes to elements: the incremental parser of a stream, with limits, for a peer that is not trusted.

:class:`~helixmpp.xml.markup.Markup` cuts the bytes where tags end and refuses what RFC 6120 section 11.1 forbids;
:class:`~helixmpp.xml.body.Body` has them read by the XML parser of the standard library. It does so in one of two
ways: :class:`~helixmpp.xml.quick.Quick` for the usual stanzas, which are so small that their size proves most limits,
and for all others with a count of bytes and a :class:`~helixmpp.xml.target.Target`, which counts the elements.
"""

from codecs import getincrementaldecoder

from helixmpp.errors import ProtocolError
from helixmpp.xml.body import Body
from helixmpp.xml.events import StreamClose, XMLEvent
from helixmpp.xml.header import Header, check_declaration, read_header
from helixmpp.xml.limits import DEFAULT_LIMITS, Limits
from helixmpp.xml.markup import Markup
from helixmpp.xml.target import Owed
from helixmpp.xml.weight import SLICE

__all__ = ["StreamParser"]


class StreamParser:
    """Turns the bytes of one stream into a :class:`StreamOpen`, elements and a :class:`StreamClose`.

    An error is the last event there is: a :class:`~helixmpp.errors.ProtocolError` with the condition that the
    stream is to be closed with (RFC 6120 section 4.9.3). Its text names the reason and never repeats the input.
    However the bytes are split, the events are the same. A stream restart needs a new parser.

    * ``not-well-formed``: XML 1.0 or its namespaces are violated (section 11.3), or there is text between
      stanzas;
    * ``restricted-xml``: a comment, processing instruction, DTD or reference to an entity (section 11.1);
    * ``unsupported-encoding``: another encoding than UTF-8, or bad UTF-8 (section 11.6);
    * ``policy-violation``: one of the limits;
    * ``invalid-namespace``: the root is not in the namespace of streams, or a reserved one is declared;
    * ``bad-format``: another root element, or a stream within the stream.

    :param limits: how much is taken from the peer.
    :param is_owed: is asked about a top-level element, by its tag and attributes, once it exceeds
        ``max_stanza_size``, ``max_children`` or ``max_tree_size``: whether it is an answer that the own server
        owes us and that may be larger. A start tag that exceeds the size by itself is refused without asking.
    """

    __slots__ = ("_bad_encoding", "_body", "_done", "_events", "_is_owed", "_limits", "_markup", "_partial")

    def __init__(self, limits: Limits = DEFAULT_LIMITS, *, is_owed: Owed | None = None) -> None:
        self._limits = limits
        self._is_owed = is_owed
        self._events: list[XMLEvent] = []
        self._partial = b""  # the first bytes of a character
        self._bad_encoding = False
        self._markup = Markup()
        self._body: Body | None = None
        self._done = False

    def feed(self, data: bytes) -> list[XMLEvent]:
        """Take bytes as they arrive, any number of them; return what they complete.

        Raises nothing for any input. After an error or the end of the stream, bytes are dropped.
        """
        try:
            if self._done:
                return []
            if len(data) <= SLICE:
                self._take(data)
            else:
                self._take_slices(data)
        except ProtocolError as error:
            # Without its traceback and context, whose frames would keep the input.
            error.__context__ = None
            self._events.append(error.with_traceback(None))
            self._finish()
        events = self._events[:]
        self._events.clear()
        return events

    def _finish(self) -> None:
        self._done = True
        self._body = None
        self._markup = Markup()

    def _take_slices(self, data: bytes) -> None:
        for start in range(0, len(data), SLICE):
            self._take(data[start : start + SLICE])
            if self._done:
                return

    def _take(self, data: bytes) -> None:
        if self._partial or not data.isascii():
            data = self._whole_characters(data)
        markup = self._markup
        for piece, is_cdata in markup.take(data):
            self._give(piece, is_cdata)
            if self._done:
                return
        if markup.held_size:
            if self._body is not None:
                self._body.check_unfinished(markup)
            elif markup.held_size > self._limits.max_stanza_size and not markup.held.startswith(b"<?"):
                read_header(markup.held, self._limits)
        if markup.error is not None:
            raise markup.error
        if self._bad_encoding:
            raise ProtocolError("unsupported-encoding", "the stream is not in UTF-8")

    def _whole_characters(self, data: bytes) -> bytes:
        """Check that it is UTF-8, and keep back a character that is not complete."""
        if not self._partial:
            try:
                data.decode()
            except UnicodeDecodeError:
                pass  # what is wrong with it is found out below
            else:
                return data
        data = self._partial + data
        decoder = getincrementaldecoder("utf-8")()
        try:
            decoder.decode(data)
        except UnicodeDecodeError as error:
            self._bad_encoding = True
            return data[: error.start]
        self._partial = decoder.getstate()[0]
        return data.removesuffix(self._partial)

    def _begin(self, piece: bytes) -> None:
        """Take what comes before the stream, and the stream header."""
        piece = piece.lstrip(b" \t\r\n")
        if not piece:
            return
        if piece.startswith(b"<?"):
            check_declaration(piece)
            return
        header, rest = read_header(piece, self._limits)
        self._events.append(header.opened)
        if header.closed:
            self._events.append(StreamClose())
            self._finish()
            return
        self.enter(header)
        if rest:
            self._give(rest, False)

    def enter(self, header: Header) -> None:
        """Go on as within the stream of that header, which is not an event; for :func:`parse_one`."""
        self._body = Body(header, self._limits, self._is_owed, self._events)

    def _give(self, piece: bytes, is_cdata: bool) -> None:
        if self._body is None:
            self._begin(piece)
            return
        self._body.give(piece, is_cdata)
        if not self._body.depth:
            self._finish()
