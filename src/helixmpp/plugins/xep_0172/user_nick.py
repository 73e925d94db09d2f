"""The plugin ``xep_0172``; see the package's docstring."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

import helixmpp.plugins.xep_0172.stanza as nick_stanza
from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0172.stanza import NAMESPACE, NS_PUBSUB, PubsubEvent, UserNick
from helixmpp.stanza import ElementBase, Iq, Message, Presence

__all__ = ["XEP_0172"]

_ITEMS = f"{{{PubsubEvent.namespace}}}items"
_ITEM = f"{{{PubsubEvent.namespace}}}item"


class XEP_0172(BasePlugin):  # noqa: N801 - the name that programs import
    """User nickname: in stanzas, and published for all contacts."""

    name = "xep_0172"
    description = "User nickname: how somebody would like to be called"
    xep_version = "1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, UserNick), (Presence, UserNick))
    # The second asks the services of contacts for their events (XEP-0163 section 4).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = nick_stanza

    def publish_nick(
        self,
        nick: str | None = None,
        options: ElementBase | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Tell all contacts our nickname (section 4.3).

        :param nick: the name; None or nothing says that there is none any more.
        :param options: a form of publish options (XEP-0060 section 7.1.5).
        :param ifrom: the address to publish for, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises FieldValueError: the name has a character that XML forbids.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        payload = UserNick()
        payload.nick = nick
        pubsub = Element(f"{{{NS_PUBSUB}}}pubsub")
        publish = SubElement(pubsub, f"{{{NS_PUBSUB}}}publish", {"node": NAMESPACE})
        SubElement(publish, f"{{{NS_PUBSUB}}}item").append(payload.xml)
        if options is not None:
            SubElement(pubsub, f"{{{NS_PUBSUB}}}publish-options").append(options.xml)
        request = self.xmpp.make_iq_set(pubsub, ifrom=ifrom)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    def stop(
        self,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Tell all contacts that we have no nickname any more; the parameters are those of :meth:`publish_nick`."""
        return self.publish_nick(None, None, ifrom, timeout, callback, timeout_callback)

    def published_nick(self, message: Message) -> str | None:
        """The nickname that a message of an event service tells; ``""`` for none any more, None for no such message."""
        event = message.xml.find(PubsubEvent.tag_name())
        items = event.find(_ITEMS) if event is not None else None
        if items is None or items.get("node") != NAMESPACE:
            return None
        nick = items.find(f"{_ITEM}/{UserNick.tag_name()}")
        return None if nick is None else nick.text or ""

    @on(Message, PubsubEvent)
    def _event_came(self, message: Message) -> None:
        # XEP-0163 section 4.3: the event of an account is from its bare address.
        if (
            message["type"] != "error"
            and not message["from"].resource
            and self.published_nick(message) is not None
        ):
            self.xmpp.event("user_nick_publish", message)
