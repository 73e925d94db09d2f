"""``MatchMany([...])``: by one or the other."""

from collections.abc import Iterable

from helixmpp.stanza.matcher.base import MatcherBase, MatchKey
from helixmpp.stanza.root import StanzaBase

__all__ = ["MatchMany"]


class MatchMany(MatcherBase):
    """Matches stanzas that one of several matchers matches."""

    def __init__(self, criteria: Iterable[MatcherBase]) -> None:
        self._matchers = tuple(criteria)
        super().__init__(self._matchers)

    def match(self, stanza: StanzaBase) -> bool:
        """Whether one of them matches."""
        return any(matcher.match(stanza) for matcher in self._matchers)

    def keys(self) -> tuple[MatchKey, ...] | None:
        """Return the keys of all; None if one of them has none."""
        found: list[MatchKey] = []
        for matcher in self._matchers:
            keys = matcher.keys()
            if keys is None:
                return None
            found.extend(keys)
        return tuple(found)

    @property
    def is_exact(self) -> bool:
        """Whether each of them is exact."""
        return all(matcher.is_exact for matcher in self._matchers)
