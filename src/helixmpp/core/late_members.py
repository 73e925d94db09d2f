"""Members that are worked out when somebody asks for them, so that who never does pays nothing.

Descriptors without ``__set__``: what a program assigns to the object counts from then on. A ``__getattr__`` on the
class would do the same, and switch off the interpreter's cache of attributes for every object of it.
"""

import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["Deprecated", "Lazy"]


class Lazy:
    """A member that is made once for each object, when it is first read.

    :param make: gives the value for an object.
    """

    __slots__ = ("_make", "_name")

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self
        value = self._make(obj)
        # Not by way of __dict__: whoever asks for that has a dictionary made besides the attributes.
        setattr(obj, self._name, value)
        return value


class Deprecated:
    """A member that programs should not use any more; the first use in a process warns.

    :param instead: what to use.
    :param value: gives the value for an object.
    """

    __slots__ = ("_instead", "_name", "_value", "warned")

    def __init__(self, instead: str, value: Callable[[Any], Any]) -> None:
        self._instead = instead
        self._value = value
        self._name = ""
        self.warned = False

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self
        if not self.warned:
            self.warned = True
            warnings.warn(
                f"{self._name} is deprecated, use {self._instead}", DeprecationWarning, stacklevel=2
            )
        return self._value(obj)
