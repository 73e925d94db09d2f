"""Which address comes next: RFC 8305 sections 3 and 4, XEP-0495, and hosts that are addresses."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from helixmpp.errors import DNSFailure
from helixmpp.transport import Target
from helixmpp.transport.addresses import Address, Candidates, look_up

V4, V6 = int(socket.AF_INET), int(socket.AF_INET6)

NONE = socket.gaierror(socket.EAI_NONAME, "no such name")
LATER = socket.gaierror(socket.EAI_AGAIN, "try again")


def host(name: str, port: int = 5222) -> Target:
    return Target(name, port, direct_tls=False, domain="example.org")


def address(text: str, port: int = 5222) -> Address:
    if ":" in text:
        return Address(V6, int(socket.SOCK_STREAM), 0, (text, port, 0, 0))
    return Address(V4, int(socket.SOCK_STREAM), 0, (text, port))


class Names:
    """A lookup that answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answers: dict[tuple[str, int], asyncio.Future[Sequence[Address]]] = {}

    def _answer(self, name: str, family: int) -> asyncio.Future[Sequence[Address]]:
        return self._answers.setdefault((name, family), asyncio.get_running_loop().create_future())

    async def __call__(self, name: str, port: int, family: int) -> Sequence[Address]:
        self.asked.append((name, family))
        return await self._answer(name, family)

    def say(self, name: str, family: int, *found: str) -> None:
        self._answer(name, family).set_result([address(each) for each in found])

    def fail(self, name: str, family: int, error: Exception) -> None:
        self._answer(name, family).set_exception(error)

    def all(self, name: str, *found: str) -> None:
        for family in (V6, V4):
            self.say(name, family, *(each for each in found if (":" in each) == (family == V6)))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def rest(candidates: Candidates) -> list[str]:
    taken: list[str] = []
    while (candidate := candidates.take()) is not None:
        taken.append(str(candidate.address.sockaddr[0]))
    return taken


@pytest.mark.parametrize(
    ("found", "ordered"),
    [
        (["::1", "::2", "::3", "1.1.1.1", "2.2.2.2"], ["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"]),
        (["1.1.1.1", "2.2.2.2", "::1"], ["::1", "1.1.1.1", "2.2.2.2"]),
        (["1.1.1.1", "2.2.2.2"], ["1.1.1.1", "2.2.2.2"]),
        (["::1", "::2"], ["::1", "::2"]),
        ([f"10.0.{n // 256}.{n % 256}" for n in range(3000)], [f"10.0.0.{n}" for n in range(16)]),
    ],
)
async def test_families_take_turns(found: list[str], ordered: list[str]) -> None:
    names = Names()
    names.all("h.example", *found)
    candidates = Candidates([host("h.example")], lookup=names)
    await candidates.first(delay=60)
    assert rest(candidates) == ordered
    assert names.asked == [("h.example", V6), ("h.example", V4)]


async def test_targets_take_turns_by_family() -> None:
    names = Names()
    names.all("a", "::a", "::aa", "1.0.0.1")
    names.all("b", "::b", "1.0.0.2", "1.0.0.3")
    candidates = Candidates([host("a"), host("b")], lookup=names)
    for task in await _ended(candidates):
        candidates.collect(task)
    assert rest(candidates) == ["::a", "1.0.0.1", "::aa", "1.0.0.2", "::b", "1.0.0.3"]
    assert candidates.begun == {host("a"), host("b")}


async def _ended(candidates: Candidates) -> set[Any]:
    done, _ = await asyncio.wait(candidates.running)
    return done


# What is answered in turn, and after how many answers the first address may be tried without any delay.
ANSWERS: list[tuple[str, list[tuple[str, int, str | Exception]], int]] = [
    ("IPv6 first", [("a", V6, "::a"), ("a", V4, "1.0.0.1")], 1),
    ("IPv4 waits for IPv6", [("a", V4, "1.0.0.1"), ("a", V6, "::a")], 2),
    ("IPv4 waits no longer than for no", [("a", V4, "1.0.0.1"), ("a", V6, NONE)], 2),
    ("no IPv6", [("a", V6, NONE), ("a", V4, "1.0.0.1")], 2),
    ("neither", [("a", V6, NONE), ("a", V4, LATER), ("b", V4, "1.0.0.2")], 3),
    ("another target waits for the first", [("b", V6, "::b"), ("b", V4, "1.0.0.2"), ("a", V6, "::a")], 3),
]


@pytest.mark.parametrize(("answers", "ready"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
async def test_preferred_is_waited_for(answers: list[tuple[str, int, str | Exception]], ready: int) -> None:
    names = Names()
    candidates = Candidates([host("a"), host("b")], lookup=names)
    first = asyncio.create_task(candidates.first(delay=60))
    for number, (name, family, found) in enumerate(answers, 1):
        await settle()
        assert not first.done()
        if isinstance(found, str):
            names.say(name, family, found)
        else:
            names.fail(name, family, found)
        await settle()
        if number == ready:
            break
    assert first.done()
    assert candidates
    candidates.close()


async def test_preferred_is_not_waited_for_long() -> None:
    names = Names()
    names.say("a", V4, "1.0.0.1")
    candidates = Candidates([host("a")], lookup=names)
    async with asyncio.timeout(5):
        await candidates.first()
    assert rest(candidates) == ["1.0.0.1"]
    assert candidates.left == {host("a")}
    # What comes later still counts.
    names.say("a", V6, "::a")
    for task in await _ended(candidates):
        candidates.collect(task)
    assert rest(candidates) == ["::a"]
    assert not candidates.left


async def test_three_hosts_are_looked_up_at_a_time() -> None:
    names = Names()
    targets = [host(name) for name in "abcde"]
    candidates = Candidates(targets, lookup=names)
    await settle()
    assert [name for name, _ in names.asked] == list("aabbcc")
    assert candidates.left == set(targets)
    names.all("b", "1.0.0.2")
    await settle()
    for task in [task for task in candidates.running if task.done()]:
        candidates.collect(task)
    await settle()
    assert [name for name, _ in names.asked] == list("aabbccdd")
    candidates.close()


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ({V6: NONE, V4: NONE}, "unknown host h.example: no such name"),
        ({V6: LATER, V4: NONE}, "no DNS server answers at present"),
        ({V6: NONE, V4: LATER}, "no DNS server answers at present"),
        ({V6: UnicodeError("label empty or too long"), V4: UnicodeError("x")}, "no such name"),
    ],
)
async def test_no_address(errors: dict[int, Exception], words: str) -> None:
    names = Names()
    for family, error in errors.items():
        names.fail("h.example", family, error)
    candidates = Candidates([host("h.example")], lookup=names)
    await candidates.first()
    assert not candidates
    [(target, failure)] = candidates.unknown()
    assert target == host("h.example")
    assert words in failure.reason
    assert isinstance(failure, DNSFailure)


@pytest.mark.parametrize(
    ("text", "family", "sockaddr"),
    [
        ("127.0.0.1", V4, ("127.0.0.1", 5222)),
        ("::1", V6, ("::1", 5222, 0, 0)),
        ("[::1]", V6, ("::1", 5222, 0, 0)),
        ("2001:DB8:0:0::1", V6, ("2001:db8::1", 5222, 0, 0)),
        ("fe80::1%7", V6, ("fe80::1", 5222, 0, 7)),
        ("[fe80::1%7]", V6, ("fe80::1", 5222, 0, 7)),
    ],
)
async def test_host_is_an_address(text: str, family: int, sockaddr: tuple[Any, ...]) -> None:
    names = Names()
    candidates = Candidates([host(text)], lookup=names)
    await candidates.first()
    candidate = candidates.take()
    assert candidate is not None
    assert (candidate.address.family, candidate.address.sockaddr) == (family, sockaddr)
    assert names.asked == []


@pytest.mark.skipif(not hasattr(socket, "if_nameindex"), reason="this system does not name its interfaces")
async def test_zone_by_name() -> None:
    index, name = socket.if_nameindex()[0]
    candidate = Candidates([host(f"fe80::1%{name}")]).take()
    assert candidate is not None
    assert candidate.address.sockaddr == ("fe80::1", 5222, 0, index)
    [(_, failure)] = Candidates([host("fe80::1%nosuchzone")]).unknown()
    assert "no such network interface" in failure.reason


async def test_names_are_asked_for_in_a_labels() -> None:
    names = Names()
    candidates = Candidates([host("bücher.example"), host("ex☃mple")], lookup=names)
    await settle()
    assert names.asked == [("xn--bcher-kva.example", V6), ("xn--bcher-kva.example", V4)]
    [(target, failure)] = candidates.unknown()
    assert target == host("ex☃mple")
    assert "is no name of a host" in failure.reason
    candidates.close()


async def test_system_is_asked() -> None:
    assert [each.sockaddr for each in await look_up("127.0.0.1", 5222, V4)] == [("127.0.0.1", 5222)]
    with pytest.raises(OSError, match=r"\w"):
        await look_up("nobody.invalid", 5222, V4)
