"""Arguments that programs give by a second name."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["also_called"]

P = ParamSpec("P")
R = TypeVar("R")


def also_called(**ours: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let keyword arguments have a second name, that of slixmpp: ``@also_called(msg="message")``.

    :param ours: each second name, with the name that the function has for it. Checkers of types only know that one.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            for other, name in ours.items():
                if other in kwargs:
                    if name in kwargs:
                        raise TypeError(
                            f"{function.__name__}() got {name!r} and {other!r}, which are the same"
                        )
                    kwargs[name] = kwargs.pop(other)
            return function(*args, **kwargs)

        return called

    return decorate
