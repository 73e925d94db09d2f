"""``<pubsub xmlns='http://jabber.org/protocol/pubsub'/>``: what publishers and subscribers ask (section 17.1)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0059.stanza import Set
from helixmpp.plugins.xep_0060.stanza.base import (
    AFFILIATION,
    NODE_TYPE,
    NS,
    SUBSCRIPTION,
    ConfigHolder,
    OptionalSetting,
)
from helixmpp.stanza import Attr, Children, ElementBase, Raw, register_stanza_plugin

__all__ = [
    "Affiliation",
    "Affiliations",
    "Configure",
    "Create",
    "Default",
    "Item",
    "Items",
    "Options",
    "Publish",
    "PublishOptions",
    "Pubsub",
    "Retract",
    "Subscribe",
    "SubscribeOptions",
    "Subscription",
    "Subscriptions",
    "Unsubscribe",
]

_NONE = JID("")


class Pubsub(ElementBase):
    """The payload of an iq: ``iq["pubsub"]["items"]``, or typed ``iq[Pubsub][Items]``."""

    name = "pubsub"
    namespace = NS
    plugin_attrib = "pubsub"


class Affiliation(ElementBase):
    """What somebody may do at a node: the keys ``node``, ``affiliation`` and ``jid``."""

    name = "affiliation"
    namespace = NS
    plugin_attrib = "affiliation"

    node = Attr(str)
    affiliation = Attr(AFFILIATION, default="")
    jid = Attr(JID, default=_NONE)


class Affiliations(ElementBase):
    """Our own affiliations at a service, or at a node: ``for affiliation in iq["pubsub"]["affiliations"]``."""

    name = "affiliations"
    namespace = NS
    plugin_attrib = "affiliations"

    node = Attr(str)
    affiliations = Children(Affiliation)


class SubscribeOptions(OptionalSetting):
    """Whether a subscription can, or with ``required`` has to, be configured."""

    name = "subscribe-options"
    namespace = NS
    plugin_attrib = "suboptions"


class Subscription(ElementBase):
    """A subscription: the keys ``node``, ``jid``, ``subid``, ``subscription`` (its state) and ``suboptions``."""

    name = "subscription"
    namespace = NS
    plugin_attrib = "subscription"

    node = Attr(str)
    jid = Attr(JID, default=_NONE)
    subid = Attr(str)
    subscription = Attr(SUBSCRIPTION, default="")


class Subscriptions(ElementBase):
    """Our own subscriptions: ``for subscription in iq["pubsub"]["subscriptions"]``."""

    name = "subscriptions"
    namespace = NS
    plugin_attrib = "subscriptions"

    node = Attr(str)
    subscriptions = Children(Subscription)


class Item(ElementBase):
    """An item: ``id``, ``publisher``, and the ``payload``, an element; None where there is none."""

    name = "item"
    namespace = NS
    plugin_attrib = "item"

    id = Attr(str)
    publisher = Attr(str)
    payload = Raw()


class Items(ElementBase):
    """The items of a node: ``for item in iq["pubsub"]["items"]``."""

    name = "items"
    namespace = NS
    plugin_attrib = "items"

    node = Attr(str)
    max_items = Attr(int, "max_items")
    subid = Attr(str)
    items = Children(Item)


class Create(ElementBase):
    """A node to make; without ``node`` the service makes up a name."""

    name = "create"
    namespace = NS
    plugin_attrib = "create"

    node = Attr(str)


class Configure(ConfigHolder):
    """The configuration of a node that is made."""

    name = "configure"
    namespace = NS
    plugin_attrib = "configure"

    node = Attr(str)
    type = Attr(NODE_TYPE, default="")


class Default(ConfigHolder):
    """The options that a subscription has by default."""

    name = "default"
    namespace = NS
    plugin_attrib = "default"

    node = Attr(str)
    type = Attr(NODE_TYPE, default="")


class Publish(ElementBase):
    """What is published: ``iq["pubsub"]["publish"]["item"]``."""

    name = "publish"
    namespace = NS
    plugin_attrib = "publish"

    node = Attr(str)
    items = Children(Item)


class Retract(ElementBase):
    """The items to delete; with ``notify`` the subscribers are told."""

    name = "retract"
    namespace = NS
    plugin_attrib = "retract"

    node = Attr(str)
    notify = Attr(bool)
    items = Children(Item)


class Subscribe(ElementBase):
    """A request for a subscription."""

    name = "subscribe"
    namespace = NS
    plugin_attrib = "subscribe"

    node = Attr(str)
    jid = Attr(JID, default=_NONE)


class Unsubscribe(ElementBase):
    """The end of a subscription."""

    name = "unsubscribe"
    namespace = NS
    plugin_attrib = "unsubscribe"

    node = Attr(str)
    jid = Attr(JID, default=_NONE)
    subid = Attr(str)


class Options(ElementBase):
    """The options of a subscription; the form has the keys ``options`` and ``form``."""

    name = "options"
    namespace = NS
    plugin_attrib = "options"
    interfaces: ClassVar[set[str]] = {"options"}

    node = Attr(str)
    jid = Attr(JID, default=_NONE)
    subid = Attr(str)

    def get_options(self) -> Form:
        """Return the form; where there is none, one that its first write puts in."""
        return self[Form]

    def set_options(self, value: Form) -> None:
        """Put a form in, in the place of the one that is there.

        :raises FieldValueError: it is no form.
        """
        self[Form] = value

    def del_options(self) -> None:
        """Take the form out."""
        del self[Form]


class PublishOptions(ElementBase):
    """What has to hold for something to be published (section 7.1.5): ``iq["pubsub"]["publish_options"]``, a form."""

    name = "publish-options"
    namespace = NS
    plugin_attrib = "publish_options"
    is_extension = True
    interfaces: ClassVar[set[str]] = {"publish_options"}

    def get_publish_options(self) -> Form | None:
        """Return the form; None where there is none."""
        return self.get(Form)

    def set_publish_options(self, value: Form | Mapping[str, Any]) -> None:
        """Put a form in, or the one that has these ``values``, in the place of the one that is there.

        :raises FieldValueError: it is no form.
        """
        if isinstance(value, Mapping):
            form = Form()
            form.values = value
            value = form
        self[Form] = value

    def del_publish_options(self) -> None:
        """Take the whole element out: empty, it has no meaning."""
        parent = self._owner()
        if parent is not None and self.xml in parent.xml:
            parent.xml.remove(self.xml)


for _payload in (
    Affiliations,
    Configure,
    Create,
    Default,
    Items,
    Options,
    Publish,
    PublishOptions,
    Retract,
    Subscribe,
    Subscription,
    Subscriptions,
    Unsubscribe,
    Set,
):
    register_stanza_plugin(Pubsub, _payload)
for _holder in (Configure, Default, Options, PublishOptions):
    register_stanza_plugin(_holder, Form)
# Older programs put them there; section 6.3.7 has them beside it.
register_stanza_plugin(Subscribe, Options)
register_stanza_plugin(Subscription, SubscribeOptions)
