"""A DNS server on 127.0.0.1 with a zone that fits in a dictionary."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SILENT = "silent"
SERVFAIL = "servfail"
REFUSED = "refused"
EMPTY = "empty"
GARBAGE = "garbage"
LOOP = "loop"

# The records of a name, or what happens instead; a name that is not there does not exist (NXDOMAIN).
Zone = Mapping[str, Sequence[str] | str]

_UDP_SIZE = 1232  # bytes; what is larger is asked for again by TCP


@dataclass
class Nameserver(asyncio.DatagramProtocol):
    """Answers questions for SRV records, and remembers them.

    :param ttl: seconds, of every record.
    :param negative_ttl: the minimum of the zone's SOA; None where it has none.
    """

    zone: Zone
    ttl: int = 60
    negative_ttl: int | None = None
    asked: list[str] = field(default_factory=list[str])
    transport: asyncio.DatagramTransport | None = None

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        wire = self.answer(data)
        if len(wire) > _UDP_SIZE:
            short = dns.message.make_response(dns.message.from_wire(data))
            short.flags |= dns.flags.TC
            wire = short.to_wire()
        assert self.transport is not None
        if wire:
            self.transport.sendto(wire, addr)

    async def by_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = self.answer(await reader.readexactly(int.from_bytes(await reader.readexactly(2))))
        writer.write(len(wire).to_bytes(2) + wire)
        await writer.drain()
        writer.close()

    def answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        found = self.zone.get(name)
        match found:
            case "silent":
                return b""
            case "garbage":
                return data[:2] + b"\xff" * 40
            case "servfail":
                answer.set_rcode(dns.rcode.SERVFAIL)
            case "refused":
                answer.set_rcode(dns.rcode.REFUSED)
            case "empty":
                self._add_soa(answer)
            case "loop":
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "CNAME", f"{name}."))
            case None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
                self._add_soa(answer)
            case _:
                assert question.rdtype == dns.rdatatype.SRV
                answer.answer.append(dns.rrset.from_text(question.name, self.ttl, "IN", "SRV", *found))
        return answer.to_wire()

    def _add_soa(self, answer: dns.message.Message) -> None:
        if self.negative_ttl is not None:
            record = f"ns.example.org. root.example.org. 1 7200 3600 1209600 {self.negative_ttl}"
            answer.authority.append(dns.rrset.from_text("example.org.", 3600, "IN", "SOA", record))


@asynccontextmanager
async def nameserver(
    zone: Zone, *, ttl: int = 60, negative_ttl: int | None = None
) -> AsyncGenerator[tuple[Nameserver, dns.asyncresolver.Resolver]]:
    """Run it; gives a resolver that asks it and nobody else."""
    loop = asyncio.get_running_loop()
    answering = Nameserver(zone, ttl, negative_ttl)
    tcp, udp, port = await _on_one_port(loop, answering)
    answering.transport = udp
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = port
    try:
        yield answering, resolver
    finally:
        udp.close()
        tcp.close()
        await tcp.wait_closed()


async def _on_one_port(
    loop: asyncio.AbstractEventLoop, answering: Nameserver
) -> tuple[asyncio.Server, asyncio.DatagramTransport, int]:
    for _ in range(20):
        tcp = await asyncio.start_server(answering.by_tcp, "127.0.0.1", 0)
        port = int(tcp.sockets[0].getsockname()[1])
        make: Callable[[], Nameserver] = lambda: answering  # noqa: E731 - it has a type here
        try:
            udp, _ = await loop.create_datagram_endpoint(make, local_addr=("127.0.0.1", port))
        except OSError:
            tcp.close()  # somebody has this port by UDP
        else:
            return tcp, udp, port
    raise AssertionError("no port is free by TCP and UDP")
