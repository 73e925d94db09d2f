"""What may be a handler: functions of four or three arguments, coroutines, objects, whole stores."""

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from helixmpp.core.api import APIRegistry, PluginAPI
from helixmpp.core.done import Done
from helixmpp.errors import XMPPError
from helixmpp.jid import JID

OWN = JID("me@example.org/desk")
CALL = (JID("a@b.c"), "n", JID("d@e.f"), "args")


@dataclass
class Owner:
    """A client as the registry sees it."""

    boundjid: JID = OWN
    is_component: bool = False

    def watch_task(self, awaitable: Awaitable[Any], what: str) -> "asyncio.Future[Any]":
        return asyncio.ensure_future(awaitable)


@pytest.fixture
def api() -> PluginAPI[Any]:
    return PluginAPI(APIRegistry(Owner()), "xep_9999")


class Handlers:
    """The same handler in every form."""

    def method(self, jid: JID, node: str, ifrom: JID, args: str) -> Any:
        return jid, node, ifrom, args

    async def coroutine(self, jid: JID, node: str, ifrom: JID, args: str) -> Any:
        await asyncio.sleep(0)
        return jid, node, ifrom, args

    @staticmethod
    def static(jid: JID, node: str, ifrom: JID, args: str) -> Any:
        return jid, node, ifrom, args

    @classmethod
    def of_class(cls, jid: JID, node: str, ifrom: JID, args: str) -> Any:
        return jid, node, ifrom, args

    def __call__(self, jid: JID, node: str, ifrom: JID, args: str) -> Any:
        return jid, node, ifrom, args

    def more(self, jid: JID, node: str, ifrom: JID, args: str, more: int = 0, **most: object) -> Any:
        return jid, node, ifrom, args

    def gives_a_future(self, jid: JID, node: str, ifrom: JID, args: str) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.set_result((jid, node, ifrom, args))
        return future

    def gives_a_done(self, jid: JID, node: str, ifrom: JID, args: str) -> Any:
        return Done((jid, node, ifrom, args))


class AsyncObject:
    """An object that is called and awaited."""

    async def __call__(self, jid: JID, node: str, ifrom: JID, args: str) -> Any:
        return jid, node, ifrom, args


def with_first(first: int, jid: JID, node: str, ifrom: JID, args: str) -> Any:
    return jid, node, ifrom, args


HANDLERS: dict[str, Callable[..., Any]] = {
    "method": Handlers().method,
    "coroutine": Handlers().coroutine,
    "static": Handlers.static,
    "class": Handlers.of_class,
    "object": Handlers(),
    "object with a coroutine": AsyncObject(),
    "stars": lambda *given: given,
    "partial": functools.partial(with_first, 5),
    "defaults": Handlers().more,
    "future": Handlers().gives_a_future,
    "done": Handlers().gives_a_done,
}


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS.keys())
async def test_every_callable_is_a_handler(api: PluginAPI[Any], handler: Callable[..., Any]) -> None:
    api.register(handler, "do")
    assert await api["do"](*CALL) == CALL
    both = [api["do"](*CALL), api["do"](*CALL)]
    assert [await one for one in both] == [CALL, CALL]


def of_three(jid: JID, node: str, args: str) -> Any:
    return jid, node, args


async def coroutine_of_three(jid: JID, node: str, args: str) -> Any:
    return jid, node, args


THREE: dict[str, Callable[..., Any]] = {
    "function": of_three,
    "coroutine": coroutine_of_three,
    "partial": functools.partial(of_three),
}


@pytest.mark.parametrize("handler", THREE.values(), ids=THREE.keys())
async def test_a_handler_of_three_arguments_is_called_without_who_asks(
    api: PluginAPI[Any], handler: Callable[..., Any]
) -> None:
    api.register(handler, "do")
    assert await api["do"](*CALL) == (CALL[0], CALL[1], CALL[3])


def of_two(jid: JID, node: str) -> None: ...


def of_five(jid: JID, node: str, ifrom: JID, args: str, more: int) -> None: ...


def of_names(*, jid: JID, node: str, ifrom: JID, args: str) -> None: ...


WRONG: dict[str, Any] = {
    "none": lambda: None,
    "two": of_two,
    "five": of_five,
    "named only": of_names,
    "no callable": "get_bob",
    "nothing": None,
}


@pytest.mark.parametrize("handler", WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_called_so_is_refused_at_once(api: PluginAPI[Any], handler: Any) -> None:
    with pytest.raises(TypeError, match="'do'"):
        api.register(handler, "do")
    assert not api._calls  # pyright: ignore[reportPrivateUsage] - nothing half registered


async def test_a_type_error_inside_a_handler_is_not_taken_for_a_wrong_signature(api: PluginAPI[Any]) -> None:
    calls: list[object] = []

    def broken(jid: JID, node: str, ifrom: JID, args: str) -> int:
        calls.append(args)
        return len(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - the mistake is the point

    api.register(broken, "do")
    with pytest.raises(TypeError, match="has no len"):
        await api["do"](*CALL)
    assert calls == ["args"]


@pytest.mark.parametrize(
    "error", [XMPPError("forbidden"), FileNotFoundError("x"), KeyError("x"), TypeError("x"), ValueError("x")]
)
async def test_exceptions_come_out_as_they_are(api: PluginAPI[Any], error: Exception) -> None:
    def fails(jid: JID, node: str, ifrom: JID, args: str) -> None:
        raise error

    async def fails_later(jid: JID, node: str, ifrom: JID, args: str) -> None:
        await asyncio.sleep(0)
        raise error

    for handler, blocking in ((fails, False), (fails_later, False), (fails, True)):
        api.register(handler, "do", blocking=blocking)
        with pytest.raises(type(error)) as caught:
            await api["do"](*CALL)
        assert caught.value is error


def test_a_plain_handler_runs_without_a_loop_and_before_the_call_returns(api: PluginAPI[Any]) -> None:
    seen: list[object] = []

    def handler(jid: JID, node: str, ifrom: JID, args: str) -> None:
        seen.append(args)

    api.register(handler, "do")
    api["do"](args="one")
    api.run("do", args="two")
    assert seen == ["one", "two"]


async def test_a_coroutine_runs_although_nobody_awaits_it(api: PluginAPI[Any]) -> None:
    done = asyncio.Event()

    async def handler(jid: JID, node: str, ifrom: JID, args: str) -> None:
        done.set()

    api.register(handler, "do")
    api["do"]()
    async with asyncio.timeout(5):
        await done.wait()


async def test_a_blocking_handler_runs_in_a_thread(api: PluginAPI[Any]) -> None:
    here = threading.get_ident()
    free = threading.Event()

    def waits(jid: JID, node: str, args: object) -> int:
        assert free.wait(5)
        return threading.get_ident()

    api.register(waits, "do", blocking=True)
    answer = api["do"]()
    asyncio.get_running_loop().call_soon(free.set)
    assert await answer != here


async def test_a_blocking_handler_that_gives_an_awaitable_is_awaited(api: PluginAPI[Any]) -> None:
    api.register(AsyncObject(), "do", blocking=True)
    assert await api["do"](*CALL) == CALL


def test_a_coroutine_function_cannot_be_blocking(api: PluginAPI[Any]) -> None:
    with pytest.raises(TypeError, match="blocking=True"):
        api.register(Handlers().coroutine, "do", blocking=True)


class Store:
    """A store with two of three operations."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def set_it(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None:
        self.kept[node] = args

    async def get_it(self, jid: JID, node: str, ifrom: JID | None, args: None) -> str | None:
        return self.kept.get(node)


@pytest.fixture
def with_operations() -> PluginAPI[Any]:
    registry = APIRegistry(Owner())
    for op in ("set_it", "get_it", "del_it"):
        registry.operation("xep_9999", op)
    api: PluginAPI[Any] = PluginAPI(registry, "xep_9999")
    api.register_default(lambda *given: "default", "del_it")
    return api


@pytest.mark.parametrize(("jid", "node"), [(None, None), ("a@b.c", None), (None, "n"), ("a@b.c", "n")])
async def test_bind_registers_what_the_store_has(
    with_operations: PluginAPI[Any], jid: str | None, node: str | None
) -> None:
    api, store = with_operations, Store()
    api.bind(store, jid, node)
    await api["set_it"]("a@b.c", "n", None, "value")
    assert store.kept == {"n": "value"}
    assert await api["get_it"]("a@b.c", "n") == "value"
    assert await api["del_it"]("a@b.c", "n") == "default"
    if jid is not None:
        assert await api["get_it"]("x@y.z", "n") is None


async def test_bind_with_blocking(with_operations: PluginAPI[Any]) -> None:
    class Threads:
        def set_it(self, jid: JID, node: str, ifrom: JID | None, args: str) -> int:
            return threading.get_ident()

    with_operations.bind(Threads(), blocking=True)
    assert await with_operations["set_it"]() != threading.get_ident()


@pytest.mark.parametrize("store", [object(), {"set_it": 1}, None])
def test_bind_refuses_what_has_no_operation(with_operations: PluginAPI[Any], store: object) -> None:
    with pytest.raises(TypeError, match="del_it, get_it, set_it"):
        with_operations.bind(store)
