"""What a field that is absent is read as, where the declaration does not say."""

from typing import Any, Final, final

__all__ = ["UNSET", "Unset", "default_for"]


@final
class Unset:
    """The type of :data:`UNSET`."""

    __slots__ = ()


UNSET: Final = Unset()


def default_for(kind: Any, default: Any, required: bool) -> Any:
    """Return the default of a field: as declared, else ``""`` for ``str`` and None for the rest."""
    if default is UNSET:
        return "" if kind is str else None
    if required:
        raise TypeError("a field that is required has no default")
    return default
