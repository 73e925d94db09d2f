"""The plugin ``xep_0461``; see the package's docstring."""

from typing import ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0461.stanza import NAMESPACE, Reply
from helixmpp.stanza import Message, MessageTypes

__all__ = ["XEP_0461"]


class XEP_0461(BasePlugin):  # noqa: N801 - the name that programs import
    """Message replies: says which message one answers."""

    name = "xep_0461"
    description = "Message replies: which message one answers"
    xep_version = "0.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0359", "xep_0428"}
    extends = ((Message, Reply),)
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    @on(Message, Reply)
    def _replied(self, message: Message) -> None:
        if message.xml.get("type") != "error":
            self.xmpp.event("message_reply", message)

    def make_reply(
        self,
        reply_to: JID | str,
        reply_id: str,
        mto: JID | str,
        mbody: str | None = None,
        mtype: MessageTypes | None = None,
        *,
        fallback: str | None = None,
        quoted_nick: str | None = None,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Make a message that answers another one.

        :param reply_to: who wrote that.
        :param reply_id: its id; ``xmpp.plugin["xep_0359"].reference(message)`` gives it.
        :param mto: who the answer goes to.
        :param mbody: its text.
        :param fallback: the text of the answered message, to be quoted for those who do not know replies.
        :param quoted_nick: the name to put before the quotation.
        :param mfrom: the address to send from, for components.
        :raises ValueError: there is no id.
        """
        if not reply_id:
            raise ValueError("a reply needs the id of a message")
        message = self.xmpp.make_message(mto, mbody=mbody, mtype=mtype, mfrom=mfrom)
        reply = message[Reply]
        reply.id = reply_id
        reply.to = reply_to
        if fallback:
            reply.add_quoted_fallback(fallback, quoted_nick)
        return message

    def send_reply(
        self,
        reply_to: JID | str,
        reply_id: str,
        mto: JID | str,
        mbody: str | None = None,
        mtype: MessageTypes | None = None,
        *,
        fallback: str | None = None,
        quoted_nick: str | None = None,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Send a message that answers another one; what comes back was sent. See :meth:`make_reply`."""
        message = self.make_reply(
            reply_to, reply_id, mto, mbody, mtype, fallback=fallback, quoted_nick=quoted_nick, mfrom=mfrom
        )
        message.send()
        return message

    def answer(self, message: Message, body: str, *, quote: bool = True) -> Message:
        """Make the reply to a message that was received: to its sender or its room, with the right id.

        :param quote: quote its text for those who do not know replies.
        :raises ValueError: it has no id that it could be referred to by; in a room, none that the room gave.
        """
        room = message["type"] == "groupchat"
        sender = message["from"]
        return self.make_reply(
            sender,
            self.xmpp.plugin[XEP_0359].reference(message),
            sender.bare if room else sender,
            body,
            message["type"],
            fallback=message["body"] if quote else None,
            quoted_nick=sender.resource if room else None,
            mfrom=message["to"] if self.xmpp.is_component else None,
        )
