"""XEP-0463, MUC Affiliations Versioning: who is owner, admin, member or outcast of a room, always up to date.

A room that is joined sends what has changed since it was left, instead of four long lists.

Use::

    xmpp.register_plugin("xep_0463")
    await xmpp.plugin["xep_0045"].join_muc_wait("news@chat.commons.example", "louise")
    print(xmpp.plugin["xep_0463"].affiliations("news@chat.commons.example"))
    xmpp.add_event_handler("muc_affiliations", lambda change: print(change.room, change.changed))

Where the room does not keep versions, ``affiliations`` is None: then ``get_affiliation_list`` of ``xep_0045`` asks for
each list. A component that is a room reads ``presence["muc_join"]["mav"]["since"]`` and answers by
``message["muc"]["mav"]`` and ``presence["muc"]["mav"]``.

Events: ``muc_affiliations``, with an :class:`AffiliationsChanged`, when a room has let us in and its lists are known,
with each change of them, and when they are not known any more.

Operations: ``get_affiliations``, ``set_affiliations`` and ``del_affiliations``, typed by :class:`AffiliationsStore`.
The default ones keep the lists on the engine of ``storage=``.

Limits: rooms are believed about themselves while we are in them. The lists of a room may have ``max_members`` people;
those of ``max_kept`` rooms are kept, of ``kept_size`` bytes each. What does not follow on from the version that is
known makes all that is known of the room unknown.

Version: XEP-0463 0.2.0.
"""

from helixmpp.plugins.xep_0463.mav import XEP_0463, AffiliationsChanged
from helixmpp.plugins.xep_0463.stanza import Mav
from helixmpp.plugins.xep_0463.store import Affiliations, AffiliationsStore

__all__ = ["XEP_0463", "Affiliations", "AffiliationsChanged", "AffiliationsStore", "Mav"]
