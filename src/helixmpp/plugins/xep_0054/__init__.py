"""XEP-0054, vcard-temp: electronic business cards, with a person's name, addresses, picture and so on.

Every account has one at its server, which gives it to everybody who asks. A component gives those of its own
addresses itself.

Use::

    xmpp.register_plugin("xep_0054")
    answer = await xmpp.plugin["xep_0054"].get_vcard("juliet@example.org")
    name = answer["vcard_temp"]["FN"]  # or typed: answer[VCardTemp].full_name
    vcard = xmpp.plugin["xep_0054"].make_vcard()
    vcard["FN"] = "Juliet Capulet"
    vcard["PHOTO"]["TYPE"], vcard["PHOTO"]["BINVAL"] = "image/png", data
    await xmpp.plugin["xep_0054"].publish_vcard(vcard)

The keys are the names of the elements (``FN``, ``N``, ``PHOTO``, ``ADR`` ...); several addresses, numbers and so
on are in ``vcard["addresses"]``, ``vcard["telephone_numbers"]``, ``vcard["emails"]``.

Events: none.

Operations: ``set_vcard``, ``get_vcard`` and ``del_vcard``, typed by :class:`VCardStore`. Requests to a component
are answered through ``get_vcard`` with ``ifrom``, the one who asks. The default ones keep vCards on the engine of
``storage=``: our own apart from those of others, which are kept for ``get_vcard(cached=True)`` only and never
given to anybody else.

Limits: ``max_own`` vCards of our own and ``max_cached`` of others, for ``cache_age`` seconds, are kept, those
not used for the longest time going first. One has ``max_size`` bytes as XML and its picture ``max_photo``
bytes: a larger one is refused at the call that publishes it, and of others is given, but not kept. Only
answers to our own questions are kept.

Version: XEP-0054 1.3.0.
"""

from helixmpp.plugins.xep_0054.stanza import (
    Address,
    Agent,
    Categories,
    Classification,
    Email,
    Geo,
    Key,
    Label,
    Logo,
    Name,
    Org,
    Photo,
    Sound,
    Telephone,
    VCardTemp,
)
from helixmpp.plugins.xep_0054.store import VCardStore
from helixmpp.plugins.xep_0054.vcard_temp import XEP_0054

__all__ = [
    "XEP_0054",
    "Address",
    "Agent",
    "Categories",
    "Classification",
    "Email",
    "Geo",
    "Key",
    "Label",
    "Logo",
    "Name",
    "Org",
    "Photo",
    "Sound",
    "Telephone",
    "VCardStore",
    "VCardTemp",
]
