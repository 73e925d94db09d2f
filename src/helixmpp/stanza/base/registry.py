"""Which classes stand in which: registered at run time, and taken back.

What is registered on a class holds for its subclasses, those that exist and those to come; what is registered
on a subclass does not hold for its base. The nearest class counts, and there the latest registration. A class
whose body sets ``plugin_attrib_map`` begins anew: it has what it says and what is registered on it, and
nothing of its bases.

The maps of a class are replaced, never changed in place, so that no class changes the map of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

from helixmpp.stanza.base.children import ParentNode

__all__ = ["merge_bases", "register_stanza_plugin", "registry_version", "unregister_stanza_plugin"]

_MAPS: Final = (
    "plugin_attrib_map",
    "plugin_tag_map",
    "plugin_multi_map",
    "iterable_tag_map",
    "plugin_overrides",
)


class _Registration:
    __slots__ = ("count", "iterable", "overrides", "plugin")

    def __init__(self, plugin: type[ParentNode], iterable: bool, overrides: bool) -> None:
        self.plugin = plugin
        self.iterable = iterable
        self.overrides = overrides
        self.count = 1

    def entries(self) -> Iterator[tuple[str, str, Any]]:
        """What this puts into which map, under which key."""
        plugin = self.plugin
        yield "plugin_attrib_map", plugin.plugin_attrib, plugin
        yield "plugin_tag_map", plugin.tag_name(), plugin
        if self.iterable:
            yield "iterable_tag_map", plugin.tag_name(), plugin
            if plugin.plugin_multi_attrib:
                yield "plugin_multi_map", plugin.plugin_multi_attrib, plugin
        if self.overrides:
            for method in plugin.overrides:
                yield "plugin_overrides", method, plugin.plugin_attrib


class _Record:
    """What was registered on one class itself, and what its body said."""

    __slots__ = ("anew", "declared", "iterables", "registrations")

    def __init__(self, cls: type[ParentNode]) -> None:
        own = vars(cls)
        self.anew = "plugin_attrib_map" in own
        self.declared: dict[str, dict[str, Any]] = {name: dict(own.get(name, {})) for name in _MAPS}
        self.iterables: set[type[Any]] = set(own.get("plugin_iterables", ()))
        self.registrations: list[_Registration] = []


_records: WeakKeyDictionary[type[ParentNode], _Record] = WeakKeyDictionary()
_version = count(1)
_current: list[int] = [0]


def registry_version() -> int:
    """Return a number that changes whenever something is registered or taken back.

    What was worked out from the registered classes, such as :meth:`MatcherBase.keys`, holds until then.
    """
    return _current[0]


def register_stanza_plugin(
    stanza: type[ParentNode], plugin: type[ParentNode], iterable: bool = False, overrides: bool = False
) -> None:
    """Make a class known as a child of another: ``msg["bob"]`` and ``msg[BitsOfBinary]`` give it then.

    To register the same again only counts, so that each :func:`unregister_stanza_plugin` takes back one.

    :param iterable: there may be several; ``for item in stanza``, ``len(stanza)`` and the key
        ``plugin_multi_attrib`` have them.
    :param overrides: the methods that ``plugin.overrides`` names are called instead of the stanza's own.
    """
    own = _record(stanza).registrations
    new = _Registration(plugin, iterable, overrides)
    for index, known in enumerate(own):
        if known.plugin is plugin and known.iterable == iterable and known.overrides == overrides:
            if all(getattr(stanza, name).get(key) == value for name, key, value in known.entries()):
                known.count += 1
                return
            new.count += known.count
            del own[index]
            break
    own.append(new)
    _refresh(stanza, new)


def unregister_stanza_plugin(
    stanza: type[ParentNode], plugin: type[ParentNode], iterable: bool = False, overrides: bool = False
) -> bool:
    """Take one registration back; whether there was such a one.

    When the last one is gone, what was registered under the same key before holds again.
    """
    own = _record(stanza).registrations
    for index, known in enumerate(own):
        if known.plugin is plugin and known.iterable == iterable and known.overrides == overrides:
            known.count -= 1
            if not known.count:
                del own[index]
                _refresh(stanza, known)
            return True
    return False


def merge_bases(cls: type[ParentNode]) -> None:
    """Give a new class with several bases what is registered on each of them."""
    for one in cls.__mro__[1:]:
        record = _records.get(one) if issubclass(one, ParentNode) else None
        if record is not None and not _begins_anew(cls):
            for registration in record.registrations:
                _record(cls)
                _refresh_one(cls, registration)


def _record(cls: type[ParentNode]) -> _Record:
    record = _records.get(cls)
    if record is None:
        record = _records[cls] = _Record(cls)
    return record


def _refresh(stanza: type[ParentNode], changed: _Registration) -> None:
    """Work out anew what the class and its subclasses have under the keys of one registration."""
    _current[0] = next(_version)
    for cls in _family(stanza):
        # A class without maps of its own inherits those of its base; with two bases it needs its own.
        if cls is not stanza and cls not in _records:
            if sum(issubclass(base, ParentNode) for base in cls.__bases__) < 2:
                continue
            _record(cls)
        _refresh_one(cls, changed)


def _refresh_one(cls: type[ParentNode], changed: _Registration) -> None:
    for name, key, _ in changed.entries():
        new = dict(getattr(cls, name))
        value = _resolve(cls, name, key)
        if value is None:
            new.pop(key, None)
        else:
            new[key] = value
        setattr(cls, name, new)
    if changed.iterable:
        cls.plugin_iterables = _iterables(cls)


def _family(cls: type[ParentNode]) -> Iterator[type[ParentNode]]:
    """The class, and the subclasses that have what is registered on it."""
    seen: set[type[ParentNode]] = set()
    todo = [cls]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            yield one
            todo.extend(sub for sub in one.__subclasses__() if not _begins_anew(sub))


def _begins_anew(cls: type[ParentNode]) -> bool:
    record = _records.get(cls)
    return record.anew if record is not None else "plugin_attrib_map" in vars(cls)


def _resolve(cls: type[ParentNode], name: str, key: str) -> Any:
    for one in cls.__mro__:
        if not issubclass(one, ParentNode):
            continue
        record = _records.get(one)
        if record is not None:
            for registration in reversed(record.registrations):
                for where, what, value in registration.entries():
                    if where == name and what == key:
                        return value
        if _begins_anew(one):
            declared = record.declared[name] if record is not None else vars(one).get(name, {})
            return declared.get(key)
    return None


def _iterables(cls: type[ParentNode]) -> set[type[Any]]:
    found: set[type[Any]] = set()
    for one in cls.__mro__:
        if not issubclass(one, ParentNode):
            continue
        record = _records.get(one)
        if record is not None:
            found.update(known.plugin for known in record.registrations if known.iterable)
        if _begins_anew(one):
            found.update(record.iterables if record is not None else vars(one).get("plugin_iterables", ()))
            break
    return found
