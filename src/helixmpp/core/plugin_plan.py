"""What the class of a plugin declares, worked out once and the same for all clients.

A gateway has thirty plugins in each of thousands of sessions: what is noted here is not noted for each of them.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from helixmpp.core.api import check_handler
from helixmpp.core.declare import declared_by
from helixmpp.stanza import MatcherBase

__all__ = ["Plan", "plan_of"]


class Plan:
    """How the plugins of one class are wired; nobody changes it."""

    __slots__ = ("handlers", "listeners", "operations")

    def __init__(self) -> None:
        #: Operations, as :meth:`APIRegistry.declare` takes them.
        self.operations: dict[str, tuple[str, bool] | None] = {}
        #: Names of events, each with the name of the method.
        self.listeners: list[tuple[str, str]] = []
        #: What stanzas are matched by, with the name of the handler and that of the method.
        self.handlers: list[tuple[MatcherBase, str, str]] = []


_PLANS: WeakKeyDictionary[type, Plan] = WeakKeyDictionary()


def plan_of(cls: type, name: str, operations: tuple[str, ...], method: Callable[[str], Any]) -> Plan:
    """The plan of a class of plugins.

    :param name: of the plugin; those of its handlers begin with it.
    :param operations: names of operations that have no handler of the plugin's own.
    :param method: gives a method of one plugin of this class by its name, to look at it.
    :raises TypeError: a method that is declared as an operation cannot be called as one.
    """
    plan = _PLANS.get(cls)
    if plan is None:
        plan = Plan()
        plan.operations.update(dict.fromkeys(operations))
        for attribute, mark in declared_by(cls):
            if mark.kind == "operation":
                check_handler(method(attribute), mark.name, blocking=mark.blocking)
                plan.operations[mark.name] = (attribute, mark.blocking)
            elif mark.kind == "event":
                plan.listeners.append((mark.name, attribute))
            elif mark.matcher is not None:
                plan.handlers.append((mark.matcher, f"{name}.{attribute}", attribute))
        _PLANS[cls] = plan
    return plan
