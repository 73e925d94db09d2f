"""Putting the hook in, and taking it out."""

import sys

from helixmpp.as_slixmpp.addresses import forbid_assignment, permit_assignment
from helixmpp.as_slixmpp.finder import SlixmppFinder, installed
from helixmpp.as_slixmpp.plugin_paths import our_plugins
from helixmpp.as_slixmpp.table import NAME
from helixmpp.core.plugin_loader import PLUGINS
from helixmpp.errors import StateError

__all__ = ["install_as_slixmpp", "uninstall_as_slixmpp"]


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
    PLUGINS.clear()
    for name in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
        del sys.modules[name]
