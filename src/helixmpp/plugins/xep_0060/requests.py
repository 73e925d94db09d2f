"""What every request of XEP-0060 has in common: who is asked, how long, and the forms that go along."""

from collections.abc import Awaitable, Mapping
from copy import copy
from xml.etree.ElementTree import Element

from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.stanza import ElementBase, Iq

__all__ = ["FormLike", "OptJid", "Requests", "SendOptions", "submitted"]

OptJid = JID | str | None
#: A form, or the values of one by the names of its fields: ``{"pubsub#max_items": 10}``.
FormLike = Form | Mapping[str, object]


def submitted(form: FormLike | ElementBase | Element, form_type: str) -> ElementBase | Element:
    """The form that is sent: of type ``submit``, with its FORM_TYPE first (XEP-0068).

    What a program built by itself and is no form goes out as it is.

    :raises FieldValueError: a value is none; nothing was changed.
    """
    if isinstance(form, Form):
        made = copy(form)
        made.type = "submit"
        if made.form_type is None:
            kind = made.add_field(var="FORM_TYPE", ftype="hidden", value=form_type)
            made.xml.remove(kind.xml)
            made.xml.insert(0, kind.xml)
        return made
    if not isinstance(form, Mapping):
        return form
    made = Form()
    made.type = "submit"
    made.add_field(var="FORM_TYPE", ftype="hidden", value=form_type)
    for var, value in form.items():
        made.add_field(var=var, value=value)
    return made


class Requests(BasePlugin):
    """Makes and sends the requests.

    In every method, ``jid`` is the service: the address of a pubsub service, the bare address of an account
    (XEP-0163), or None for our own account. ``ifrom`` is the address to ask from, for components. The rest,
    :class:`SendOptions`, is by name: ``timeout`` (seconds; by default the client's ``response_timeout``),
    ``callback`` and ``timeout_callback``. What comes back may be awaited; it raises ``IqError``, whose
    ``iq["error"]["pubsub"]["condition"]`` says more, or ``IqTimeout``.
    """

    def _get(self, jid: OptJid, ifrom: OptJid) -> Iq:
        return self.xmpp.make_iq_get(ito=jid or None, ifrom=ifrom or None)

    def _set(self, jid: OptJid, ifrom: OptJid) -> Iq:
        return self.xmpp.make_iq_set(ito=jid or None, ifrom=ifrom or None)

    @staticmethod
    def _send(request: Iq, options: SendOptions) -> Awaitable[Iq]:
        return request.send(**options)

    def _subscriber(self, subscribee: OptJid, ifrom: OptJid, bare: bool) -> JID:
        """The address that a subscription is for; by default our own."""
        if subscribee:
            return JID(subscribee)
        own = JID(ifrom) if ifrom else self.xmpp.boundjid
        return own.bare_jid if bare else own

    def service_of(self, jid: OptJid) -> JID:
        """The address of a service for service discovery, where None would be this program itself."""
        return JID(jid) if jid else self.xmpp.boundjid.bare_jid
