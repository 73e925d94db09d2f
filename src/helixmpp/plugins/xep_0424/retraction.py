"""The plugin ``xep_0424``; see the package's docstring."""

import logging
from typing import ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0334.stanza import Store
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0424.stanza import NAMESPACE, Retract, Retracted
from helixmpp.plugins.xep_0428 import XEP_0428
from helixmpp.stanza import Message, MessageTypes

__all__ = ["XEP_0424"]

log = logging.getLogger(__name__)

FALLBACK_TEXT = "/me retracted a previous message, but it's unsupported by your client."


class XEP_0424(BasePlugin):  # noqa: N801 - the name that programs import
    """Message retraction: takes messages back, and tells whether it is the author who does."""

    name = "xep_0424"
    description = "Message retraction: asks to take a message back"
    xep_version = "0.4.2"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0334", "xep_0359", "xep_0428"}
    extends = ((Message, Retract), (Message, Retracted))
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    authentic_only = Setting(
        False, "whether only retractions that are surely from the author raise the event"
    )

    def plugin_init(self) -> None:
        """Have the authors of messages remembered."""
        self.xmpp.plugin[XEP_0359].follow()

    # -- for programs -------------------------------------------------------------------------------------

    def send_retraction(
        self,
        mto: JID | str,
        id: str,
        mtype: MessageTypes = "chat",
        include_fallback: bool = True,
        fallback_text: str | None = None,
        *,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Ask to take a message of ours back; what comes back was sent. Who has read it has read it.

        :param id: the attribute ``id`` of that message; in a room the id that the room gave (XEP-0359).
        :param include_fallback: send a text for those who do not know the protocol.
        :param fallback_text: that text.
        :param mfrom: the address to send from, for components.
        :raises ValueError: there is no id.
        """
        if not id:
            raise ValueError("a retraction needs the id of a message")
        message = self.xmpp.make_message(mto, mtype=mtype, mfrom=mfrom)
        message[Retract].id = id
        if include_fallback:
            message["body"] = fallback_text or FALLBACK_TEXT
            self.xmpp.plugin[XEP_0428].add_fallback(message, NAMESPACE)
        message.enable(Store.plugin_attrib)
        message.send()
        return message

    def is_authentic(self, message: Message, original: Message | None = None) -> bool | None:
        """Whether a retraction is from the author of what it takes back; None where that is not known.

        In a chat it has to come from the same bare address, in a room from the same occupant id (XEP-0421).

        :param original: the message that is taken back, from the program's own store; by default what is remembered of
            the last messages, which is nothing after a restart.
        """
        plugin = self.xmpp.plugin[XEP_0359]
        id_ = message[Retract].id
        if original is None:
            return plugin.authors.is_by_author(message, id_)
        ids = {plugin.reference(original)}
        if message["type"] != "groupchat":
            ids.add(original.xml.get("id", ""))
        # Without an id nothing refers to anything.
        return bool(id_) and id_ in ids and plugin.authors.is_same(message, original)

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Retract)
    def _retracted(self, message: Message) -> None:
        if message.xml.get("type") == "error" or not message[Retract].id:
            return
        if self.authentic_only and self.is_authentic(message) is not True:
            log.info(
                "a retraction from %.200s is dropped: not known to be the author's", message.xml.get("from")
            )
            return
        self.xmpp.event("message_retract", message)
