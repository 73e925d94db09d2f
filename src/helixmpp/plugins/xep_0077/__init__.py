"""XEP-0077, In-Band Registration: accounts that are made, changed and removed by stanzas.

A component (a gateway, say) lets people register with it. A client registers with such services, changes its
password and removes its account.

Use::

    # A component:
    xmpp.register_plugin("xep_0077", {"form_fields": ("username", "password"), "form_instructions": "Your account:"})
    xmpp.add_event_handler("user_register", on_register)  # with the iq: iq["from"], iq["register"]["username"]

    # A client:
    xmpp.register_plugin("xep_0077")
    answer = await xmpp.plugin["xep_0077"].get_registration("gateway.example.org")
    await xmpp.plugin["xep_0077"].register({"username": "bill", "password": "Calliope"}, "gateway.example.org")
    await xmpp.plugin["xep_0077"].change_password("a new one")

Typed, a payload is ``iq[Register]``: ``iq[Register].username``. A data form in it is ``iq["register"]["form"]``.

Events: ``user_register`` and ``user_unregister``, of a component, with the request that was granted.

Operations: ``user_get``, ``user_validate``, ``user_remove`` and ``make_registration_form``, typed by
:class:`RegistrationStore`; all of them are for components. The default ones keep the fields of ``form_fields``, the
password among them as it was sent, by the bare address on the engine of ``storage=``. Whether a user name is already
taken depends on what it names: a ``user_validate`` of the program's own raises ``XMPPError("conflict")``.

Limits: ``max_users`` users are kept: one more is refused (``resource-constraint``), so that strangers push nobody
out. A field has ``max_field`` characters.

Version: XEP-0077 2.4.
"""

from helixmpp.plugins.xep_0077.registration import XEP_0077
from helixmpp.plugins.xep_0077.stanza import Register, RegisterFeature
from helixmpp.plugins.xep_0077.store import RegistrationStore

__all__ = ["XEP_0077", "Register", "RegisterFeature", "RegistrationStore"]
