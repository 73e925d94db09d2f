"""``MatcherBase``, and what a matcher can say so that it need not be asked about every stanza."""

from typing import Any, NamedTuple

from helixmpp.stanza.root import StanzaBase

__all__ = ["MatchKey", "MatcherBase"]


class MatchKey(NamedTuple):
    """What a stanza surely has when a matcher matches it; None says nothing about that part.

    :ivar kind: the local name of the stanza, such as ``message``, whatever the stream's namespace; for
        other elements of a stream the name in Clark notation.
    :ivar type: the attribute ``type``, exactly as it was sent.
    :ivar child: the name of a child, in Clark notation.
    :ivar id: the attribute ``id``, exactly as it was sent.
    """

    kind: str | None = None
    type: str | None = None
    child: str | None = None
    id: str | None = None


class MatcherBase:
    """Which stanzas a handler is for; a matcher of your own derives from it and has :meth:`match`.

    :param criteria: what a stanza is compared with.
    """

    def __init__(self, criteria: Any) -> None:
        self._criteria = criteria

    @property
    def criteria(self) -> Any:
        """What a stanza is compared with."""
        return self._criteria

    def match(self, stanza: StanzaBase) -> bool:
        """Whether the stanza is one of those."""
        return False

    def keys(self) -> tuple[MatchKey, ...] | None:
        """Return what stanzas need in order to match, a key for each alternative; None: ask each time.

        It holds until :func:`~helixmpp.stanza.registry_version` changes.
        """
        return None

    @property
    def is_exact(self) -> bool:
        """Whether :meth:`keys` say it all, so that a stanza that has one of them need not be asked about."""
        return False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._criteria!r})"
