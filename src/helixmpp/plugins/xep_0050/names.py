"""The names by which the handlers of a command are found again, in another process or after a restart.

What is kept of a session says by a name which handler comes next. A name is never imported: it is looked up among what
the program itself has given for this command when it started.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FunctionType, MethodType
from typing import Any

__all__ = ["Handler", "Name", "Names"]

Handler = Callable[..., Any]
#: Where a handler is found (``step``, ``method`` or ``function``), and how it is called there.
Name = tuple[str, str]

_LIBRARY = __name__.partition(".")[0]


class Names:
    """The handlers of one command that have a name.

    These are the ones that the program has named itself, the methods of the object that the first handler is a method
    of (those that the library's own classes bring are none), and the functions of the module in which that is
    defined. A lambda has no name, nor has a function inside another one or a method of another object.

    :param first: the first handler of the command.
    :param steps: what the program has named itself.
    """

    def __init__(self, first: Handler, steps: Mapping[str, Handler]) -> None:
        self._steps = steps
        while isinstance(first, partial):
            first = first.func
        self._owner: Any = None
        function: object = first
        if isinstance(first, MethodType):
            self._owner = first.__self__
            function = first.__func__
        elif not isinstance(first, FunctionType):
            self._owner = first  # an object that can be called
            function = getattr(type(first), "__call__", None)  # noqa: B004 - what its module is, not whether
        self._globals: Mapping[str, Any] = {}
        self._module = ""
        if isinstance(function, FunctionType):
            self._globals = function.__globals__
            self._module = function.__module__

    def name_of(self, handler: Handler) -> Name | None:
        """The name of a handler; None: it has none."""
        for name in self._candidates(handler):
            if self.handler_of(name) == handler:
                return name
        return None

    def handler_of(self, name: Name) -> Handler | None:
        """The handler of that name; None: there is no such one."""
        kind, called = name
        if kind == "step":
            return self._steps.get(called)
        if called.startswith("__"):
            return None
        if kind == "method":
            return self._method(called)
        return self._function(called) if kind == "function" else None

    def _candidates(self, handler: Handler) -> Iterator[Name]:
        for called, step in self._steps.items():
            if step == handler:
                yield "step", called
        function = handler.__func__ if isinstance(handler, MethodType) else handler
        if not isinstance(function, FunctionType):
            return
        yield "method", function.__name__
        yield "function", function.__name__
        # Under another name than its own: one that begins with two underscores, or that a decorator has made.
        for kind in self._kinds():
            for called, value in vars(kind).items():
                if _function_in(value) is function:
                    yield "method", called

    def _kinds(self) -> tuple[type, ...]:
        owner = self._owner
        if owner is None:
            return ()
        kind: type = owner if isinstance(owner, type) else type(owner)
        return kind.__mro__

    def _method(self, called: str) -> Handler | None:
        for kind in self._kinds():
            if called not in vars(kind):
                continue
            function = _function_in(vars(kind)[called])
            if function is None or (function.__module__ or "").partition(".")[0] == _LIBRARY:
                return None
            found: Any = getattr(self._owner, called)
            return found if callable(found) else None
        return None

    def _function(self, called: str) -> Handler | None:
        found = self._globals.get(called)
        # What the module has only imported is somebody else's.
        if isinstance(found, FunctionType) and found.__module__ == self._module:
            return found
        return None


def _function_in(value: Any) -> FunctionType | None:
    found: Any = value
    if isinstance(value, staticmethod | classmethod):
        found = found.__func__
    return found if isinstance(found, FunctionType) else None
