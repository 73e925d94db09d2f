"""The plugin ``xep_0280``; see the package's docstring."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0280.stanza import (
    NAMESPACE,
    CarbonDisable,
    CarbonEnable,
    PrivateCarbon,
    ReceivedCarbon,
    SentCarbon,
)
from helixmpp.plugins.xep_0297.stanza import Forwarded
from helixmpp.plugins.xep_0334.stanza import NoCopy
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.stanza import ElementBase, Iq, Message

__all__ = ["XEP_0280"]

log = logging.getLogger(__name__)


class XEP_0280(BasePlugin):  # noqa: N801 - the name that programs import
    """Message carbons: copies of what the other clients of our account send and receive."""

    name = "xep_0280"
    description = "Message carbons: what the account's other clients send and receive"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0297", "xep_0334"}
    extends = (
        (Message, ReceivedCarbon),
        (Message, SentCarbon),
        (Message, PrivateCarbon),
        (Iq, CarbonEnable),
        (Iq, CarbonDisable),
    )
    features = (NAMESPACE,)

    def enable(
        self,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask our server for copies from now on, until the session ends (section 4); to be awaited, gives the answer.

        :param ifrom: the address to ask from.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) the server has no carbons, or refuses them.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        return self._ask(CarbonEnable(), ifrom, timeout, callback, timeout_callback)

    def disable(
        self,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Have no more copies (section 5); the parameters are those of :meth:`enable`."""
        return self._ask(CarbonDisable(), ifrom, timeout, callback, timeout_callback)

    def make_private(self, message: Message) -> None:
        """Have a message copied to nobody, neither here nor there (section 9)."""
        message.enable(PrivateCarbon.plugin_attrib)
        # Which is for full addresses (XEP-0334 section 4.3).
        if message["to"].resource:
            message.enable(NoCopy.plugin_attrib)

    def copied(self, message: Message) -> Message | None:
        """The message that a carbon has a copy of; None where it is none that may be believed.

        It has to be from our own bare address, with exactly one message in it, which went to or came from our account.
        """
        if self.xmpp.is_component or message.xml.get("type") == "error":
            return None
        own = self.xmpp.boundjid.bare
        try:
            # Section 11: "MUST be from that user's bare JID", and what does not meet this "MUST be ignored".
            if message["from"].full != own:
                return None
            received, sent = message.get(ReceivedCarbon), message.get(SentCarbon)
            if (received is None) == (sent is None):
                return None
            wrapper: ElementBase | None = received if received is not None else sent
            forwarded = wrapper.get(Forwarded) if wrapper is not None else None
            copy = forwarded.message if forwarded is not None else None
            if copy is None:
                return None
            ours = copy["to"] if received is not None else copy["from"]
            # The copy of what was received may leave out to whom (RFC 6120 section 8.1.1.1).
            fits = ours.bare == own or (received is not None and not ours)
        except BadStanza:
            return None
        return copy if fits else None

    @on(Message, ReceivedCarbon)
    def _received(self, message: Message) -> None:
        self._tell(message, "carbon_received")

    @on(Message, SentCarbon)
    def _sent(self, message: Message) -> None:
        self._tell(message, "carbon_sent")

    def _tell(self, message: Message, event: str) -> None:
        copy = self.copied(message)
        if copy is None:
            log.warning(
                "a carbon that is none from our own account is dropped, from %.200s", message.xml.get("from")
            )
            return
        stanza_ids = self.xmpp.plugin.get(XEP_0359)
        if stanza_ids is not None:
            # What is corrected or taken back later may have come, or gone, by another client of ours.
            stanza_ids.note(copy)
        self.xmpp.event(event, message)

    def _ask(
        self,
        payload: ElementBase,
        ifrom: JID | str | None,
        timeout: float | None,
        callback: Callable[[Iq], Any] | None,
        timeout_callback: Callable[[Iq], Any] | None,
    ) -> Awaitable[Iq]:
        request = self.xmpp.make_iq_set(payload, ifrom=ifrom)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
