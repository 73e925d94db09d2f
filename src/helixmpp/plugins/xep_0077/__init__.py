"""XEP-0077, In-Band Registration: accounts that are made, changed and removed by stanzas.

A component (a gateway, say) lets people register with it. A client makes its own account as it connects, registers
with such services, changes its password and removes its account.

Use::

    # A component:
    xmpp.register_plugin("xep_0077", {"form_fields": ("username", "password"), "form_instructions": "Your account:"})
    xmpp.add_event_handler("user_register", on_register)  # with the iq: iq["from"], iq["register"]["username"]

    # A client that has no account yet: its server makes one of its user name and password, and it logs in.
    xmpp = ClientXMPP("bill@shakespeare.lit", "Calliope")
    await xmpp.register_plugin(XEP_0077).sign_up({"email": "bard@shakespeare.lit"})

    # The same by hand, as for slixmpp: the handler gets the form, and answers it (or does nothing: then it logs in).
    async def register(iq):
        answer = xmpp.Iq()
        answer["type"] = "set"
        answer["register"]["username"] = xmpp.boundjid.user
        answer["register"]["password"] = xmpp.password
        await answer.send()

    xmpp.add_event_handler("register", register)
    xmpp.connect()

    # A client with others:
    xmpp.register_plugin("xep_0077")
    answer = await xmpp.plugin["xep_0077"].get_registration("gateway.example.org")
    await xmpp.plugin["xep_0077"].register({"username": "bill", "password": "Calliope"}, "gateway.example.org")
    await xmpp.plugin["xep_0077"].change_password("a new one")

Typed, a payload is ``iq[Register]``: ``iq[Register].username``. A data form in it is ``iq["register"]["form"]``.

Events: ``register``, of a client that connects, with the server's form (an iq), within TLS and before it logs in: where
the server offers it, or in any case with ``force_registration``; not with ``create_account`` off, not for
``sign_up()``, and not once there is an account. It logs in when the handlers have ended and every request has its
answer. What a handler raises, such as the refusal of a request that it sent, ends the attempt with
``RegistrationFailed``. ``user_register`` and ``user_unregister``, of a component, with the request that was granted.

Operations: ``user_get``, ``user_validate``, ``user_remove`` and ``make_registration_form``, typed by
:class:`RegistrationStore`; all of them are for components. The default ones keep the fields of ``form_fields``, the
password among them as it was sent, by the bare address on the engine of ``storage=``. Whether a user name is already
taken depends on what it names: a ``user_validate`` of the program's own raises ``XMPPError("conflict")``.

Limits: ``max_users`` users are kept: one more is refused (``resource-constraint``), so that strangers push nobody
out. A field has ``max_field`` characters. Before the login only requests of ``jabber:iq:register`` to the own server go
out, one at a time, each with ``stage_timeout`` seconds for the answer; all else waits for the session, and a handler of
``register`` does not wait for it. Nothing is registered on a stream without TLS.

Version: XEP-0077 2.4.
"""

from helixmpp.plugins.xep_0077.registration import XEP_0077
from helixmpp.plugins.xep_0077.stanza import Register, RegisterFeature
from helixmpp.plugins.xep_0077.store import RegistrationStore

__all__ = ["XEP_0077", "Register", "RegisterFeature", "RegistrationStore"]
