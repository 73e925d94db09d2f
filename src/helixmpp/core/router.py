"""Which handlers a stanza is for, found by what the stanza is.

A matcher that tells its keys (kind, type, child, id) is only asked about stanzas that have them; a matcher of
unknown kind is asked about each. Which handlers can match a stanza of a given shape is worked out once and kept,
so that the cost of a stanza does not grow with the number of handlers. Order of registration is kept.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from helixmpp.core.handlers import BaseHandler, Callback
from helixmpp.stanza import MatchKey, registry_version

__all__ = ["Router"]

# A stranger chooses the shape of what he sends: beyond this many shapes the table starts again.
_MAX_SHAPES = 1024
_MAX_PARTS = 64
_MAX_NAME = 256
_STALE = -1
_ANOTHER = "\0"  # an id for which no handler waits; not "", for which one may

Shape = tuple[str, ...]
# A handler, whether it surely matches, and the same one if nothing but its function has to be called then.
Candidate = tuple[BaseHandler, bool, Callback | None]


class Router:
    """The handlers of one stream."""

    def __init__(self) -> None:
        # By name would lose the second of two handlers with one name; programs register such.
        self._handlers: list[BaseHandler] = []
        # What the matchers tell of themselves, worked out when the first stanza comes, and again whenever a
        # class is registered as a payload: a path may then mean another child.
        self._keys: list[tuple[BaseHandler, tuple[MatchKey, ...] | None]] = []
        self._version = _STALE
        self._shapes: dict[Shape, tuple[Candidate, ...]] = {}
        # Those with one child, by tag, type and child: three small look-ups take half the time of one by all of them.
        self._usual: dict[str, dict[str, dict[str, tuple[Candidate, ...]]]] = {}
        self._wanted_ids: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[BaseHandler]:
        return iter(tuple(self._handlers))

    def __len__(self) -> int:
        return len(self._handlers)

    def add(self, handler: BaseHandler) -> None:
        """Add a handler behind all others."""
        self._handlers.append(handler)
        self._version = _STALE

    def remove(self, handler: BaseHandler) -> bool:
        """Take off exactly this handler; whether it was there."""
        for index, known in enumerate(self._handlers):
            if known is handler:
                del self._handlers[index]
                self._version = _STALE
                return True
        return False

    def remove_named(self, name: str) -> bool:
        """Take off the first handler of that name; whether there was one."""
        for handler in self._handlers:
            if handler.name == name:
                return self.remove(handler)
        return False

    def candidates(self, element: Element) -> tuple["Candidate", ...]:
        """The handlers that may match this element, in order of registration."""
        if self._version != registry_version():
            self._work_out()
        if len(element) == 1 and not self._wanted_ids:
            try:
                return self._usual[element.tag][element.get("type", "")][element[0].tag]
            except KeyError:
                pass
        id_ = ""
        # An id counts only where a handler waits for it: each stanza has another one.
        if self._wanted_ids and (id_ := element.get("id", "")) not in self._wanted_ids:
            id_ = _ANOTHER
        shape: Shape = (element.tag, element.get("type", ""), id_, *[child.tag for child in element])
        found = self._shapes.get(shape)
        return self._find(shape) if found is None else found

    def _find(self, shape: Shape) -> tuple["Candidate", ...]:
        found = tuple(
            _candidate(handler, wanted) for handler, wanted in self._keys if _may_match(wanted, shape)
        )
        if len(self._shapes) >= _MAX_SHAPES:
            self._forget()
        # What has thousands of children or names of thousands of characters will hardly come again, and would be
        # kept here as long as a stranger likes.
        if len(shape) < _MAX_PARTS and all(len(part) < _MAX_NAME for part in shape):
            self._shapes[shape] = found
            if len(shape) == 4 and not self._wanted_ids:
                tag, type_, _, child = shape
                self._usual.setdefault(tag, {}).setdefault(type_, {})[child] = found
        return found

    def _forget(self) -> None:
        self._shapes.clear()
        self._usual.clear()

    def _work_out(self) -> None:
        self._version = registry_version()
        self._forget()
        self._keys = [(handler, handler.matcher.keys()) for handler in self._handlers]
        self._wanted_ids = frozenset(
            key.id for _, keys in self._keys for key in keys or () if key.id is not None
        )


def _candidate(handler: BaseHandler, wanted: tuple[MatchKey, ...] | None) -> Candidate:
    surely = wanted is not None and _is_exact(handler)
    return handler, surely, handler if surely and isinstance(handler, Callback) and handler.is_plain else None


def _is_exact(handler: BaseHandler) -> bool:
    # A program's own handler may have a say of its own.
    return handler.matcher.is_exact and type(handler).match is BaseHandler.match


def _may_match(keys: tuple[MatchKey, ...] | None, shape: Shape) -> bool:
    if keys is None:
        return True
    tag, type_, id_ = shape[:3]
    children = shape[3:]
    for key in keys:
        if key.kind is not None and key.kind != tag and key.kind != tag.rpartition("}")[2]:
            continue
        if key.type is not None and key.type != type_:
            continue
        if key.id is not None and key.id != id_:
            continue
        if key.child is not None and key.child not in children:
            continue
        return True
    return False
