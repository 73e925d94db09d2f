"""The plugin ``xep_0172``; see the package's docstring."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any, ClassVar

import helixmpp.plugins.xep_0172.stanza as nick_stanza
from helixmpp.jid import JID
from helixmpp.plugins._published import Published
from helixmpp.plugins.xep_0060 import EventItem, FormLike, Item
from helixmpp.plugins.xep_0172.stanza import NAMESPACE, UserNick
from helixmpp.stanza import ElementBase, Iq, Message, Presence

__all__ = ["XEP_0172"]


class XEP_0172(Published[UserNick]):  # noqa: N801 - the name that programs import
    """User nickname: in stanzas, and published for all contacts."""

    name = "xep_0172"
    description = "User nickname: how somebody would like to be called"
    xep_version = "1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0060", "xep_0163"}
    extends = ((Message, UserNick), (Presence, UserNick), (Item, UserNick), (EventItem, UserNick))
    # The second asks the services of contacts for their events (XEP-0163 section 4).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = nick_stanza
    event_name = "user_nick"
    _payload = UserNick

    def publish_nick(
        self,
        nick: str | None = None,
        options: FormLike | ElementBase | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Tell all contacts our nickname (section 4.3).

        :param nick: the name; None or nothing says that there is none any more.
        :param options: what the node's configuration has to be (XEP-0060 section 7.1.5), as a form or by names.
        :param ifrom: the address to publish for, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises FieldValueError: the name has a character that XML forbids.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        payload = UserNick()
        payload.nick = nick
        return self._publish(
            payload,
            {
                "options": options,
                "ifrom": ifrom,
                "timeout": timeout,
                "callback": callback,
                "timeout_callback": timeout_callback,
            },
        )

    def published_nick(self, message: Message) -> str | None:
        """The nickname that a message of an event service tells; ``""`` for none any more, None for no such message."""
        nick = self.published(message)
        return None if nick is None else nick.nick
