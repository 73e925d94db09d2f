"""What a user tells all contacts of himself by the account's event service: a tune, a mood, an activity, a game.

Each is one payload at a node that has the name of its namespace (XEP-0163); the empty payload says that there is
nothing to tell any more.
"""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Generic, TypeVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0060 import XEP_0060, Event, EventItems, FormLike
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0163 import XEP_0163
from helixmpp.stanza import ElementBase, Iq, Message

__all__ = ["PublishOptions", "Published"]

P = TypeVar("P", bound=ElementBase)


class PublishOptions(SendOptions, total=False):
    """What each publication takes besides: ``options`` of the node (XEP-0060 section 7.1.5), and for whom it is."""

    options: FormLike | ElementBase | None
    ifrom: OptJid


class Published(BasePlugin, Generic[P]):
    """Publishes a payload, and tells those of contacts as events.

    :cvar event_name: what the names of the events begin with.
    """

    event_name: ClassVar[str] = ""
    _payload: type[P]

    def plugin_init(self) -> None:
        """Give the node a name; items with nothing of it in them tell nothing."""
        pubsub, node = self.xmpp.plugin[XEP_0060], self._payload.namespace
        pubsub.map_node_event(node, self.event_name, payload=self._payload)
        self._undo.append((pubsub.unmap_node_event, (node, self.event_name)))

    def stop(
        self,
        ifrom: OptJid = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Tell all contacts that there is nothing to tell any more.

        :param ifrom: the account, for components; by default our own.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        options: PublishOptions = {
            "ifrom": ifrom,
            "timeout": timeout,
            "callback": callback,
            "timeout_callback": timeout_callback,
        }
        return self._publish(self._payload(), options)

    def published(self, message: Message) -> P | None:
        """What a message of an event service tells; None where it tells nothing of this."""
        items = message[Event][EventItems]
        if items.node != self._payload.namespace:
            return None
        return next((found for item in items.items if (found := item.get(self._payload)) is not None), None)

    def _publish(self, payload: P, options: PublishOptions) -> Awaitable[Iq]:
        return self.xmpp.plugin[XEP_0163].publish(payload, **options)
