"""XEP-0030, Service Discovery: what an entity is, what it can do, and what belongs to it.

A bot tells others what it supports, and asks a server, a room or a contact before it uses a feature. The
``features`` of every enabled plugin are announced by themselves; an entity without an identity is a
``client/bot``, or a ``component/generic``.

Use::

    xmpp.register_plugin("xep_0030")
    xmpp.plugin["xep_0030"].add_identity("client", "bot", "Echo bot")
    carbons = await xmpp.plugin["xep_0030"].supports("example.org", feature="urn:xmpp:carbons:2")

Events: ``disco_info`` and ``disco_items``, with the iq, for each answer to a query of ours.

Operations: ``get_info``, ``set_info``, ``get_items``, ``set_items``, ``del_items``, ``add_identity``,
``del_identity``, ``set_identities``, ``del_identities``, ``add_feature``, ``del_feature``, ``set_features``,
``del_features``, ``add_item``, ``del_item``, ``cache_info``, ``get_cached_info``, ``supports``,
``has_identity``, typed by :class:`DiscoStore`. Queries of peers are answered through ``get_info`` and
``get_items`` with ``ifrom``, the one who asks; an unknown node is refused with ``item-not-found``. A node
handler replaces an operation for one address or node: ``set_node_handler("get_items", node="books",
handler=...)``.

With a lasting ``storage=`` the nodes are kept there, all but the program itself, which says at each start what it is:
another worker of a component, or the next process, answers for a node that it has said nothing of yet. Who
says something of a node begins it anew.

Limits: the default store holds ``max_nodes`` nodes of ``max_items`` items each; one of more than a MiB is not kept in
the storage. Answers of others are kept
only where this program asked, ``cache_limit`` of them for ``cache_age`` seconds. Of a domain with very many
services ``max_domain_items`` are asked. Each is a setting.

Version: XEP-0030 2.5.0.
"""

from helixmpp.plugins.xep_0030.disco import XEP_0030
from helixmpp.plugins.xep_0030.stanza import DiscoInfo, DiscoItem, DiscoItems
from helixmpp.plugins.xep_0030.static import StaticDisco
from helixmpp.plugins.xep_0030.store import DiscoStore

__all__ = ["XEP_0030", "DiscoInfo", "DiscoItem", "DiscoItems", "DiscoStore", "StaticDisco"]
