"""Putting the hook in, and taking it out."""

import sys
from typing import Any

from helixmpp.as_slixmpp.absent import absent_is_empty, absent_is_none
from helixmpp.as_slixmpp.addresses import forbid_assignment, permit_assignment
from helixmpp.as_slixmpp.finder import SlixmppFinder, installed
from helixmpp.as_slixmpp.plugin_paths import our_plugins
from helixmpp.as_slixmpp.table import API_VERSION, NAME
from helixmpp.as_slixmpp.text import text_is_short, text_is_whole
from helixmpp.core.plugin_loader import PLUGINS
from helixmpp.core.plugin_manager import OTHER_DEFAULTS
from helixmpp.errors import StateError

__all__ = ["install_as_slixmpp", "uninstall_as_slixmpp"]

# What peers see of a program (the hash of its capabilities, and whose they are) stays as they know it.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "xep_0030": {"always_info_feature": False},
    "xep_0115": {"caps_node": f"http://slixmpp.com/ver/{API_VERSION}"},
}


def install_as_slixmpp() -> None:
    """Answer ``import slixmpp`` by helixmpp from now on, also where slixmpp is installed. Twice is as once.

    :raises StateError: the real slixmpp was imported already; what holds its classes would not be changed by this.
    """
    if installed() is not None:
        return
    loaded = sys.modules.get(NAME)
    if loaded is not None:
        raise StateError(
            f"slixmpp is imported already ({getattr(loaded, '__file__', None)}); "
            "call install_as_slixmpp() before everything else"
        )
    sys.meta_path.insert(0, SlixmppFinder())
    permit_assignment()
    absent_is_empty()
    text_is_short()
    OTHER_DEFAULTS.update(_DEFAULTS)
    for name in our_plugins():
        if name not in PLUGINS:
            PLUGINS.append(name)


def uninstall_as_slixmpp() -> None:
    """Undo :func:`install_as_slixmpp`, for tests; who holds one of the modules keeps it."""
    finder = installed()
    if finder is None:
        return
    sys.meta_path.remove(finder)
    forbid_assignment()
    absent_is_none()
    text_is_whole()
    OTHER_DEFAULTS.clear()
    PLUGINS.clear()
    for name in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
        del sys.modules[name]
