"""The plugin ``xep_0257``; see the package's docstring."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0257.stanza import (
    NAMESPACE,
    AppendCert,
    CertItem,
    Certs,
    DisableCert,
    RevokeCert,
    base64_of,
)
from helixmpp.stanza import Iq

__all__ = ["XEP_0257"]

OptJid = JID | str | None
OptCallback = Callable[[Iq], Any] | None


class XEP_0257(BasePlugin):  # noqa: N801 - the name that programs import
    """Client certificates: those by which our account may be logged in to."""

    name = "xep_0257"
    description = "Client certificates: log in without a password, by SASL EXTERNAL"
    xep_version = "0.3"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, Certs), (Iq, AppendCert), (Iq, DisableCert), (Iq, RevokeCert))

    async def is_supported(self, *, timeout: float | None = None) -> bool:
        """Whether our server keeps certificates (section 4).

        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(
            self.xmpp.boundjid.domain, local=False, cached=True, timeout=timeout
        )
        return NAMESPACE in info.features

    @begun
    async def get_certs(
        self, ifrom: OptJid = None, timeout: float | None = None
    ) -> set[tuple[str, str, tuple[str, ...]]]:
        """Ask for all certificates (section 2.2): of each its name, its base64, and who is logged in by it.

        :param ifrom: the address to ask from.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: (when awaited) the server refuses, or keeps none.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        return {
            (one.name_, one.x509cert, tuple(sorted(one.users))) for one in await self._items(ifrom, timeout)
        }

    async def certificates(self, *, timeout: float | None = None) -> dict[str, CertItem]:
        """Ask for all certificates, by name; the errors are those of :meth:`get_certs`."""
        return {item.name_: item for item in await self._items(None, timeout) if item.name_}

    async def _items(self, ifrom: OptJid, timeout: float | None) -> list[CertItem]:
        request = self.xmpp.make_iq_get(ifrom=ifrom)
        request[Certs].attach()
        return (await request.send(timeout=timeout))[Certs].items

    def add_cert(
        self,
        name: str,
        cert: str | bytes,
        allow_management: bool = True,
        ifrom: OptJid = None,
        timeout: float | None = None,
        callback: OptCallback = None,
        timeout_callback: OptCallback = None,
    ) -> Awaitable[Iq]:
        """Add a certificate (section 2.1).

        :param name: one that no other certificate of the account has.
        :param cert: its bytes in DER form, or a text in PEM form, or base64; no key.
        :param allow_management: whether who logs in by it may add and remove certificates.
        :raises ValueError: there is no name.
        :raises FieldValueError: it is no certificate.
        :raises IqError: (when awaited) the name is taken, or the server refuses.
        """
        append = AppendCert()
        append.name_ = _checked(name)
        append.cert_management = allow_management
        append.x509cert = base64_of(cert)
        return self._send(append, ifrom, timeout, callback, timeout_callback)

    def disable_cert(
        self,
        name: str,
        ifrom: OptJid = None,
        timeout: float | None = None,
        callback: OptCallback = None,
        timeout_callback: OptCallback = None,
    ) -> Awaitable[Iq]:
        """Take a certificate away (section 2.3): nobody logs in by it any more.

        :raises IqError: (when awaited) there is none of this name, or the server refuses.
        """
        disable = DisableCert()
        disable.name_ = _checked(name)
        return self._send(disable, ifrom, timeout, callback, timeout_callback)

    def revoke_cert(
        self,
        name: str,
        ifrom: OptJid = None,
        timeout: float | None = None,
        callback: OptCallback = None,
        timeout_callback: OptCallback = None,
    ) -> Awaitable[Iq]:
        """Take a certificate away, and have those logged out who are logged in by it (section 2.4).

        :raises IqError: (when awaited) there is none of this name, or the server refuses.
        """
        revoke = RevokeCert()
        revoke.name_ = _checked(name)
        return self._send(revoke, ifrom, timeout, callback, timeout_callback)

    def _send(
        self,
        payload: AppendCert | DisableCert | RevokeCert,
        ifrom: OptJid,
        timeout: float | None,
        callback: OptCallback,
        timeout_callback: OptCallback,
    ) -> Awaitable[Iq]:
        request = self.xmpp.make_iq_set(payload, ifrom=ifrom)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)


def _checked(name: str) -> str:
    if not name:
        raise ValueError("a certificate needs a name, by which it is taken away again")
    return name
