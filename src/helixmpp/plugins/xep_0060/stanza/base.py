"""What the elements of XEP-0060 share: namespaces, words, and elements that hold a form."""

from datetime import datetime
from typing import ClassVar, Final, Literal

from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.stanza import ElementBase, Flag, OneOf, codec_for, one_of

__all__ = [
    "AFFILIATION",
    "EXPIRY",
    "NODE_TYPE",
    "NS",
    "NS_AUTHORIZATION",
    "NS_ERRORS",
    "NS_EVENT",
    "NS_NODE_CONFIG",
    "NS_OWNER",
    "NS_PUBLISH_OPTIONS",
    "NS_SUBSCRIBE_OPTIONS",
    "SUBSCRIPTION",
    "Affiliations",
    "ConfigHolder",
    "NodeTypes",
    "OptionalSetting",
    "Subscriptions",
]

NS: Final = "http://jabber.org/protocol/pubsub"
NS_ERRORS: Final = f"{NS}#errors"
NS_EVENT: Final = f"{NS}#event"
NS_OWNER: Final = f"{NS}#owner"
#: The FORM_TYPE of each form (section 16.4).
NS_AUTHORIZATION: Final = f"{NS}#subscribe_authorization"
NS_NODE_CONFIG: Final = f"{NS}#node_config"
NS_PUBLISH_OPTIONS: Final = f"{NS}#publish-options"
NS_SUBSCRIBE_OPTIONS: Final = f"{NS}#subscribe_options"

#: Section 4.1; ``""`` where nothing is said.
Affiliations = Literal["", "member", "none", "outcast", "owner", "publish-only", "publisher"]
#: Section 4.2; ``""`` where nothing is said.
Subscriptions = Literal["", "none", "pending", "subscribed", "unconfigured"]
#: Section 4.4; ``""`` where nothing is said, which is a leaf.
NodeTypes = Literal["", "collection", "leaf"]

AFFILIATION: Final[OneOf[Affiliations]] = one_of(
    "member", "none", "outcast", "owner", "publish-only", "publisher"
)
SUBSCRIPTION: Final[OneOf[Subscriptions]] = one_of("none", "pending", "subscribed", "unconfigured")
NODE_TYPE: Final[OneOf[NodeTypes]] = one_of("collection", "leaf")


class _Expiry:
    """When a subscription ends: a moment, or ``presence``: with the subscriber's presence (section 16.4.2)."""

    def parse(self, text: str) -> datetime | str:
        if text.strip(" \t\r\n") == "presence":
            return "presence"
        return codec_for(datetime).parse(text)

    def format(self, value: datetime | str) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        return value if isinstance(value, str) else codec_for(datetime).format(value)


EXPIRY: Final = _Expiry()


class OptionalSetting(ElementBase):
    """An element that may say that something is ``required``."""

    required = Flag()


class ConfigHolder(ElementBase):
    """An element with a form in it: the keys ``form`` and ``config`` are the same."""

    interfaces: ClassVar[set[str]] = {"config"}

    def get_config(self) -> Form:
        """Return the form; where there is none, one that its first write puts in."""
        return self[Form]

    def set_config(self, value: Form) -> None:
        """Put a form in, in the place of the one that is there.

        :raises FieldValueError: it is no form.
        """
        self[Form] = value

    def del_config(self) -> None:
        """Take the form out."""
        del self[Form]
