"""The addresses of hosts, in the order in which they are to be tried (RFC 8305 sections 3 and 4, XEP-0495)."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from helixmpp.errors import DNSFailure, InvalidJID
from helixmpp.transport.failures import resolution_failure
from helixmpp.transport.interface import Target
from helixmpp.transport.names import address_of, ascii_domain

__all__ = ["Address", "Candidate", "Candidates", "Lookup", "look_up"]

_RESOLUTION_DELAY = 0.05  # seconds, RFC 8305 section 8
# RFC 8305 section 4: families take turns, beginning with IPv6.
_FAMILIES = (int(socket.AF_INET6), int(socket.AF_INET)) if socket.has_ipv6 else (int(socket.AF_INET),)

_MAX_ADDRESSES = 16  # of one host and family; a name may have thousands
_MAX_HOSTS = 3  # whose names are looked up at a time, because each takes two threads


class Address(NamedTuple):
    """One address of a host, as ``getaddrinfo`` gives it."""

    family: int
    kind: int
    protocol: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


class Candidate(NamedTuple):
    """An address, and the target that has it."""

    target: Target
    address: Address


Lookup = Callable[[str, int, int], Awaitable[Sequence[Address]]]


async def look_up(host: str, port: int, family: int) -> list[Address]:
    """Ask the system for the addresses of one family; ``OSError`` or ``UnicodeError`` where there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    return [Address(family, kind, protocol, sockaddr) for family, kind, protocol, _, sockaddr in found]


class Candidates:
    """The addresses of targets as they come in; those of the first target first, IPv6 and IPv4 in turn.

    Both families are asked for at once and each by itself, so that a DNS server that drops questions for one
    does not keep back the other.

    :param targets: in order of preference.
    :param lookup: what finds the addresses of a name.
    """

    def __init__(self, targets: Sequence[Target], *, lookup: Lookup = look_up) -> None:
        self._targets = list(targets)
        self._lookup = lookup
        self._next = 0  # the first target that was not looked up yet
        self._queues: dict[int, list[tuple[int, Address]]] = {family: [] for family in _FAMILIES}
        self._turn = 0  # whose turn it is, as an index of _FAMILIES
        # What is being looked up, for which target, of which family.
        self._running: dict[asyncio.Task[Sequence[Address] | Exception], tuple[int, int]] = {}
        self._errors: dict[int, Exception] = {}
        self.begun: set[Target] = set()
        self._start()

    @property
    def running(self) -> "set[asyncio.Task[Sequence[Address] | Exception]]":
        """The lookups that have not ended; each is to be given to :meth:`collect` when it has."""
        return set(self._running)

    def __bool__(self) -> bool:
        """Whether there is an address that can be taken now."""
        return any(self._queues.values())

    async def first(self, *, delay: float = _RESOLUTION_DELAY) -> None:
        """Wait until there is an address to begin with, or none can come any more.

        What is known early waits for ``delay`` seconds for what is preferred: an IPv4 address for those of
        IPv6, and that of another target for those of the first.
        """
        loop = asyncio.get_running_loop()
        until: float | None = None
        while self._running and not self._has_preferred():
            if self and until is None:
                until = loop.time() + delay
            left = None if until is None else until - loop.time()
            if left is not None and left <= 0:
                return
            done, _ = await asyncio.wait(self._running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                self.collect(task)

    def collect(self, task: "asyncio.Task[Sequence[Address] | Exception]") -> None:
        """Take the result of a lookup that has ended."""
        index, family = self._running.pop(task)
        found = task.result()
        if not isinstance(found, Exception):
            self._add(index, family, found)
        elif not _passing(self._errors.get(index)):
            # That no server answered explains more than that there is no address of the other family.
            self._errors[index] = found
        self._start()

    def take(self) -> Candidate | None:
        """Take the next address; None while there is none."""
        for step in range(len(_FAMILIES)):
            turn = (self._turn + step) % len(_FAMILIES)
            queue = self._queues[_FAMILIES[turn]]
            if queue:
                self._turn = turn + 1
                index, address = queue.pop(0)
                self.begun.add(self._targets[index])
                return Candidate(self._targets[index], address)
        return None

    @property
    def left(self) -> set[Target]:
        """The targets that have, or may yet have, an address that was not taken."""
        known = {index for queue in self._queues.values() for index, _ in queue}
        looking = {index for index, _ in self._running.values()}
        return {self._targets[index] for index in known | looking} | set(self._targets[self._next :])

    def unknown(self) -> list[tuple[Target, DNSFailure]]:
        """The targets that have no address, and why."""
        left = self.left
        return [
            (target, _failure(self._errors.get(index), target))
            for index, target in enumerate(self._targets)
            if target not in self.begun and target not in left
        ]

    def close(self) -> None:
        """Wait for nothing any more."""
        for task in self._running:
            task.cancel()
        self._running.clear()

    def _start(self) -> None:
        while self._next < len(self._targets) and len({of for of, _ in self._running.values()}) < _MAX_HOSTS:
            index, target = self._next, self._targets[self._next]
            self._next += 1
            address = address_of(target.host)
            if address is not None:
                self._add_literal(index, address)
                continue
            try:
                host = ascii_domain(target.host)
            except InvalidJID as error:
                self._errors[index] = error
                continue
            for family in _FAMILIES:
                task = asyncio.create_task(self._ask(host, target.port, family))
                self._running[task] = (index, family)

    async def _ask(self, host: str, port: int, family: int) -> Sequence[Address] | Exception:
        try:
            return await self._lookup(host, port, family)
        except (OSError, UnicodeError) as error:
            # UnicodeError: a label that is too long or empty.
            return error

    def _add_literal(self, index: int, address: IPv4Address | IPv6Address) -> None:
        port = self._targets[index].port
        if isinstance(address, IPv4Address):
            family, sockaddr = int(socket.AF_INET), (str(address), port)
            self._add(index, family, [Address(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, sockaddr)])
            return
        try:
            scope = _scope(address.scope_id)
        except OSError as error:
            self._errors[index] = error
            return
        # The zone is in the number, and not in the text, which only getaddrinfo would understand.
        host = str(IPv6Address(int(address)))
        family = int(socket.AF_INET6)
        sockaddr6 = (host, port, 0, scope)
        self._add(index, family, [Address(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, sockaddr6)])

    def _add(self, index: int, family: int, found: Sequence[Address]) -> None:
        queue = self._queues.get(family)
        if queue is not None:
            queue += [(index, address) for address in found[:_MAX_ADDRESSES]]
            # A stable sort: the addresses of one host stay as the system sorted them (RFC 6724).
            queue.sort(key=lambda entry: entry[0])

    def _has_preferred(self) -> bool:
        looking = {family for index, family in self._running.values() if index == 0}
        if not looking:
            return bool(self)
        return _FAMILIES[0] not in looking and any(index == 0 for index, _ in self._queues[_FAMILIES[0]])


def _scope(zone: str | None) -> int:
    if zone is None:
        return 0
    return int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)


def _passing(error: Exception | None) -> bool:
    return isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN


def _failure(error: Exception | None, target: Target) -> DNSFailure:
    if error is None:
        return DNSFailure("the host has no address", stage="dns", target=str(target))
    if isinstance(error, InvalidJID):
        return DNSFailure(f"{target.host!r} is no name of a host", stage="dns", target=str(target))
    if not isinstance(error, socket.gaierror | UnicodeError):
        return DNSFailure(
            f"there is no such network interface: {target.host}", stage="dns", target=str(target)
        )
    return resolution_failure(error, target)
