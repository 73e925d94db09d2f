"""Connect to one target: address, TCP, and TLS where it begins at once."""

import asyncio
import socket

from helixmpp.errors import ConnectionFailure
from helixmpp.transport.dial import dial, find_addresses
from helixmpp.transport.failures import stage_timeout
from helixmpp.transport.interface import Receiver, Target, Transport
from helixmpp.transport.tcp import TCPTransport
from helixmpp.transport.tls import TLSSettings

__all__ = ["connect_tcp"]


async def connect_tcp(
    target: Target,
    receiver: Receiver,
    tls: TLSSettings,
    *,
    timeout: float = 15.0,
) -> Transport:
    """Connect to a target; for direct TLS the certificate is verified before this returns.

    The host's addresses are tried as RFC 8305 says (happy eyeballs). The receiver hears nothing before this
    has returned, and nothing at all when it raises.

    :param timeout: seconds for all of it.
    :raises DNSFailure: the host's name gives no address.
    :raises ConnectionFailure: no address takes the connection.
    :raises StageTimeout: it took too long; its ``stage`` says what.
    :raises TLSFailure: direct TLS did not come about.
    :raises CertificateError: the certificate is not one for the target's domain.
    :raises InvalidCABundle: ``ca_certs`` cannot be read.
    :raises InvalidTLSSettings: another setting of TLS cannot be used.
    """
    stage = "dns"
    transport: TCPTransport | None = None
    try:
        async with asyncio.timeout(timeout):
            addresses = await find_addresses(target)
            stage = "tcp"
            connection = await dial(addresses, target)
            transport = TCPTransport(target, receiver)
            await _take(connection, transport)
            if target.direct_tls:
                stage = "tls"
                await transport.start_tls(tls, target.domain)
    except ConnectionFailure:
        # Before TimeoutError: StageTimeout stays what it is.
        raise
    except TimeoutError as error:
        raise stage_timeout(stage, target, timeout) from error
    transport.release()
    return transport


async def _take(connection: socket.socket, transport: TCPTransport) -> None:
    try:
        raw, _ = await asyncio.get_running_loop().create_connection(transport.wire, sock=connection)
    except BaseException:
        connection.close()
        raise
    transport.made(raw)
