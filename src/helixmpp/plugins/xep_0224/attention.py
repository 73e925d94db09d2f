"""The plugin ``xep_0224``; see the package's docstring."""

from typing import ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins._contacts import contact, is_own_account
from helixmpp.plugins.xep_0224.stanza import NAMESPACE, Attention
from helixmpp.stanza import Message

__all__ = ["XEP_0224"]

# XEP-0203, and what stood in its place before (XEP-0091).
_DELAYS = ("{urn:xmpp:delay}delay", "{jabber:x:delay}x")


class XEP_0224(BasePlugin):  # noqa: N801 - the name that programs import
    """Attention: asks for the attention of others, and tells when they ask for ours."""

    name = "xep_0224"
    description = "Attention: asks somebody to look here at once"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Attention),)
    features = (NAMESPACE,)

    from_strangers = Setting(False, "whether those who are not in our roster may ask for attention, too")

    def request_attention(self, to: JID | str, mfrom: JID | str | None = None, mbody: str = "") -> Message:
        """Ask for somebody's attention; what comes back was sent.

        :param to: a full address: one that says that it knows the protocol (section 5).
        :param mfrom: the address to send from, for components.
        :param mbody: a text, shown with it.
        :raises FieldValueError: the text has a character that XML forbids.
        """
        # "SHOULD use the headline message type to avoid offline storage" (section 4)
        message = self.xmpp.make_message(to, mbody=mbody or None, mtype="headline", mfrom=mfrom)
        message[Attention].attach()
        message.send()
        return message

    @on(Message, Attention)
    def _asked(self, message: Message) -> None:
        if message.xml.get("type") in ("error", "groupchat"):
            return
        # "MUST be ignored, since the attention request is an instant event" (section 4)
        if any(message.xml.find(tag) is not None for tag in _DELAYS):
            return
        try:
            sender, receiver = message["from"], message["to"]
        except BadStanza:
            return
        if not self.from_strangers and not is_own_account(self.xmpp, sender, receiver):
            item = contact(self.xmpp, sender, receiver)
            if item is None or not item.kept:
                return
        self.xmpp.event("attention", message)
