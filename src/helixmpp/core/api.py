"""The internal API: every stateful plugin calls its own state through here, and a program can replace it.

A handler takes ``(jid, node, ifrom, args)`` and may be a function, a coroutine function or any callable.
The most specific one runs: for this JID and node, for this JID, for this node, for all, and where there is none
the answer is None. How many arguments a handler takes is looked at when it is registered, so that a
``TypeError`` raised *inside* a handler stays what it is: a mistake that the log shows.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import FunctionType, MappingProxyType, MethodType
from typing import Any, Final, Generic, Protocol, TypeVar

from helixmpp.core.done import Done
from helixmpp.jid import JID

__all__ = ["APIRegistry", "Operation", "OperationPlan", "PluginAPI", "check_handler"]

# What a handler is given and gives back depends on its operation; each plugin types its own in its store.
Handler = Callable[..., Any]
StoreT = TypeVar("StoreT")

# By the name of an operation: the method of the plugin that is its default handler, and whether that one is to run in
# a thread. None where the plugin has none of its own.
OperationPlan = Mapping[str, tuple[str, bool] | None]

_NOTHING: Final[Mapping[str, Operation]] = MappingProxyType({})

_PARTIAL: type[Any] = partial  # of whatever arguments
_WITH_IFROM = 4
_WITHOUT_IFROM = 3


class APIOwner(Protocol):
    """What the registry asks of the client or component that it belongs to."""

    @property
    def boundjid(self) -> JID:
        """Our own address: what a missing JID means."""
        ...

    @property
    def is_component(self) -> bool:
        """Which of the two settings about bare addresses holds."""
        ...

    def watch_task(self, awaitable: Awaitable[Any], what: str) -> asyncio.Future[Any]:
        """Start an awaitable so that its failure is seen even when nobody awaits it."""
        ...


class Operation:
    """One operation of one plugin: its handlers by JID and node, and the default one."""

    __slots__ = ("alone", "default", "everywhere", "name", "special")

    def __init__(self, name: str) -> None:
        self.name = name
        self.default: Handler | None = None
        self.everywhere: Handler | None = None
        # ("jid" or "", "node" or "") -> handler; None for nearly every operation, and then never looked at
        self.special: dict[tuple[str, str], Handler] | None = None
        # Where the program registered a handler by itself, and not with a whole store.
        self.alone: set[tuple[str, str]] | None = None

    def take_default(self, handler: Handler) -> None:
        """Have a default; it never takes the place of what the program put there before it."""
        if self.everywhere is None or self.everywhere is self.default:
            self.everywhere = handler
        self.default = handler

    def put(self, key: tuple[str, str], handler: Handler) -> None:
        """Answer by this handler at this JID and node."""
        if self.special is None:
            self.special = {}
        self.special[key] = handler

    def take(self, key: tuple[str, str]) -> None:
        """Answer no longer by a handler of its own at this JID and node."""
        if self.special is not None:
            self.special.pop(key, None)
            self.special = self.special or None

    def take_turn(self, key: tuple[str, str], *, one_of_many: bool) -> bool:
        """Whether a handler may answer at this JID and node: one of a whole store not before one by itself."""
        if one_of_many:
            return self.alone is None or key not in self.alone
        if self.alone is None:
            self.alone = set()
        self.alone.add(key)
        return True

    def forget_turn(self, key: tuple[str, str]) -> None:
        """Nothing is registered by itself any more at this JID and node."""
        if self.alone is not None:
            self.alone.discard(key)
            self.alone = self.alone or None

    def find(self, jid: str, node: str) -> Handler | None:
        """The most specific handler for this address and node."""
        special = self.special
        if special:
            for key in ((jid, node), (jid, ""), ("", node)):
                if key != ("", ""):
                    found = special.get(key)
                    if found is not None:
                        return found
        return self.everywhere


class APIRegistry:
    """The operations of all plugins of one client or component."""

    def __init__(self, owner: APIOwner) -> None:
        self.owner = owner
        self._operations: dict[str, dict[str, Operation]] = {}
        # plugin -> itself while it is enabled, and what its class declares: the same for all clients. An operation is
        # made of it when somebody asks for it, which few do.
        self._declared: dict[str, tuple[object | None, OperationPlan]] = {}
        # plugin -> settings such as {"client_bare": True}
        self.settings: dict[str, dict[str, bool]] = {}

    def operation(self, ctx: str, op: str) -> Operation:
        """The operation of that name, made when it is first declared or registered: any name is allowed."""
        return self.known(ctx, op) or self._make(ctx, op)

    def known(self, ctx: str, op: str) -> Operation | None:
        """The operation of that name, if it was declared or registered."""
        found = self._operations.get(ctx, _NOTHING).get(op)
        if found is None and ctx in self._declared:
            plugin, plan = self._declared[ctx]
            if op in plan:
                found = self._make(ctx, op)
                self._give_default(found, plugin, plan[op])
        return found

    def operations(self, ctx: str) -> list[str]:
        """The names of a plugin's operations that were declared or registered so far."""
        _, plan = self._declared.get(ctx, (None, {}))
        return sorted({*self._operations.get(ctx, ()), *plan})

    def declare(self, ctx: str, plugin: object, plan: OperationPlan) -> None:
        """Have a plugin's methods as the default handlers of its operations; :meth:`drop_defaults` undoes it.

        :param plan: kept as it is, for all clients.
        """
        self._declared[ctx] = (plugin, plan)
        for op, operation in self._operations.get(ctx, _NOTHING).items():
            # What the program put there before the plugin was enabled.
            self._give_default(operation, plugin, plan.get(op))

    def _make(self, ctx: str, op: str) -> Operation:
        made = self._operations.setdefault(ctx, {})[op] = Operation(op)
        return made

    def _give_default(
        self, operation: Operation, plugin: object | None, method: tuple[str, bool] | None
    ) -> None:
        if plugin is not None and method is not None:
            name, blocking = method
            operation.take_default(_adapt(getattr(plugin, name), operation.name, blocking=blocking))

    def register(
        self,
        ctx: str,
        handler: Handler,
        op: str,
        jid: JID | str | None = None,
        node: str | None = None,
        default: bool = False,
        *,
        blocking: bool = False,
        one_of_many: bool = False,
    ) -> None:
        """Answer ``op`` of the plugin ``ctx`` with ``handler``; see :meth:`PluginAPI.register`.

        :param one_of_many: it comes with a whole store, and so stands behind one that was registered by itself.
        """
        adapted = _adapt(handler, op, blocking=blocking)
        operation = self.operation(ctx, op)
        key = self._key(ctx, jid, node)
        if default:
            operation.take_default(adapted)
        elif operation.take_turn(key, one_of_many=one_of_many):
            if key == ("", ""):
                operation.everywhere = adapted
            else:
                operation.put(key, adapted)

    def unregister(self, ctx: str, op: str, jid: JID | str | None = None, node: str | None = None) -> None:
        """Take the handler of exactly this JID and node away; without both, the global one."""
        operation = self.known(ctx, op)
        key = self._key(ctx, jid, node)
        if operation is None:
            return
        operation.forget_turn(key)
        if key == ("", ""):
            operation.everywhere = None
        else:
            operation.take(key)

    def restore_default(
        self, ctx: str, op: str, jid: JID | str | None = None, node: str | None = None
    ) -> None:
        """Let the plugin's own handler answer again, for this JID and node or for all."""
        operation = self.known(ctx, op)
        key = self._key(ctx, jid, node)
        if operation is None:
            return
        operation.forget_turn(key)
        if key == ("", ""):
            operation.everywhere = operation.default
        elif operation.default is None:
            operation.take(key)
        else:
            operation.put(key, operation.default)

    def drop_defaults(self, ctx: str) -> None:
        """Forget a plugin's own handlers when it is disabled; what the program registered stays."""
        if ctx in self._declared:
            # Its operations are known still: a program may register a handler of its own.
            self._declared[ctx] = (None, self._declared[ctx][1])
        for operation in self._operations.get(ctx, {}).values():
            default = operation.default
            if default is None:
                continue
            operation.default = None
            if operation.everywhere is default:
                operation.everywhere = None
            for key in [key for key, value in (operation.special or {}).items() if value is default]:
                operation.take(key)

    def run(
        self,
        ctx: str,
        op: str,
        jid: JID | str | None = None,
        node: str | None = None,
        ifrom: JID | str | None = None,
        args: Any = None,
    ) -> Awaitable[Any]:
        """Call the most specific handler.

        A handler that is no coroutine function runs before this returns, and raises here what it raises.
        """
        operation = self.known(ctx, op)
        return Done(None) if operation is None else self.call(ctx, operation, jid, node, ifrom, args)

    def call(
        self,
        ctx: str,
        operation: Operation,
        jid: JID | str | None = None,
        node: str | None = None,
        ifrom: JID | str | None = None,
        args: Any = None,
    ) -> Awaitable[Any]:
        """The same as :meth:`run`, for who has looked the operation up already."""
        owner = self.jid_of(ctx, jid)
        node = node or ""
        handler = operation.find(str(owner), node) if operation.special else operation.everywhere
        if handler is None:
            return Done(None)
        if isinstance(ifrom, str):
            ifrom = JID(ifrom) if ifrom else None
        result = handler(owner, node, ifrom, args)
        if inspect.isawaitable(result):
            if isinstance(result, Done):
                done: Done[Any] = result
                return done
            return self.owner.watch_task(result, f"{ctx}.api[{operation.name!r}]")
        return Done(result)

    def jid_of(self, ctx: str, jid: JID | str | None) -> JID:
        """The address that a handler sees: ours for none, made bare where the plugin's settings say so."""
        if jid is None or jid == "":
            jid = self.owner.boundjid
        elif not isinstance(jid, JID):
            jid = JID(jid)
        settings = self.settings.get(ctx)
        if settings and settings.get("component_bare" if self.owner.is_component else "client_bare", False):
            return jid.bare_jid
        return jid

    def _key(self, ctx: str, jid: JID | str | None, node: str | None) -> tuple[str, str]:
        # Here a missing JID means every one; unlike in a call, where it means our own.
        return (str(self.jid_of(ctx, jid)) if jid else "", node or "")


class PluginAPI(Generic[StoreT]):
    """The internal API of one plugin, as ``plugin.api``.

    ``StoreT`` is the plugin's store, the ``Protocol`` that names and types its operations.
    """

    __slots__ = ("_calls", "_ctx", "_registry")

    def __init__(self, registry: APIRegistry, ctx: str) -> None:
        self._registry = registry
        self._ctx = ctx
        self._calls: dict[str, Callable[..., Awaitable[Any]]] | None = None

    @property
    def settings(self) -> dict[str, bool]:
        """``client_bare`` and ``component_bare``: whether handlers see bare addresses."""
        return self._registry.settings.setdefault(self._ctx, {})

    def register(
        self,
        handler: Handler,
        op: str,
        jid: JID | str | None = None,
        node: str | None = None,
        default: bool = False,
        *,
        blocking: bool = False,
    ) -> None:
        """Answer the operation ``op`` with ``handler(jid, node, ifrom, args)``.

        :param handler: a function, a coroutine function or any callable; with three parameters it is called
            without ``ifrom``.
        :param jid: answer only for this address.
        :param node: answer only for this node.
        :param default: make it the one that :meth:`restore_default` brings back.
        :param blocking: run it in a thread, because it waits for a disk or a network.
        :raises TypeError: the handler cannot be called with four (or three) arguments.
        """
        self._registry.register(self._ctx, handler, op, jid, node, default, blocking=blocking)

    def register_default(self, handler: Handler, op: str) -> None:
        """Make ``handler`` the default of ``op``; what a program registered stays in force."""
        self._registry.register(self._ctx, handler, op, default=True)

    def unregister(self, op: str, jid: JID | str | None = None, node: str | None = None) -> None:
        """Take away the handler of exactly this JID and node; without both, the global one (then: None)."""
        self._registry.unregister(self._ctx, op, jid, node)

    def restore_default(self, op: str, jid: JID | str | None = None, node: str | None = None) -> None:
        """Let the plugin's own handler answer again, for this JID and node or for all."""
        self._registry.restore_default(self._ctx, op, jid, node)

    def bind(
        self, store: StoreT, jid: JID | str | None = None, node: str | None = None, *, blocking: bool = False
    ) -> None:
        """Answer every operation that ``store`` has a method for by that method.

        An operation that was registered by itself, before or later, keeps its own handler at that JID and node.

        :raises TypeError: the object has none of the plugin's operations.
        """
        bound = 0
        for op in self._registry.operations(self._ctx):
            method = getattr(store, op, None)
            if callable(method):
                self._registry.register(self._ctx, method, op, jid, node, blocking=blocking, one_of_many=True)
                bound += 1
        if not bound:
            names = ", ".join(self._registry.operations(self._ctx))
            raise TypeError(f"{type(store).__name__} has none of the operations of {self._ctx}: {names}")

    def run(
        self,
        op: str,
        jid: JID | str | None = None,
        node: str | None = None,
        ifrom: JID | str | None = None,
        args: Any = None,
    ) -> Awaitable[Any]:
        """The same as ``api[op](jid, node, ifrom, args)``."""
        return self._registry.run(self._ctx, op, jid, node, ifrom, args)

    def __getitem__(self, op: str) -> Callable[..., Awaitable[Any]]:
        """The operation as a function: ``await api["get_bob"](jid, node, ifrom, args)``."""
        if self._calls is None:
            self._calls = {}
        known = self._calls.get(op)
        if known is not None:
            return known
        operation = self._registry.known(self._ctx, op)
        if operation is None:
            # Asking makes no operation of it: it is looked up again at the call, when there may be one.
            return partial(self._registry.run, self._ctx, op)
        call = self._calls[op] = partial(self._registry.call, self._ctx, operation)
        return call


def check_handler(handler: Handler, op: str, *, blocking: bool) -> None:
    """Find out early whether a function can answer an operation.

    :raises TypeError: it cannot; the message says why.
    """
    _adapt(handler, op, blocking=blocking)


def _adapt(handler: Handler, op: str, *, blocking: bool) -> Handler:
    """Make every handler one that takes four arguments, and a blocking one awaitable."""
    if not callable(handler):
        raise TypeError(f"the handler of {op!r} is not callable: {handler!r}")
    direct = handler
    if not _takes(handler, _WITH_IFROM):
        if not _takes(handler, _WITHOUT_IFROM):
            raise TypeError(
                f"the handler of {op!r} has to take (jid, node, ifrom, args); {handler!r} does not"
            )
        direct = _without_ifrom(handler)
    if not blocking:
        return direct
    if inspect.iscoroutinefunction(handler):
        raise TypeError(f"the handler of {op!r} is a coroutine function: it cannot be run with blocking=True")

    async def in_thread(jid: JID, node: str, ifrom: JID | None, args: Any) -> Any:
        result = await asyncio.to_thread(direct, jid, node, ifrom, args)
        # An object whose call gives a coroutine is not known for one beforehand.
        return await result if inspect.isawaitable(result) else result

    return in_thread


def _without_ifrom(handler: Handler) -> Handler:
    def call(jid: JID, node: str, _ifrom: JID | None, args: Any) -> Any:
        return handler(jid, node, args)

    return call


def _function_of(handler: Any) -> tuple[Handler, int]:
    """The function that a handler comes to, and how many arguments it has got already."""
    if isinstance(handler, MethodType):
        return handler.__func__, 1
    if isinstance(handler, _PARTIAL) and not handler.keywords:
        # Such as what ``api["get_bob"]`` gives.
        function, given = _function_of(handler.func)
        return function, given + len(handler.args)
    return handler, 0


def _takes(handler: Handler, count: int) -> bool:
    """Whether a callable can be called with that many positional arguments."""
    function, given = _function_of(handler)
    if (
        type(function) is FunctionType
        and not function.__kwdefaults__
        and not hasattr(function, "__wrapped__")
    ):
        # The usual case without inspect.signature(), which would be most of the cost of making a client.
        code = function.__code__
        if not code.co_kwonlyargcount:
            most = code.co_argcount - given
            least = most - len(function.__defaults__ or ())
            return least <= count and (count <= most or bool(code.co_flags & inspect.CO_VARARGS))
    try:
        signature = inspect.signature(handler)
    except (TypeError, ValueError):
        return count == _WITH_IFROM  # a callable written in C that does not tell: the documented form
    try:
        signature.bind(*([None] * count))
    except TypeError:
        return False
    return True
