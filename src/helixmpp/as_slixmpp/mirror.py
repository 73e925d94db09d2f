"""A module under slixmpp's name that shows names of helixmpp: it holds nothing itself, it looks things up.

What is read from it is helixmpp's own object, and what is assigned to it is assigned where that object lives: a
program that puts a function of its own in the place of a library's (``unittest.mock.patch`` does) has to be seen
by the library.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any

__all__ = ["Mirror", "Place"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Place:
    """Where the names of one module of slixmpp's live in helixmpp.

    :param names: the module's names, each with where it lives: ``"module:name"``, or ``"module"`` for a module.
    :param homes: modules of which every public name is here, too, the first that has it.
    :param children: whether there may be modules below this one.
    :param missing: names that slixmpp has and helixmpp has not, each with the reason.
    :param call: for a module that is called: where the function lives.
    """

    names: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    homes: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    call: str = ""


class Mirror(ModuleType):
    """A module of slixmpp's, made of names that live elsewhere."""

    def __init__(self, name: str, place: Place, doc: str) -> None:
        super().__init__(name, doc)
        self.__dict__["_place"] = place
        # What the library had where something was assigned, for who takes that away again.
        self.__dict__["_before"] = {}
        if place.children:
            # What makes a module a package; there are no files behind it.
            self.__dict__["__path__"] = []

    def __getattr__(self, name: str) -> Any:
        place: Place = self.__dict__["_place"]
        if name == "__all__":
            return sorted(_public(place))
        found = _find(place, name)
        if found is not None:
            module, attribute = found
            return getattr(module, attribute) if attribute else module
        if name in place.children:
            return import_module(f"{self.__name__}.{name}")
        reason = place.missing.get(name)
        if reason is not None:
            # Not AttributeError: "from slixmpp.x import y" would then tell no reason.
            raise ImportError(f"{self.__name__}.{name}: {reason}", name=self.__name__)
        raise AttributeError(f"module {self.__name__!r} of helixmpp has no name {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        module, attribute = self._home_of(name, value)
        if module is None:
            self.__dict__[name] = value
        else:
            before: dict[str, Any] = self.__dict__["_before"]
            if name not in before and hasattr(module, attribute):
                before[name] = getattr(module, attribute)
            setattr(module, attribute, value)

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__:
            del self.__dict__[name]
            return
        found = _find(self.__dict__["_place"], name)
        before: dict[str, Any] = self.__dict__["_before"]
        if found is None or not found[1]:
            raise AttributeError(name)
        if name in before:
            # unittest.mock takes back by this what it had put there.
            setattr(*found, before.pop(name))
        else:
            delattr(*found)

    def _home_of(self, name: str, value: object) -> tuple[ModuleType | None, str]:
        if name.startswith("__") or value is sys.modules.get(f"{self.__name__}.{name}"):
            return None, name
        place: Place = self.__dict__["_place"]
        found = _find(place, name)
        if found is not None and found[1]:
            return found
        # A name that is new belongs where the module's own code would look for it.
        return (import_module(place.homes[0]), name) if place.homes else (None, name)

    def __dir__(self) -> list[str]:
        place: Place = self.__dict__["_place"]
        return sorted({*self.__dict__, *_public(place), *place.children})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call what has the module's own name, as in ``slixmpp.xmlstream.tostring(xml)``."""
        place: Place = self.__dict__["_place"]
        if not place.call:
            raise TypeError(f"module {self.__name__!r} cannot be called")
        module, _, attribute = place.call.partition(":")
        function: Callable[..., Any] = getattr(import_module(module), attribute)
        return function(*args, **kwargs)


def _find(place: Place, name: str) -> tuple[ModuleType, str] | None:
    """The module that a name lives in and its name there; no name where it is that module itself."""
    if name in place.names:
        module, _, attribute = place.names[name].partition(":")
        return import_module(module), attribute
    if name.startswith("__") or name in place.missing:
        return None
    for home in place.homes:
        module_found = import_module(home)
        if hasattr(module_found, name) and not _is_below(getattr(module_found, name), home, name):
            return module_found, name
    return None


def _is_below(value: object, home: str, name: str) -> bool:
    # A module of ours is no name of slixmpp's; those have their own paths.
    return isinstance(value, ModuleType) and value.__name__ == f"{home}.{name}"


def _public(place: Place) -> set[str]:
    names = set(place.names)
    for home in place.homes:
        module = import_module(home)
        public = getattr(module, "__all__", None)
        names.update(public if public is not None else (key for key in vars(module) if key[0] != "_"))
    return names - set(place.missing)
