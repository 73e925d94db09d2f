"""The plugin ``xep_0060``; see the package's docstring."""

from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0060.stanza as pubsub_stanza
from helixmpp.plugins.xep_0060.owning import Owning
from helixmpp.plugins.xep_0060.publishing import Publishing
from helixmpp.plugins.xep_0060.stanza import Event, Pubsub, PubsubOwner
from helixmpp.plugins.xep_0060.subscribing import Subscribing
from helixmpp.plugins.xep_0060.telling import Telling
from helixmpp.stanza import Iq, Message

__all__ = ["XEP_0060"]


class XEP_0060(Subscribing, Publishing, Owning, Telling):  # noqa: N801 - the name that programs import
    """Publish-subscribe: uses the nodes of services and accounts, and tells of their events."""

    name = "xep_0060"
    description = "Publish-subscribe: nodes to publish at, to subscribe to, and to own"
    xep_version = "1.30.0"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0059", "xep_0082", "xep_0131"}
    extends = ((Iq, Pubsub), (Iq, PubsubOwner), (Message, Event))
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = pubsub_stanza

    def plugin_init(self) -> None:
        """No node has a name yet, and none is private."""
        self._begin_telling()
