"""What services tell: the events of nodes, and requests that wait for an owner (XEP-0060 sections 7.1.2, 8.6)."""

import logging
from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0060.stanza import (
    NS_AUTHORIZATION,
    Event,
    EventConfiguration,
    EventDelete,
    EventItem,
    EventItems,
    EventPurge,
    EventRetract,
    EventSubscription,
)
from helixmpp.stanza import ElementBase, Message

__all__ = ["Telling"]

log = logging.getLogger(__name__)

# How the event is called that tells of a part of <event/>.
_SUFFIXES: Final = {
    EventConfiguration.tag_name(): "config",
    EventDelete.tag_name(): "delete",
    EventPurge.tag_name(): "purge",
    EventSubscription.tag_name(): "subscription",
}
_ITEM_SUFFIXES: Final = {EventItem.tag_name(): "publish", EventRetract.tag_name(): "retract"}
_ITEMS: Final = EventItems.tag_name()
# Of what stands in a message beside the event (delay, headers, addresses ...), how much each item's own message gets.
_MOST_OTHERS: Final = 20


class Telling(BasePlugin):
    """Raises the events ``pubsub_publish``, ``pubsub_retract`` and so on, and those of nodes that have names."""

    max_event_items = Setting(1_000, "of how many items of one message events are raised")
    events_from_resources = Setting(
        False, "whether events from an address with a resource, which no account has, are believed"
    )

    #: The name that a node's events begin with, by node.
    node_event_map: dict[str, str]

    def _begin_telling(self) -> None:
        self.node_event_map = {}
        self._payloads: dict[str, type[ElementBase]] = {}
        self._private: dict[str, int] = {}

    # -- for programs and other plugins -------------------------------------------------------------------

    def map_node_event(self, node: str, event_name: str, *, payload: type[ElementBase] | None = None) -> None:
        """Have the events of a node raised by a name of its own, too: ``NAME_publish``, ``NAME_retract`` ...

        Nodes of one name at different services are one here; ``message["from"]`` tells whose it is.

        :param payload: the class of what is published there; items without it raise no ``NAME_publish``.
        """
        self.node_event_map[node] = event_name
        if payload is None:
            self._payloads.pop(node, None)
        else:
            self._payloads[node] = payload

    def unmap_node_event(self, node: str, event_name: str) -> None:
        """Undo :meth:`map_node_event`, unless the node got another name since."""
        if self.node_event_map.get(node) == event_name:
            del self.node_event_map[node]
            self._payloads.pop(node, None)

    def add_private_node(self, node: str) -> None:
        """Believe events of a node only from our own account: for what we alone write, such as bookmarks."""
        self._private[node] = self._private.get(node, 0) + 1

    def remove_private_node(self, node: str) -> None:
        """Undo one :meth:`add_private_node`."""
        left = self._private.get(node, 0) - 1
        if left > 0:
            self._private[node] = left
        else:
            self._private.pop(node, None)

    @property
    def private_nodes(self) -> frozenset[str]:
        """The nodes whose events are believed only from our own account."""
        return frozenset(self._private)

    # -- what services tell -------------------------------------------------------------------------------

    @on(Message, Event)
    def _event_came(self, message: Message) -> None:
        if message.xml.get("type") == "error":
            return  # our own, which came back
        try:
            sender, receiver = message["from"], message["to"]
        except BadStanza:
            return  # whose it is cannot be known
        event = message[Event].xml
        for part in event:
            if part.tag == _ITEMS or part.tag in _SUFFIXES:
                node = part.get("node", "")
                if self._is_believed(node, sender, receiver):
                    self._tell(message, part, node)
                # The schema has one part in an event (section 17.3).
                return

    def _is_believed(self, node: str, sender: JID, receiver: JID) -> bool:
        if sender.resource and not self.events_from_resources:
            # The occupant of a room, or anybody's client, is no service: XEP-0163 section 4.3.1 has the bare address.
            log.info("an event from %s is dropped: it is no service's or account's address", sender)
            return False
        if node not in self._private:
            return True
        # XEP-0223 section 6: "either absent or equal to their own account JID".
        own = receiver if self.xmpp.is_component else self.xmpp.boundjid
        if sender.full == own.bare or (not sender and not self.xmpp.is_component):
            return True
        log.warning("an event of our private node %.200r from %s is dropped", node, sender)
        return False

    def _tell(self, message: Message, part: Element, node: str) -> None:
        suffix = _SUFFIXES.get(part.tag)
        if suffix is not None:
            self._raise(suffix, node, message)
            return
        items = [item for item in part if item.tag in _ITEM_SUFFIXES]
        if len(items) > self.max_event_items:
            log.warning(
                "%d items came at once from %s; events are raised of %d",
                len(items),
                message["from"],
                self.max_event_items,
            )
            del items[self.max_event_items :]
        single = len(part) == 1
        others = [child for child in message.xml if child.tag != Event.tag_name()][:_MOST_OTHERS]
        for item in items:
            told = message if single else self._message_of(message, part, item, others)
            self._raise(_ITEM_SUFFIXES[item.tag], node, told, item)

    def _message_of(
        self, message: Message, part: Element, item: Element, others: Iterable[Element]
    ) -> Message:
        """A message as if only this item had been in it.

        The other elements are the same ones in each, and not copies: a stranger could have a thousand copies of
        a large one made.
        """
        items = Element(part.tag, dict(part.attrib))
        items.append(item)
        event = Element(Event.tag_name())
        event.append(items)
        root = Element(message.xml.tag, dict(message.xml.attrib))
        root.append(event)
        root.extend(others)
        return Message(self.xmpp, root, recv=True)

    def _raise(self, suffix: str, node: str, message: Message, item: Element | None = None) -> None:
        self.xmpp.event(f"pubsub_{suffix}", message)
        name = self.node_event_map.get(node)
        if name is None:
            return
        payload = self._payloads.get(node) if suffix == "publish" else None
        if payload is None or item is None or item.find(payload.tag_name()) is not None:
            self.xmpp.event(f"{name}_{suffix}", message)

    # -- requests for a subscription to our nodes ---------------------------------------------------------

    @on(Message, Form)
    def _form_came(self, message: Message) -> None:
        if message.xml.get("type") == "error":
            return
        try:
            form = message[Form]
            asked = form.form_type == NS_AUTHORIZATION and form.type == "form"
        except BadStanza:
            log.info("a form from %.200s cannot be read", message.xml.get("from"))
            return
        if asked:
            self.xmpp.event("pubsub_authorization", message)

    def authorize(self, request: Message, allow: bool | None) -> None:
        """Answer the request for a subscription to our node that came as the event ``pubsub_authorization``.

        :param request: the message; ``request["form"]["values"]`` has ``pubsub#node`` and
            ``pubsub#subscriber_jid``.
        :param allow: None leaves the subscription pending.
        :raises FieldValueError: the message is no such request.
        """
        if request[Form].form_type != NS_AUTHORIZATION:
            raise FieldValueError("authorize() takes the message of an event pubsub_authorization")
        answer = self.xmpp.make_message(
            request["from"], mfrom=request["to"] if self.xmpp.is_component else None
        )
        # "for tracking purposes the message MUST reflect the 'id' attribute originally provided" (section 8.6)
        answer["id"] = request["id"]
        del answer["type"]
        form = Form()
        form.type = "cancel" if allow is None else "submit"
        form.add_field(var="FORM_TYPE", ftype="hidden", value=NS_AUTHORIZATION)
        if allow is not None:
            for field in request[Form].fields:
                if field.var not in ("", "FORM_TYPE", "pubsub#allow"):
                    form.add_field(var=field.var, value=field.texts)
            form.add_field(var="pubsub#allow", value="true" if allow else "false")
        answer.append(form)
        answer.send()
