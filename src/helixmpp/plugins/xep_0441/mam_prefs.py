"""The plugin ``xep_0441``; see the package's docstring."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0441.stanza import Behaviour, Preferences
from helixmpp.stanza import Iq

__all__ = ["XEP_0441"]


class XEP_0441(BasePlugin):  # noqa: N801 - the name that programs import
    """Archive preferences: which messages our server keeps."""

    name = "xep_0441"
    description = "Archive preferences: which messages the archive of our account keeps"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0313"}
    extends = ((Iq, Preferences),)

    def get_preferences(
        self,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask which messages our server keeps: ``iq["mam_prefs"]``.

        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) the server has no preferences.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_get()
        request.enable(Preferences.plugin_attrib)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    def set_preferences(
        self,
        default: Behaviour = "roster",
        always: Iterable[JID | str] | None = None,
        never: Iterable[JID | str] | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
        *,
        ito: JID | str | None = None,
        ifrom: JID | str | None = None,
    ) -> Awaitable[Iq]:
        """Say which messages our server is to keep; the answer has what it does, which may be something else.

        The other parameters are those of :meth:`get_preferences`.

        :param default: what is done with those in neither list: ``always``, ``never``, or ``roster``.
        :param always: the addresses with which every message is kept, in the place of the list that there is.
        :param never: those with which none is.
        :param ito: whose archive; by default that of our own account.
        :param ifrom: the address to ask from, for components.
        :raises FieldValueError: there is no such behaviour.
        """
        request = self.xmpp.make_iq_set(ito=ito, ifrom=ifrom)
        prefs = request[Preferences]
        prefs.default = default
        prefs.always = always or ()
        prefs.never = never or ()
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
