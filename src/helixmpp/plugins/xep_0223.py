"""XEP-0223, Persistent Storage of Private Data via PubSub: what only we may read is kept at the own account.

Settings and bookmarks that all clients of an account share.

Use::

    xmpp.register_plugin("xep_0223")
    await xmpp.plugin["xep_0223"].store(settings, node="urn:example:settings", id="current")
    iq = await xmpp.plugin["xep_0223"].retrieve("urn:example:settings")
    settings = iq["pubsub"]["items"]["item"]["payload"]

Events: none of its own; who follows such a node registers it with ``private=True`` (``xep_0163``), so that
nobody else's events count.

Operations: none; it is the account's server that keeps the data.

Limits: those of the server. Nothing is stored at a server that does not check the options of what is published
(section 6): it could show it to everybody.

Version: XEP-0223 1.1.1.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from helixmpp.plugins.xep_0163 import Storing

__all__ = ["XEP_0223"]


class XEP_0223(Storing):  # noqa: N801 - the name that programs import
    """Stores private data at our account."""

    name = "xep_0223"
    description = "Persistent private data: kept at the own account, for its clients alone"
    xep_version = "1.1.1"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0060", "xep_0163"}

    #: Section 2.
    profile: ClassVar[Mapping[str, object]] = MappingProxyType(
        {"pubsub#persist_items": True, "pubsub#access_model": "whitelist"}
    )
    #: Options of single nodes, which a program may add to: ``XEP_0223.node_profiles[node] = {"pubsub#max_items": 10}``.
    node_profiles: ClassVar[dict[str, Mapping[str, object]]] = {}
