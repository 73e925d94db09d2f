"""Matchers that need no path: by classes, as the typed form of ``@on`` has it, and by the tags of children."""

from helixmpp.stanza import ElementBase, MatcherBase, MatchKey, StanzaBase

__all__ = ["ChildMatcher", "PayloadMatcher"]


class PayloadMatcher(MatcherBase):
    """Matches stanzas of one class, and of one type and with one payload where these are given."""

    def __init__(
        self, stanza: type[StanzaBase], payload: type[ElementBase] | None, type_: str | None
    ) -> None:
        super().__init__((stanza, payload, type_))
        self.stanza = stanza
        self.type = type_
        self.child = f"{{{payload.namespace}}}{payload.name}" if payload is not None else None

    def match(self, stanza: StanzaBase) -> bool:
        """Whether class, type and payload fit."""
        if not isinstance(stanza, self.stanza):
            return False
        xml = stanza.xml
        if self.type is not None and xml.get("type", "") != self.type:
            return False
        return self.child is None or xml.find(self.child) is not None

    @property
    def is_exact(self) -> bool:
        """The keys say it all: what the stream takes for a stanza is in the stream's namespace."""
        return True

    def keys(self) -> tuple[MatchKey, ...] | None:
        """What the router can look up instead of asking."""
        return (MatchKey(kind=self.stanza.name, type=self.type, child=self.child),)


class ChildMatcher(MatcherBase):
    """Matches stanzas of one class that have a child with one of some tags, in Clark notation."""

    def __init__(self, stanza: type[StanzaBase], *tags: str) -> None:
        super().__init__((stanza, *tags))
        self.stanza = stanza
        self.tags = tags

    def match(self, stanza: StanzaBase) -> bool:
        """Whether class and a child fit."""
        return isinstance(stanza, self.stanza) and any(stanza.xml.find(tag) is not None for tag in self.tags)

    @property
    def is_exact(self) -> bool:
        """Nothing is left to ask."""
        return True

    def keys(self) -> tuple[MatchKey, ...] | None:
        """What the router can look up instead of asking."""
        return tuple(MatchKey(kind=self.stanza.name, child=tag) for tag in self.tags)
