"""Every kind of handler, in every place: what it gives, refuses and gets wrong, by the API and over the wire."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.core.engines import Engine
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary
from helixmpp.storage import MemoryEngine
from tests.plugins.offline import OfflineClient

CID = "sha1+6bfbb68a9a71e61a2d12b8d3cd2e0c1c0a9cf1b3@bob.xmpp.org"
THEM = JID("them@example.net/phone")
OWN = JID("me@example.org/desk")
Body = Callable[[], object]


class Object:
    """An object that is called."""

    def __init__(self, body: Body) -> None:
        self.body = body

    def __call__(self, jid: JID, node: str, ifrom: JID | None, args: str) -> object:
        return self.body()


class AsyncObject(Object):
    """An object that is called and awaited."""

    async def __call__(self, jid: JID, node: str, ifrom: JID | None, args: str) -> object:
        await asyncio.sleep(0)
        return self.body()


class ObjectOfThree(Object):
    """An object that does not look at who asks."""

    def __call__(self, jid: JID, node: str, args: str) -> object:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride] - the other form is meant
        return self.body()


class Methods:
    """Methods of an object, which are handlers."""

    def __init__(self, body: Body) -> None:
        self.body = body

    def plain(self, jid: JID, node: str, ifrom: JID | None, args: str) -> object:
        return self.body()

    async def later(self, jid: JID, node: str, ifrom: JID | None, args: str) -> object:
        await asyncio.sleep(0)
        return self.body()

    def of_three(self, jid: JID, node: str, args: str) -> object:
        return self.body()


def plain(body: Body, jid: JID, node: str, ifrom: JID | None, args: str) -> object:
    return body()


async def later(body: Body, jid: JID, node: str, ifrom: JID | None, args: str) -> object:
    await asyncio.sleep(0)
    return body()


def of_three(body: Body, jid: JID, node: str, args: str) -> object:
    return body()


async def of_three_later(body: Body, jid: JID, node: str, args: str) -> object:
    await asyncio.sleep(0)
    return body()


def function(body: Body) -> Callable[..., object]:
    def handler(jid: JID, node: str, ifrom: JID | None, args: str) -> object:
        return body()

    return handler


def coroutine_function(body: Body) -> Callable[..., object]:
    async def handler(jid: JID, node: str, ifrom: JID | None, args: str) -> object:
        await asyncio.sleep(0)
        return body()

    return handler


def lambda_(body: Body) -> Callable[[object, object, object, object], object]:
    return lambda jid, node, ifrom, args: body()


def lambda_of_three(body: Body) -> Callable[[object, object, object], object]:
    return lambda jid, node, args: body()


def decorated(body: Body) -> Callable[..., object]:
    inner = function(body)

    @functools.wraps(inner)
    def handler(*args: Any, **kwargs: Any) -> object:
        return inner(*args, **kwargs)

    return handler


PLAIN: dict[str, Callable[[Body], Callable[..., object]]] = {
    "function": function,
    "lambda": lambda_,
    "lambda of three": lambda_of_three,
    "partial": lambda body: functools.partial(plain, body),
    "partial of three": lambda body: functools.partial(of_three, body),
    "object": Object,
    "object of three": ObjectOfThree,
    "method": lambda body: Methods(body).plain,
    "method of three": lambda body: Methods(body).of_three,
    "decorated": decorated,
}
ASYNC: dict[str, Callable[[Body], Callable[..., object]]] = {
    "coroutine function": coroutine_function,
    "coroutine method": lambda body: Methods(body).later,
    "coroutine partial": lambda body: functools.partial(later, body),
    "coroutine partial of three": lambda body: functools.partial(of_three_later, body),
    "coroutine object": AsyncObject,
    "lambda that gives a coroutine": lambda body: lambda *given: later(body, *given),
}
# How it is made, and whether it runs in a thread.
KINDS = {
    **{name: (make, False) for name, make in (PLAIN | ASYNC).items()},
    **{f"{name}, blocking": (make, True) for name, make in PLAIN.items()},
    # These are not known for coroutines before they are called.
    **{
        f"{name}, blocking": (ASYNC[name], True)
        for name in ("coroutine object", "lambda that gives a coroutine")
    },
}
Kind = tuple[Callable[[Body], Callable[..., object]], bool]
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


class Calls:
    """What a handler does, and how often it was called."""

    def __init__(self, outcome: object) -> None:
        self.outcome = outcome
        self.count = 0

    def __call__(self) -> object:
        self.count += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def blob(data: bytes = b"coucou") -> BitsOfBinary:
    bob = BitsOfBinary()
    bob.cid, bob.type, bob.data = CID, "text/plain", data
    return bob


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineClient]:
    client = OfflineClient()
    client.register_plugin("xep_0231")
    yield client
    await client.aclose()


async def ask(xmpp: OfflineClient) -> Element:
    """A peer asks for the blob; what it gets."""
    answers = await xmpp.receive(
        f"<iq type='get' id='1' from='{THEM}' to='{OWN}'><data xmlns='urn:xmpp:bob' cid='{CID}'/></iq>"
    )
    async with asyncio.timeout(10):
        while not answers:
            await asyncio.sleep(0.001)
            answers = list(xmpp.sent)
    (answer,) = answers
    return answer


def condition(answer: Element) -> str:
    """The condition of an error, with its type and its text."""
    error = answer.find("{jabber:client}error")
    assert error is not None
    parts = [child.tag.rpartition("}")[2] for child in error]
    return f"{error.get('type')}: {', '.join(parts)}{''.join(error.itertext())}"


@every_kind
async def test_what_it_gives_is_given_to_the_caller_and_the_peer(xmpp: OfflineClient, kind: Kind) -> None:
    make, blocking = kind
    calls = Calls(blob())
    xmpp.plugin[XEP_0231].api.register(make(calls), "get_bob", blocking=blocking)
    found = await xmpp.plugin[XEP_0231].api["get_bob"](None, None, THEM, CID)
    assert found.data == b"coucou"
    answer = await ask(xmpp)
    assert (answer.get("type"), answer.findtext("{urn:xmpp:bob}data")) == ("result", "Y291Y291")
    assert (calls.count, xmpp.failures) == (2, [])


@every_kind
@pytest.mark.parametrize(
    ("error", "answered"),
    [
        (XMPPError("forbidden"), "auth: forbidden"),
        (XMPPError("not-allowed", "ask the owner", "modify"), "modify: not-allowed, textask the owner"),
        (XMPPError("item-not-found"), "cancel: item-not-found"),
    ],
    ids=["forbidden", "not-allowed", "item-not-found"],
)
async def test_what_it_refuses_the_peer_is_told(
    xmpp: OfflineClient, kind: Kind, error: XMPPError, answered: str
) -> None:
    make, blocking = kind
    calls = Calls(error)
    xmpp.plugin[XEP_0231].api.register(make(calls), "get_bob", blocking=blocking)
    answer = await ask(xmpp)
    assert (answer.get("type"), condition(answer)) == ("error", answered)
    # A refusal is no mistake.
    assert (calls.count, xmpp.failures) == (1, [])
    with pytest.raises(XMPPError) as caught:
        await xmpp.plugin[XEP_0231].api["get_bob"](None, None, THEM, CID)
    assert caught.value is error


@every_kind
@pytest.mark.parametrize(
    "mistake",
    [
        TypeError("handler() takes 3 positional arguments but 4 were given"),
        ValueError("the password is secret"),
        RuntimeError("gone"),
    ],
    ids=["TypeError", "ValueError", "RuntimeError"],
)
async def test_its_own_mistake_reaches_the_program_and_says_nothing_to_the_peer(
    xmpp: OfflineClient, kind: Kind, mistake: Exception
) -> None:
    make, blocking = kind
    calls = Calls(mistake)
    xmpp.plugin[XEP_0231].api.register(make(calls), "get_bob", blocking=blocking)
    answer = await ask(xmpp)
    assert condition(answer) == "cancel: internal-server-error"
    # Once: a TypeError of its own is not tried again with fewer arguments.
    assert (calls.count, xmpp.failures) == (1, [mistake])


def test_a_coroutine_function_that_is_to_block_is_refused() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0231")
    for name, make in ASYNC.items():
        if name not in ("coroutine object", "lambda that gives a coroutine"):
            with pytest.raises(TypeError, match="blocking=True"):
                xmpp.plugin[XEP_0231].api.register(make(Calls(None)), "get_bob", blocking=True)


# -- precedence --------------------------------------------------------------------------------------------


class Store:
    """All operations at once."""

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None: ...

    def get_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary | None:
        return blob(b"bound")

    def del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None: ...


@pytest.mark.parametrize("storage", ["engine", "file", None])
@every_kind
async def test_the_more_special_one_answers(kind: Kind, storage: str | None, tmp_path: Path) -> None:
    """An operation for an address and a node, for one of both, for all; a bound store; the storage."""
    make, blocking = kind
    engine: Engine | str | None = MemoryEngine() if storage == "engine" else None
    xmpp = OfflineClient(storage=tmp_path.as_uri() if storage == "file" else engine)
    plugin = xmpp.register_plugin(XEP_0231)
    api = plugin.api

    async def data(jid: JID | None = None, node: str | None = None) -> bytes:
        found: BitsOfBinary = await api["get_bob"](jid, node, None, CID)
        return found.data

    cid = await plugin.set_bob(b"stored", "text/plain")
    assert (await api["get_bob"](None, None, None, cid)).data == b"stored"
    api.bind(Store())
    assert await data() == b"bound"
    levels: list[tuple[bytes, JID | None, str | None]] = [
        (b"all", None, None),
        (b"node", None, "n"),
        (b"address", THEM, None),
        (b"both", THEM, "n"),
    ]
    for answer, jid, node in levels:
        api.register(make(Calls(blob(answer))), "get_bob", jid, node, blocking=blocking)
        assert await data(jid, node) == answer
    assert [await data(*where) for where in ((None, None), (None, "n"), (THEM, "x"), (THEM, "n"))] == [
        b"all",
        b"node",
        b"address",
        b"both",
    ]
    # And back, one after the other.
    for answer, jid, node in reversed(levels):
        assert await data(THEM, "n") == answer
        if jid is not None or node is not None:
            api.unregister("get_bob", jid, node)
    api.restore_default("get_bob")
    assert (await api["get_bob"](None, None, None, cid)).data == b"stored"
    await xmpp.aclose()
