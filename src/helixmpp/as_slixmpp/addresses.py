"""Addresses that programs in slixmpp's style assign to, ``jid.resource = "phone"``, and take for text.

A :class:`~helixmpp.JID` does not change, and is one object for all who have that address. While helixmpp stands in for
slixmpp it can be changed: whoever makes or reads an address then gets an object of his own. Many attributes that are
addresses here are text there, ``item["jid"]`` of an answer to disco#items for example: it then has the methods of text.
Programs written for helixmpp never see this.
"""

from collections.abc import Callable
from typing import Any

from helixmpp.jid import JID

__all__ = ["forbid_assignment", "permit_assignment"]

_SLOTS = ("_local", "_domain", "_resource", "_bare", "_full")
_KINDS = {
    "local": "local",
    "user": "local",
    "username": "local",
    "node": "local",
    "domain": "domain",
    "host": "domain",
    "server": "domain",
    "resource": "resource",
}
# The one empty address, which default values share; it was made before anything here.
_EMPTY = JID("")

_make: Callable[..., JID] = JID.__new__
_parse: Callable[..., JID] = JID.parse
_bare_jid: Any = JID.__dict__["bare_jid"]


def _own(jid: JID) -> JID:
    """An object of the caller's own for the same address."""
    own: JID = object.__new__(JID)
    _take(own, jid)
    return own


def _take(jid: JID, other: JID) -> None:
    for slot in _SLOTS:
        object.__setattr__(jid, slot, getattr(other, slot))


def _new(cls: type[JID], *args: Any, **kwargs: Any) -> JID:
    return _own(_make(cls, *args, **kwargs))


def _read(cls: type[JID], text: str | JID, *, lenient: bool = True) -> JID:
    return _own(_parse(text, lenient=lenient))


def _assign(jid: JID, name: str, value: object) -> None:
    """Change a part, or all of it; the address stays as it was when that is none.

    :raises InvalidJID: what would come of it is no address.
    """
    text = "" if value is None else str(value)
    if jid is _EMPTY:
        raise AttributeError("this empty address belongs to nobody; make one by JID()")
    if name in ("full", "jid"):
        _take(jid, _make(JID, text))
    elif name == "bare":
        new = _make(JID, text)
        _take(jid, JID.from_parts(new.local, new.domain, jid.resource))
    elif name in _KINDS:
        parts = {"local": jid.local, "domain": jid.domain, "resource": jid.resource, _KINDS[name]: text}
        _take(jid, JID.from_parts(parts["local"], parts["domain"], parts["resource"]))
    else:
        raise AttributeError(f"an address has no part {name!r}")


def _copy_deeply(jid: JID, memo: object) -> JID:
    return _own(jid)


_PATCHES: dict[str, Any] = {
    "__new__": staticmethod(_new),
    "parse": classmethod(_read),
    "__setattr__": _assign,
    "__copy__": _own,
    "__deepcopy__": _copy_deeply,
    "bare_jid": property(lambda jid: _own(_bare_jid.__get__(jid))),
}
_TEXT = ("__add__", "__contains__", *(name for name in dir(str) if name[0] != "_"))


def _behind(jid: JID, text: str) -> str:
    return text + jid.full


def _item(jid: JID, key: Any) -> Any:
    # A list of addresses, as that of XEP-0191, is one of elements there: item["jid"].
    return jid if key == "jid" else jid.full[key]


def _as_text(name: str) -> Callable[..., Any]:
    method: Any = getattr(str, name)

    def call(jid: JID, *args: Any, **kwargs: Any) -> Any:
        # Text can be searched for an address, or have one at its end.
        return method(jid.full, *(str(arg) if isinstance(arg, JID) else arg for arg in args), **kwargs)

    return call


_PATCHES.update({name: _as_text(name) for name in _TEXT if not hasattr(JID, name)})
_PATCHES.update(__radd__=_behind, __getitem__=_item)
_before: dict[str, Any] = {}


def permit_assignment() -> None:
    """Let the parts of an address be assigned."""
    for name, patch in _PATCHES.items():
        _before.setdefault(name, JID.__dict__.get(name))
        setattr(JID, name, patch)


def forbid_assignment() -> None:
    """Have addresses as they were."""
    for name in _PATCHES:
        original = _before.pop(name, None)
        if original is None:
            delattr(JID, name)
        else:
            setattr(JID, name, original)
