"""A DNS server on 127.0.0.1 with a zone that fits in a dictionary."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
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

# The records of a name, or what happens instead; a name that is not there does not exist (NXDOMAIN).
Zone = Mapping[str, Sequence[str] | str]


@dataclass
class Nameserver(asyncio.DatagramProtocol):
    """Answers questions for SRV records, and remembers them."""

    zone: Zone
    asked: list[str] = field(default_factory=list[str])
    transport: asyncio.DatagramTransport | None = None

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        found = self.zone.get(name)
        match found:
            case "silent":
                return
            case "servfail":
                answer.set_rcode(dns.rcode.SERVFAIL)
            case "refused":
                answer.set_rcode(dns.rcode.REFUSED)
            case "empty":
                pass
            case None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            case _:
                assert question.rdtype == dns.rdatatype.SRV
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "SRV", *found))
        assert self.transport is not None
        self.transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def nameserver(zone: Zone) -> AsyncGenerator[tuple[Nameserver, dns.asyncresolver.Resolver]]:
    """Run it; gives a resolver that asks it and nobody else."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: Nameserver(zone), local_addr=("127.0.0.1", 0)
    )
    server.transport = transport
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    try:
        yield server, resolver
    finally:
        transport.close()
