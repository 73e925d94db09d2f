"""``xmpp.plugin["xep_0092"].stanza``: the module with its payloads, which is a member of each plugin of slixmpp's."""

from importlib import import_module
from typing import Any

from helixmpp.core import BasePlugin

__all__ = ["hide_stanza_modules", "show_stanza_modules"]

_OURS = "helixmpp.plugins."


class _StanzaModule:
    """The module ``stanza`` beside a plugin's class; a class that has a ``stanza`` of its own keeps that."""

    def __get__(self, plugin: object, owner: type) -> Any:
        for cls in owner.__mro__:
            if cls.__module__.startswith(_OURS):
                package = ".".join(cls.__module__.split(".")[:3])
                try:
                    return import_module(f"{package}.stanza")
                except ModuleNotFoundError:
                    break
        raise AttributeError(f"{owner.__name__} has no module of stanzas")


def show_stanza_modules() -> None:
    """Give every plugin that member."""
    type.__setattr__(BasePlugin, "stanza", _StanzaModule())


def hide_stanza_modules() -> None:
    """Have plugins as they were."""
    if "stanza" in vars(BasePlugin):
        type.__delattr__(BasePlugin, "stanza")
