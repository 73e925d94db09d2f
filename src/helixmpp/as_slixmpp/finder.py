"""The import hook: it finds every module whose name begins with ``slixmpp``, and the distribution of that name."""

import sys
from collections.abc import Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from os import PathLike
from types import ModuleType
from typing import Any

from helixmpp.as_slixmpp.mirror import Mirror, Place
from helixmpp.as_slixmpp.payloads import register_payloads
from helixmpp.as_slixmpp.plugin_paths import place_of_plugin, plugin_of
from helixmpp.as_slixmpp.table import API_VERSION, NAME, place_of

__all__ = ["SlixmppFinder", "find_place"]

_DOC = "helixmpp, under the name that slixmpp gives this module; see helixmpp.as_slixmpp."


def find_place(name: str) -> Place:
    """Where the names of a module of slixmpp's live.

    :raises ModuleNotFoundError: slixmpp has no such module, or helixmpp has nothing for it.
    """
    found = place_of_plugin(name) or place_of(name)
    if isinstance(found, Place):
        return found
    reason = f": {found}" if found else ""
    raise ModuleNotFoundError(f"No module named {name!r}{reason}", name=name)


class SlixmppLoader(Loader):
    """Makes a module that shows names of helixmpp."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make the module."""
        return Mirror(spec.name, self._place, _DOC)

    def exec_module(self, module: ModuleType) -> None:
        """Make a plugin's payloads known; names are looked up when somebody asks."""
        plugin = plugin_of(module.__name__)
        if plugin:
            register_payloads(plugin)


class SlixmppFinder(MetaPathFinder):
    """The hook itself; :func:`helixmpp.install_as_slixmpp` puts it in front of all others."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module.

        :raises ModuleNotFoundError: it is one of slixmpp's, and not here. The real slixmpp is not asked: half a
            program on one library and half on the other would share no class.
        """
        if fullname != NAME and not fullname.startswith(f"{NAME}."):
            return None
        place = find_place(fullname)
        spec = ModuleSpec(fullname, SlixmppLoader(place), origin=__file__, is_package=bool(place.children))
        spec.has_location = False
        return spec

    # importlib.metadata asks each finder for this method. It is no part of MetaPathFinder's own interface.
    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterable[Distribution]:
        """Find the distribution ``slixmpp``, where that name is asked for: programs compare its version."""
        name = getattr(context, "name", None)
        return [SlixmppDistribution()] if isinstance(name, str) and name.lower() == NAME else []


class SlixmppDistribution(Distribution):
    """What ``importlib.metadata`` answers about ``slixmpp``."""

    def read_text(self, filename: str | PathLike[str]) -> str | None:
        """Give the metadata; there are no other files."""
        if str(filename) != "METADATA":
            return None
        summary = "helixmpp, answering for slixmpp (helixmpp.as_slixmpp)"
        return f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {API_VERSION}\nSummary: {summary}\n"

    def locate_file(self, path: str | PathLike[str]) -> Any:
        """Refuse: there are no files.

        :raises FileNotFoundError: always.
        """
        raise FileNotFoundError(f"{path}: {NAME} is answered by helixmpp and has no files of its own")


def installed() -> SlixmppFinder | None:
    """The hook, if it is installed."""
    return next((finder for finder in sys.meta_path if isinstance(finder, SlixmppFinder)), None)
