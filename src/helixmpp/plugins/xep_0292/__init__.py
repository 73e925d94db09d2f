"""XEP-0292, vCard4 Over XMPP: who somebody is, for everybody to read, and what we note about our contacts.

Use::

    xmpp.register_plugin("xep_0292")
    cards = xmpp.plugin["xep_0292"]
    await cards.publish_vcard(full_name="Juliet Capulet", email="juliet@capulet.example")
    card = await cards.vcard_of("romeo@montague.example")
    if card is not None:
        print(card.full_name, [tel.uri for tel in card.tels])

A whole card is a :class:`VCard4`, with ``card["full_name"]``, ``card["birthday"]``, ``card.add_tel("+1-303-555-1212",
"home")`` and so on; ``cards.publish(card)``. What we note about contacts, only we can read:
``cards.store_contact("romeo@montague.example", card)`` and ``cards.contacts()``.

A card of the older kind (``xep_0054``) becomes one of this by
:func:`helixmpp.plugins.xep_0292.migration.from_vcard_temp`.

Events: ``vcard4_publish``, with the message, when the card of a contact (or our own) changed: it is not in the message,
:meth:`XEP_0292.vcard_of` gets it. ``vcard4_contact_publish`` and ``vcard4_contact_retract``, when another client of our
account changed what is noted about a contact; the item's id is the contact.

Operations: none; it is the account's server that keeps the cards.

Limits: nothing is kept here. Whoever wrote a card chose what is in it: names, numbers and addresses on the web.
Requests by iq, as older programs send them, are answered by the server, or by the program.

Version: XEP-0292 0.12.0.
"""

from helixmpp.plugins.xep_0292.stanza import (
    NODE,
    NS,
    Address,
    Name,
    Property,
    TextProperty,
    UriProperty,
    VCard4,
)
from helixmpp.plugins.xep_0292.vcard4 import XEP_0292

__all__ = [
    "NODE",
    "NS",
    "XEP_0292",
    "Address",
    "Name",
    "Property",
    "TextProperty",
    "UriProperty",
    "VCard4",
]
