"""The proxy that breaks links: it breaks them where it was told to, and carries all else unchanged."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.support.faultproxy import Direction, Fault, FaultProxy, Kind, random_plan

TEXT = bytes(range(256)) * 40


class Echo:
    """A server that says back what it hears, and keeps what it heard."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.ends: list[str] = []
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                self.heard += data
                writer.write(data)
            self.ends.append("fin")
        except ConnectionResetError:
            self.ends.append("rst")
        self.ended.set()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def proxied(*faults: Fault) -> AsyncGenerator[tuple[Echo, FaultProxy]]:
    echo = Echo()
    plan = iter(faults)
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with FaultProxy("127.0.0.1", port, plan=lambda: next(plan, None)) as proxy:
        yield echo, proxy
    server.close()


async def talk(proxy: FaultProxy, text: bytes = TEXT) -> tuple[bytes, str]:
    """Say something, hear all there is; how it ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    got = bytearray()
    try:
        async with asyncio.timeout(0.25):
            writer.write(text)
            while len(got) < len(text):
                data = await reader.read(65536)
                if not data:
                    return bytes(got), "fin"
                got += data
            return bytes(got), "all"
    except ConnectionResetError:
        return bytes(got), "rst"
    except TimeoutError:
        return bytes(got), "silence"
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_without_a_fault_all_arrives() -> None:
    async with proxied() as (echo, proxy):
        assert await talk(proxy) == (TEXT, "all")
        assert bytes(echo.heard) == TEXT
        assert proxy.carried == {"up": len(TEXT), "down": len(TEXT)}
        assert (proxy.count, proxy.broken) == (1, 0)
        await echo.ended.wait()
        assert echo.ends == ["fin"]


@pytest.mark.parametrize(("kind", "end"), [("rst", "rst"), ("fin", "fin"), ("swallow", "silence")])
@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("after", [0, 1, 777, 5000])
async def test_a_link_breaks_after_so_many_bytes(
    kind: Kind, end: str, direction: Direction, after: int
) -> None:
    async with proxied(Fault(kind, direction, after)) as (echo, proxy):
        got, how = await talk(proxy)
        assert how == end
        if direction == "up":
            assert TEXT[:after].startswith(got)
            assert bytes(echo.heard) == TEXT[:after][: len(echo.heard)]
        else:
            assert got == TEXT[: len(got)]
            assert len(got) <= after
        if kind != "rst":  # which forgets what is under way
            assert len(got if direction == "down" else echo.heard) == after
        assert (proxy.count, proxy.broken) == (1, 1)
        assert await talk(proxy) == (TEXT, "all")  # the next link has no fault


@pytest.mark.parametrize("kind", ["rst", "fin"])
async def test_the_server_sees_how_a_link_ends(kind: Kind) -> None:
    async with proxied(Fault(kind, "up", 10)) as (echo, proxy):
        await talk(proxy)
        await echo.ended.wait()
        assert echo.ends == [kind]


async def test_a_link_that_stalls_goes_on() -> None:
    async with proxied(Fault("stall", "up", 100, seconds=0.1)) as (_, proxy):
        loop = asyncio.get_running_loop()
        begin = loop.time()
        assert await talk(proxy) == (TEXT, "all")
        assert loop.time() - begin >= 0.09


async def test_what_the_test_itself_breaks() -> None:
    async with proxied() as (echo, proxy):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        proxy.stall()
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.read(1)
        proxy.stall(going=True)
        assert await reader.readexactly(3) == b"two"
        assert proxy.swallow() == 1
        writer.write(b"three")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reader.read(1)
        assert bytes(echo.heard) == b"onetwo"
        assert proxy.cut() == 1
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()


async def test_a_closed_door() -> None:
    async with proxied() as (echo, proxy):
        proxy.open = False
        assert await talk(proxy) == (b"", "rst")
        proxy.open = True
        assert await talk(proxy) == (TEXT, "all")
        assert bytes(echo.heard) == TEXT


async def test_a_delay() -> None:
    async with proxied() as (_, proxy):
        proxy.delay = 0.05
        loop = asyncio.get_running_loop()
        begin = loop.time()
        assert await talk(proxy, b"x") == (b"x", "all")
        assert loop.time() - begin >= 0.09


async def test_nobody_behind_it(unused_tcp_port: int) -> None:
    async with FaultProxy("127.0.0.1", unused_tcp_port) as proxy:
        assert await talk(proxy) == (b"", "rst")


def test_the_same_seed_breaks_the_same_links() -> None:
    def draw(seed: int) -> list[Fault | None]:
        plan = random_plan(seed, 20, kinds=("rst", "fin", "stall"), least=5, most=50)
        return [plan() for _ in range(22)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    faults = draw(1)
    assert faults[20:] == [None, None]
    assert all(fault is not None and 5 <= fault.after <= 50 for fault in faults[:20])
