"""The plugins that helixmpp brings, found by importing their modules: no list of them is kept anywhere."""

import importlib
import pkgutil
from dataclasses import dataclass

import helixmpp.plugins
from helixmpp.core import BasePlugin


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin's class and the text of its module."""

    cls: type[BasePlugin]
    module: str
    docstring: str

    @property
    def xep(self) -> str:
        """The number of its XEP, such as ``0231``; empty for a plugin of none."""
        start, _, number = self.cls.name.partition("_")
        return number[:4] if start == "xep" and number[:4].isdigit() else ""


def find_plugins() -> list[Found]:
    """Import every module of ``helixmpp.plugins`` and find the plugins that it defines, sorted by name."""
    found: list[Found] = []
    for info in pkgutil.iter_modules(helixmpp.plugins.__path__, "helixmpp.plugins."):
        if info.name.rpartition(".")[2].startswith("_"):
            continue
        module = importlib.import_module(info.name)
        found.extend(
            Found(value, info.name, module.__doc__ or "")
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, BasePlugin)
            and value.name
            # A plugin that is a folder defines its class in a module of its own and shows it in the package.
            and (value.__module__ == info.name or value.__module__.startswith(info.name + "."))
        )
    return sorted(found, key=lambda one: one.cls.name)
