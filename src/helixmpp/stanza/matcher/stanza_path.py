"""``StanzaPath("iq@type=get/disco_info")``: by the names that programs use for what is in a stanza."""

from helixmpp.stanza.base.children import ParentNode
from helixmpp.stanza.base.matching import matches_path
from helixmpp.stanza.iq import Iq
from helixmpp.stanza.matcher.base import MatcherBase, MatchKey
from helixmpp.stanza.message import Message
from helixmpp.stanza.paths import PathPart, parse_path
from helixmpp.stanza.presence import Presence
from helixmpp.stanza.root import StanzaBase
from helixmpp.xml import NS_CLIENT, NS_COMPONENT

__all__ = ["StanzaPath"]

_KINDS: dict[str, type[StanzaBase]] = {"message": Message, "presence": Presence, "iq": Iq}
# The words of ``stanza["type"]`` that are in the attribute when the stanza is sent; "normal" may be left out,
# and a show value is not in it.
_SENT_TYPES: dict[str, frozenset[str]] = {
    "message": frozenset({"chat", "error", "groupchat", "headline"}),
    "presence": frozenset(
        {"error", "probe", "subscribe", "subscribed", "unavailable", "unsubscribe", "unsubscribed"}
    ),
    "iq": frozenset({"error", "get", "result", "set"}),
}


class StanzaPath(MatcherBase):
    """Matches stanzas by a path: ``message@type=chat/body``, ``iq@type=set/{jabber:iq:roster}query``.

    The first step is the stanza, each next one something in it: the key of a registered child, the name of an
    element with its namespace, or, as the last step, an item that is not empty. ``@key=value`` asks for an
    item's value, ``@key`` for any value.

    :raises ValueError: no such path.
    """

    def __init__(self, criteria: str) -> None:
        super().__init__(criteria)
        self._path = parse_path(criteria)

    def match(self, stanza: StanzaBase) -> bool:
        """Whether the stanza is what the path says."""
        return matches_path(stanza, self._path)

    def keys(self) -> tuple[MatchKey, ...] | None:
        """Return the kind, the type and the child that the path asks for."""
        stanza = _KINDS.get(self._path[0].local)
        if stanza is None:
            return None
        items = dict(self._path[0].items)
        sent = items.get("type")
        type_ = sent if sent in _SENT_TYPES[stanza.name] else None
        children: set[str] | None = None
        if len(self._path) > 1:
            # A program's own subclass may have other children registered.
            of_classes = [_child_tags(cls, self._path[1]) for cls in _with_subclasses(stanza)]
            if None not in of_classes:
                children = {tag for tags in of_classes for tag in tags or ()}
        return tuple(
            MatchKey(stanza.name, type_, child, items.get("id") or None)
            # Nothing is registered yet: then it may be later.
            for child in (sorted(children) if children else [None])
        )

    @property
    def is_exact(self) -> bool:
        """Whether the path asks for nothing but kind, type, id and one registered child."""
        first, *rest = self._path
        stanza = _KINDS.get(first.tag)
        if stanza is None or len({key for key, _ in first.items}) < len(first.items):
            return False
        for key, value in first.items:
            if not (key == "type" and value in _SENT_TYPES[stanza.name]) and not (key == "id" and value):
                return False
        if not rest:
            return True
        of_classes = [_child_tags(cls, rest[0]) for cls in _with_subclasses(stanza)]
        tags = of_classes[0]
        if len(rest) > 1 or rest[0].items or not tags or any(other != tags for other in of_classes):
            return False
        # In the namespace of another kind of stream a child is not what is asked for.
        return not any(tag.startswith((f"{{{NS_CLIENT}}}", f"{{{NS_COMPONENT}}}")) for tag in tags)


def _with_subclasses(stanza: type[StanzaBase]) -> list[type[StanzaBase]]:
    found = [stanza]
    for cls in found:
        found.extend(sub for sub in cls.__subclasses__() if sub not in found)
    return found


def _child_tags(stanza: type[StanzaBase], step: PathPart) -> set[str] | None:
    """Return the names that the child of this step may have; None where it need not be a child."""
    if step.tag in stanza.interfaces:
        return None
    kinds: list[type[ParentNode]] = [
        kind for kind in stanza.plugin_iterables if step.tag in (kind.name, kind.tag_name())
    ]
    registered: type[ParentNode] | None = stanza.plugin_attrib_map.get(step.tag)
    if registered is not None:
        if registered.is_extension:
            return None
        kinds.append(registered)
    tags = {kind.tag_name() for kind in kinds}
    if step.tag.startswith("{"):
        tags.add(step.tag)
    return {tag for one in tags for tag in _in_streams(one)}


def _in_streams(tag: str) -> tuple[str, ...]:
    """A child in the stanza's own namespace has that of the stream, which is another one for a component."""
    client = f"{{{NS_CLIENT}}}"
    if tag.startswith(client):
        return tag, f"{{{NS_COMPONENT}}}{tag[len(client) :]}"
    return (tag,)
