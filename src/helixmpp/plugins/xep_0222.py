"""XEP-0222, Persistent Storage of Public Data via PubSub: what everybody may read is kept at the own account.

A public profile, or the key by which one is reached: it stays until it is replaced, and is sent to others only
when it changes.

Use::

    xmpp.register_plugin("xep_0222")
    await xmpp.plugin["xep_0222"].store(profile, node="urn:example:profile", id="current")
    iq = await xmpp.plugin["xep_0222"].retrieve("urn:example:profile", jid="juliet@example.org")
    profile = iq["pubsub"]["items"]["item"]["payload"]

Events: none of its own; see ``xep_0163``.

Operations: none; it is the account's server that keeps the data.

Limits: those of the server. Who may read it is the server's default (contacts), unless ``options`` says more:
``{"pubsub#access_model": "open"}``. A server that does not check the options gets nothing stored.

Version: XEP-0222 1.0.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from helixmpp.plugins.xep_0163 import Storing

__all__ = ["XEP_0222"]


class XEP_0222(Storing):  # noqa: N801 - the name that programs import
    """Stores public data at our account."""

    name = "xep_0222"
    description = "Persistent public data: kept at the own account, for others to read"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0060", "xep_0163"}

    #: Section 2.
    profile: ClassVar[Mapping[str, object]] = MappingProxyType(
        {"pubsub#persist_items": True, "pubsub#send_last_published_item": "never"}
    )
