"""Connect to one target: address, TCP, perhaps a proxy, and TLS where it begins at once."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from helixmpp.errors import ConnectionFailure
from helixmpp.transport.addresses import Candidates
from helixmpp.transport.conversation import ProxyRefusal
from helixmpp.transport.dial import Dialed, dial
from helixmpp.transport.failures import proxy_failure, stage_timeout
from helixmpp.transport.interface import Receiver, Target, Transport
from helixmpp.transport.link import LinkSettings
from helixmpp.transport.proxy import ProxySettings
from helixmpp.transport.tcp import TCPTransport
from helixmpp.transport.tls import TLSSettings

__all__ = ["connect_tcp"]

_DEFAULT_LINK = LinkSettings()


async def connect_tcp(
    target: Target,
    receiver: Receiver,
    tls: TLSSettings,
    *,
    timeout: float = 15.0,
    proxy: ProxySettings | None = None,
    link: LinkSettings = _DEFAULT_LINK,
    alternatives: list[Target] | None = None,
) -> Transport:
    """Connect to a target; for direct TLS the certificate is verified before this returns.

    The host's addresses are tried as RFC 8305 says (happy eyeballs). The receiver hears nothing before this
    has returned, and nothing at all when it raises.

    With ``alternatives`` those of them that have the target's priority join the race for TCP, in their order
    (XEP-0495): a target that is silent costs a quarter of a second and not the whole time. The transport's
    ``target`` says which one it leads to. Whether this returns or raises, the list has then what is still
    worth trying, the target itself among them if it was only slower than another one. Through a proxy there
    is no such race.

    :param timeout: seconds for all of it.
    :param proxy: connect through this one, which also resolves the host's name.
    :param link: how soon a dead connection is to be noticed.
    :param alternatives: other targets, the best one first; the list is changed.
    :raises DNSFailure: the host's name gives no address.
    :raises ConnectionFailure: no address takes the connection, or the proxy refuses (``stage`` is ``proxy``).
    :raises StageTimeout: it took too long; its ``stage`` says what.
    :raises TLSFailure: direct TLS did not come about.
    :raises CertificateError: the certificate is not one for the target's domain.
    :raises InvalidCABundle: ``ca_certs`` cannot be read.
    :raises InvalidTLSSettings: another setting of TLS cannot be used.
    :raises ImportError: there is a proxy, and what the extra ``proxy`` brings is not installed.
    """
    race = _Race(target, () if proxy else alternatives or (), timeout, link)
    try:
        return await race.run(receiver, tls, proxy)
    except ConnectionFailure:
        # Before TimeoutError: StageTimeout stays what it is.
        raise
    except TimeoutError as error:
        raise stage_timeout(race.stage, race.target, timeout) from error
    finally:
        if alternatives is not None:
            alternatives[:] = [each for each in (target, *alternatives) if each not in race.spent]


class _Race:
    """One call of :func:`connect_tcp`: how far it has come, and which targets it has used up."""

    def __init__(
        self, target: Target, alternatives: Sequence[Target], timeout: float, link: LinkSettings
    ) -> None:
        self.target = target
        self.stage = "dns"
        self.spent = {target}
        self._group = [
            target,
            *(each for each in alternatives if each.priority == target.priority and each != target),
        ]
        self._timeout = timeout
        self._link = link

    async def run(self, receiver: Receiver, tls: TLSSettings, proxy: ProxySettings | None) -> Transport:
        async with asyncio.timeout(self._timeout):
            connection = await (self._dial() if proxy is None else self._through(proxy))
            transport = TCPTransport(self.target, receiver)
            await _take(connection, transport)
            if self.target.direct_tls:
                self.stage = "tls"
                await transport.start_tls(tls, self.target.domain)
        transport.release()
        return transport

    async def _dial(self) -> socket.socket:
        candidates = Candidates(self._group)
        try:
            dialed = await self._connected(candidates, self.target)
        finally:
            self.spent |= candidates.begun | {unknown for unknown, _ in candidates.unknown()}
            candidates.close()
        self.target = dialed.target
        self.spent = (self.spent - dialed.waiting) | {dialed.target}
        return dialed.connection

    async def _through(self, proxy: ProxySettings) -> socket.socket:
        self.stage = "proxy"
        ask = _tunnel()
        # Of no domain: no certificate is asked of a proxy.
        candidates = Candidates([Target(proxy.host, proxy.port, direct_tls=False, domain="")])
        try:
            dialed = await self._connected(candidates, self.target)
        except ConnectionFailure as error:
            raise proxy_failure(error.reason, proxy, self.target) from error
        finally:
            candidates.close()
            self.stage = "proxy"
        try:
            await ask(proxy, dialed.connection, self.target, self._timeout)
        except (ProxyRefusal, OSError) as error:
            dialed.connection.close()
            if isinstance(error, TimeoutError):
                raise
            reason = str(error) if isinstance(error, ProxyRefusal) else "the connection to it broke"
            raise proxy_failure(reason, proxy, self.target) from error
        except BaseException:
            dialed.connection.close()
            raise
        return dialed.connection

    async def _connected(self, candidates: Candidates, target: Target) -> Dialed:
        await candidates.first()
        if candidates:
            self.stage = "tcp"
        return await dial(candidates, target, self._link)


def _tunnel() -> Callable[[ProxySettings, socket.socket, Target, float], Awaitable[None]]:
    try:
        from helixmpp.transport.tunnel import tunnel  # noqa: PLC0415 - python-socks is an extra
    except ModuleNotFoundError as error:
        raise ImportError(
            f"the module {error.name!r}, which is needed for a proxy, is not installed: "
            "pip install 'helixmpp[proxy]'",
            name=error.name,
        ) from error
    return tunnel


async def _take(connection: socket.socket, transport: TCPTransport) -> None:
    try:
        raw, _ = await asyncio.get_running_loop().create_connection(transport.wire, sock=connection)
    except BaseException:
        connection.close()
        raise
    transport.made(raw)
