"""The plugin ``xep_0152``; see the package's docstring."""

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, ClassVar, Unpack

from helixmpp.errors import FieldValueError
from helixmpp.plugins._published import Published, PublishOptions
from helixmpp.plugins.xep_0060 import EventItem, Item
from helixmpp.plugins.xep_0152.stanza import NAMESPACE, Reachability
from helixmpp.stanza import Iq, Message, Presence

__all__ = ["XEP_0152"]


class XEP_0152(Published[Reachability]):  # noqa: N801 - the name that programs import
    """Reachability addresses: tells by what other means we can be reached, and hears it of contacts."""

    name = "xep_0152"
    description = "Reachability addresses: by what other means somebody can be reached"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    extends = (
        (Item, Reachability),
        (EventItem, Reachability),
        (Presence, Reachability),
        (Message, Reachability),
        (Iq, Reachability),
    )
    # The second asks the accounts of contacts for their events (XEP-0163 section 4.2).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    event_name = "reachability"
    _payload = Reachability

    def publish_reachability(
        self, addresses: Iterable[Mapping[str, Any] | str], **options: Unpack[PublishOptions]
    ) -> Awaitable[Iq]:
        """Tell all contacts by what other means we can be reached.

        :param addresses: URIs, or dictionaries with a ``uri`` and perhaps a ``desc``: a text for people, or a
            dictionary of such texts by language. They are tried in this order.
        :param options: by name: what the node's configuration has to be, for whom, and how long to wait.
        :raises ValueError: there is none; :meth:`stop` says that there are none any more.
        :raises FieldValueError: one of them has no URI, or something that XML forbids.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        reach = self.make_reachability(addresses)
        if not reach.addresses:
            # "The <reach/> element MUST contain at least one <addr/> element" (section 3).
            raise ValueError("publish_reachability() needs an address; stop() says that there are none")
        return self._publish(reach, options)

    @staticmethod
    def make_reachability(addresses: Iterable[Mapping[str, Any] | str]) -> Reachability:
        """The element for a presence or message; the parameter is that of :meth:`publish_reachability`."""
        if isinstance(addresses, str | Mapping):
            # Both can be iterated over, too.
            raise FieldValueError("reachability: a list of addresses is needed")
        reach = Reachability()
        for one in addresses:
            given: Mapping[str, Any] = {"uri": one} if isinstance(one, str) else one
            uri = given.get("uri")
            if not uri:
                raise FieldValueError("reachability: an address has a URI")
            reach.add_address(uri, given.get("desc"))
        return reach
