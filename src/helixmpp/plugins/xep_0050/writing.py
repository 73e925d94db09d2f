"""A session as bytes, for the storage, and back: without pickle, and by names that the program has given."""

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from xml.etree.ElementTree import Element

from helixmpp.errors import HelixError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0050.names import Names
from helixmpp.plugins.xep_0050.stanza import Command
from helixmpp.plugins.xep_0050.store import Session
from helixmpp.stanza import ElementBase
from helixmpp.xml import parse_one, serialize

__all__ = ["CannotKeep", "Kept", "read_kept", "write_session"]

_VERSION: Final = 1
_DEEPEST: Final = 40  # lists in lists; one that is in itself would have no end
# They stand at the top, or are made anew when the next step comes.
_APART: Final = frozenset({"id", "from", "to", "node", "expires", "interfaces", "payload_classes"})


class CannotKeep(ValueError):
    """What is in a session cannot be written; the text says what."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a session; its content is not read yet.

    ``expires`` is in seconds since the epoch.
    """

    asker: str
    asked: str
    node: str
    expires: float
    content: Any

    def session(self, id_: str, names: Names) -> Session:
        """The session itself.

        :raises ValueError: a handler is not among the names any more, or it cannot be read.
        """
        try:
            content = _decode(self.content, names)
        except (HelixError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
        if not isinstance(content, dict):
            raise ValueError("it is no dictionary")
        session: Session = {
            **content,
            "id": id_,
            "from": JID(self.asker),
            "to": JID(self.asked),
            "node": self.node,
            "expires": self.expires,
            "interfaces": set(),
            "payload_classes": set(),
        }
        return session


def write_session(session: Session, names: Names) -> bytes:
    """Write a session.

    :raises CannotKeep: there is something in it that cannot be written.
    """
    content = {key: value for key, value in session.items() if key not in _APART}
    try:
        return json.dumps(
            {
                "version": _VERSION,
                "from": str(session["from"]),
                "to": str(session["to"]),
                "node": session["node"],
                "expires": session["expires"],
                "session": _encode(content, names, 0),
            },
            allow_nan=False,
            separators=(",", ":"),
        ).encode()
    except CannotKeep:
        raise
    except (HelixError, ValueError, TypeError) as error:
        raise CannotKeep(f"{type(error).__name__}: {error}") from error


def read_kept(value: bytes) -> Kept:
    """Read whose session it is, and until when.

    :raises ValueError: it was not written by :func:`write_session`, or by another version of it.
    """
    try:
        found = json.loads(value)
        if found["version"] != _VERSION:
            raise ValueError(f"version {found['version']!r} is not known here")
        head = (found["from"], found["to"], found["node"])
        expires = found["expires"]
        if not all(isinstance(text, str) for text in head):
            raise ValueError("it says not whose session it is")
        # JSON, as Python reads it, has numbers that are no time.
        if isinstance(expires, bool) or not isinstance(expires, int | float) or not math.isfinite(expires):
            raise ValueError("it says not until when")
        return Kept(*head, float(expires), found["session"])
    except (TypeError, KeyError, RecursionError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


# -- values: what JSON has is itself, and everything else a dictionary of its kind and its content ------------------


def _encode(value: Any, names: Names, depth: int) -> Any:
    # Exactly these types: one derived from them would come back as another one.
    kind = _kind_of(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if depth > _DEEPEST:
        raise CannotKeep("lists in lists without an end")

    def inner(items: Any) -> list[Any]:
        return [_encode(item, names, depth + 1) for item in items]

    if kind is list:
        return inner(value)
    if kind in (tuple, set, frozenset):
        return {kind.__name__: inner(value)}
    if kind is dict:
        return {"dict": [inner(pair) for pair in value.items()]}
    if kind is bytes:
        return {"bytes": base64.b64encode(value).decode()}
    if kind is JID:
        return {"jid": str(value)}
    if kind is Element:
        return {"element": serialize(value)}
    if isinstance(value, ElementBase):
        return {"stanza": _stanza_text(value)}
    if kind is partial:
        return {"partial": inner((value.func, value.args, value.keywords))}
    name = names.name_of(value) if callable(value) else None
    if name is None:
        what = getattr(value, "__qualname__", None) or kind.__qualname__
        raise CannotKeep(f"{what} has no name" if callable(value) else f"it holds a {what}")
    return {"handler": list(name)}


def _kind_of(value: object) -> type[object]:
    return type(value)


def _stanza_text(value: ElementBase) -> str:
    # By its element a class is found again that is known in commands; another one is not.
    if Command.iterable_tag_map.get(value.tag) is not type(value):
        raise CannotKeep(f"{type(value).__qualname__} is not registered as a payload of commands")
    return serialize(value.xml)


def _decode(value: Any, names: Names) -> Any:
    tagged: Any = value
    if isinstance(value, list):
        return _items(tagged, names)
    if not isinstance(value, dict):
        return tagged
    ((kind, content),) = tagged.items()
    return _DECODERS[kind](content, names)


def _items(content: Any, names: Names) -> list[Any]:
    return [_decode(item, names) for item in content]


def _handler(content: Any, names: Names) -> Any:
    kind, called = content
    found = names.handler_of((kind, called))
    if found is None:
        raise ValueError(f"the program has no handler of the name {called!r} here")
    return found


def _partial(content: Any, names: Names) -> Any:
    function, arguments, keywords = _items(content, names)
    return partial(function, *arguments, **keywords)


def _stanza(content: Any, names: Names) -> ElementBase:
    element = parse_one(content)
    kind: type[ElementBase] = Command.iterable_tag_map[element.tag]
    return kind(xml=element)


_DECODERS: Final[Mapping[str, Callable[[Any, Names], Any]]] = {
    "float": lambda content, _: float(content),
    "tuple": lambda content, names: tuple(_items(content, names)),
    "set": lambda content, names: set(_items(content, names)),
    "frozenset": lambda content, names: frozenset(_items(content, names)),
    "dict": lambda content, names: dict(_items(content, names)),
    "bytes": lambda content, _: base64.b64decode(content, validate=True),
    "jid": lambda content, _: JID(content),
    "element": lambda content, _: parse_one(content),
    "stanza": _stanza,
    "partial": _partial,
    "handler": _handler,
}
