"""``MatchXPath("{jabber:client}iq/{urn:xmpp:ping}ping")``: by a path of elements."""

from xml.etree.ElementTree import Element

from helixmpp.stanza.matcher.base import MatcherBase, MatchKey
from helixmpp.stanza.paths import fix_ns, split_path
from helixmpp.stanza.root import StanzaBase
from helixmpp.xml import NS_CLIENT, NS_COMPONENT

__all__ = ["MatchXPath"]


class MatchXPath(MatcherBase):
    """Matches stanzas in which the path is found, beginning with the stanza itself.

    The path is one of ElementTree; a name without a namespace has the one before it.
    """

    def __init__(self, criteria: str) -> None:
        super().__init__(criteria)
        fixed = fix_ns(criteria)
        self._path = fixed if isinstance(fixed, str) else "/".join(fixed)

    def match(self, stanza: StanzaBase) -> bool:
        """Whether the path is found."""
        holder = Element("holder")
        holder.append(stanza.xml)
        return holder.find(self._path) is not None

    def keys(self) -> tuple[MatchKey, ...] | None:
        """Return the names that the path begins with, as far as they are plain ones."""
        first, *rest = split_path(self._path)
        if not _is_plain(first):
            return None
        namespace, _, local = first[1:].rpartition("}")
        kind = local if namespace in (NS_CLIENT, NS_COMPONENT) else first
        child = rest[0] if rest and _is_plain(rest[0]) else None
        return (MatchKey(kind, child=child),)


def _is_plain(step: str) -> bool:
    """Whether a step is just the name of an element, with its namespace."""
    namespace, brace, local = step.rpartition("}")
    return bool(brace) and namespace != "{*" and bool(local) and not set(local) & set("*.[]@|()=!'\"")
