"""Putting the hook in, and taking it out."""

import logging
import sys
from typing import Any

from helixmpp.as_slixmpp.absent import absent_is_empty, absent_is_none
from helixmpp.as_slixmpp.addresses import forbid_assignment, permit_assignment
from helixmpp.as_slixmpp.finder import SlixmppFinder, installed
from helixmpp.as_slixmpp.payloads import forget_payloads
from helixmpp.as_slixmpp.plugin_members import hide_stanza_modules, show_stanza_modules
from helixmpp.as_slixmpp.plugin_paths import our_plugins
from helixmpp.as_slixmpp.table import API_VERSION, NAME
from helixmpp.as_slixmpp.text import text_is_short, text_is_whole
from helixmpp.as_slixmpp.times import times_are_as_written, times_are_strict
from helixmpp.as_slixmpp.xhtml import bodies_are_contents, bodies_are_elements
from helixmpp.core import BaseXMPP, ComponentXMPP
from helixmpp.core.plugin_loader import PLUGINS
from helixmpp.core.plugin_manager import MORE_DEPENDENCIES, OTHER_DEFAULTS
from helixmpp.errors import DEFAULT_ERROR_TYPES, StateError, XMPPError
from helixmpp.stanza import StanzaBase
from helixmpp.xml import NS_XML

__all__ = ["install_as_slixmpp", "uninstall_as_slixmpp"]

# What peers see of a program (the hash of its capabilities, and whose they are) stays as they know it.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "xep_0030": {"always_info_feature": False, "mirrors_node": False, "features_at_once": False},
    "xep_0055": {"names_only": True},
    "xep_0092": {"software_name": "Slixmpp", "version": API_VERSION},
    "xep_0100": {"finds_addresses": False},
    "xep_0045": {"rooms_as_given": True},
    "xep_0231": {"tells_cid": True},
    "xep_0115": {"caps_node": f"http://slixmpp.com/ver/{API_VERSION}"},
    "xep_0313": {"page_size": 10},
    "xep_0492": {"namespace_version": 0},
}
# What slixmpp's plugins bring along, and ours can do without.
_DEPENDENCIES = {
    "xep_0045": {"xep_0172"},
    "xep_0077": {"xep_0066"},
    "xep_0202": {"xep_0082"},
    "xep_0313": {"xep_0050"},
    "xep_0319": {"xep_0012"},
    "xep_0363": {"xep_0128"},
    "xep_0394": {"xep_0071"},
    "xep_0424": {"xep_0422"},
    "xep_0490": {"xep_0223"},
}
# Where slixmpp has another type for a condition than RFC 6120 section 8.3.3 recommends: that of XEP-0086.
_ERROR_TYPES = {"gone": "modify", "internal-server-error": "wait", "unexpected-request": "modify"}
_ANSWERED = StanzaBase.answered


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
    show_stanza_modules()
    times_are_as_written()
    bodies_are_contents()
    _log_below(logging.getLogger(NAME))
    OTHER_DEFAULTS.update(_DEFAULTS)
    MORE_DEPENDENCIES.update(_DEPENDENCIES)
    XMPPError.default_types = {**DEFAULT_ERROR_TYPES, **_ERROR_TYPES}
    # Gateways say by it that somebody has to register first, or that nobody is there.
    ComponentXMPP.refusals_are_sent = True
    # What failed is told by events; who awaits connect() is told whether.
    BaseXMPP.connect_raises = False
    # Answers are in the language of what they answer.
    StanzaBase.answered = (*_ANSWERED, f"{{{NS_XML}}}lang")
    for name in our_plugins():
        if name not in PLUGINS:
            PLUGINS.append(name)


def _log_below(parent: logging.Logger) -> None:
    """Have our log go on to that of another name: programs set the level and the handlers of ``slixmpp``."""
    ours = logging.getLogger("helixmpp")
    ours.parent = parent
    # Which levels are on is remembered by each logger; this makes them forget.
    ours.setLevel(ours.level)


def uninstall_as_slixmpp() -> None:
    """Undo :func:`install_as_slixmpp`, for tests; who holds one of the modules keeps it."""
    finder = installed()
    if finder is None:
        return
    sys.meta_path.remove(finder)
    forbid_assignment()
    absent_is_none()
    text_is_whole()
    hide_stanza_modules()
    forget_payloads()
    times_are_strict()
    bodies_are_elements()
    _log_below(logging.getLogger())
    OTHER_DEFAULTS.clear()
    MORE_DEPENDENCIES.clear()
    XMPPError.default_types = DEFAULT_ERROR_TYPES
    ComponentXMPP.refusals_are_sent = False
    BaseXMPP.connect_raises = True
    StanzaBase.answered = _ANSWERED
    PLUGINS.clear()
    for name in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
        del sys.modules[name]
