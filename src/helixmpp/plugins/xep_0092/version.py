"""The plugin ``xep_0092``; see the package's docstring."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0092.stanza import NAMESPACE, Version
from helixmpp.stanza import Iq

__all__ = ["XEP_0092"]


class XEP_0092(BasePlugin):  # noqa: N801 - the name that programs import
    """Software version: tells that of this program, and asks for those of others."""

    name = "xep_0092"
    description = "Software version: which program somebody uses"
    xep_version = "1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, Version),)
    features = (NAMESPACE,)

    answer = Setting(True, "whether peers are told; else they get service-unavailable")
    software_name = Setting("helixmpp", "the name of the program")
    version = Setting("", "its version; by default that of helixmpp")
    os = Setting("", "the operating system; by default it is not told")

    def get_version(
        self,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask for the software of an entity; when awaited, the answer with ``iq["software_version"]``.

        :param jid: whom; by default our own server.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) the peer does not say.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_get(ito=jid or self.xmpp.boundjid.domain, ifrom=ifrom)
        request[Version].attach()
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    @on(Iq, Version, type="get")
    def _asked(self, iq: Iq) -> None:
        if not self.answer:
            raise XMPPError("service-unavailable")
        answer = iq.reply()
        software = answer[Version]
        software.name_ = self.software_name
        software.version = self.version or _own_version()
        software.os = self.os
        answer.send()


def _own_version() -> str:
    # Whoever uses a plugin has the package; naming it in an import would be a cycle.
    version: str = import_module("helixmpp").__version__
    return version
