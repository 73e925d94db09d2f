"""The face of a package whose names are looked up when they are first used (PEP 562)."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["face"]


def face(
    package: dict[str, Any], module_of: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The ``__getattr__`` and the ``__dir__`` of a package.

    :param package: its ``globals()``; a name that was looked up stays there.
    :param module_of: the module that each name comes from.
    """

    def look_up(name: str) -> Any:
        module = module_of.get(name)
        if module is None:
            raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - only when a name is looked up

        value = package[name] = getattr(import_module(module), name)
        return value

    def names() -> list[str]:
        return sorted(set(package) | set(package["__all__"]))

    return look_up, names
