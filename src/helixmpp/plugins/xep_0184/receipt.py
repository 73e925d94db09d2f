"""The plugin ``xep_0184``; see the package's docstring."""

from collections.abc import Awaitable, Collection
from typing import Any, ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins._contacts import contact, is_own_account
from helixmpp.plugins.xep_0184.stanza import NAMESPACE, Received, Request
from helixmpp.stanza import Message

__all__ = ["XEP_0184"]

_REQUEST = Request.tag_name()
_LONGEST_ID = 1024  # as long as an id that is copied into an answer may be


class XEP_0184(BasePlugin):  # noqa: N801 - the name that programs import
    """Delivery receipts: asks for them, gives them, and tells those that come."""

    name = "xep_0184"
    description = "Delivery receipts: a message has reached a client of the other"
    xep_version = "1.4.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Request), (Message, Received))
    features = (NAMESPACE,)
    #: The types of messages that receipts are asked for and given for.
    ack_types: Collection[str] = ("normal", "chat", "headline")

    auto_ack = Setting(True, "whether receipts are given by themselves")
    auto_request = Setting(False, "whether each message with a body that is sent asks for one")
    ack_strangers = Setting(False, "whether those who may not see our presence are given receipts")
    max_requests = Setting(
        1_000, "for how many messages is_expected() remembers that a receipt was asked for"
    )

    def plugin_init(self) -> None:
        """Look at what is sent: requests are remembered, and put in where ``auto_request`` says so."""
        # The id of a message, and the bare address that it went to; the oldest first.
        self._asked: dict[str, str] = {}
        self.xmpp.add_filter("out", self._going_out)

    # -- for programs -------------------------------------------------------------------------------------

    def ack(self, msg: Message) -> Awaitable[Any]:
        """Give a receipt for a message, whether or not it asks for one.

        :raises ValueError: it has no id, or is of a type that gets none (``error``, ``groupchat``).
        """
        id_ = msg.xml.get("id", "")
        if not id_ or msg["type"] in ("error", "groupchat"):
            raise ValueError(
                "a receipt is given for a message with an id that is neither an error nor a room's"
            )
        answer = self.xmpp.make_message(
            msg["from"], mtype=msg["type"], mfrom=msg["to"] if self.xmpp.is_component else None
        )
        answer["receipt"] = id_
        return answer.send()

    def is_expected(self, message: Message) -> bool:
        """Whether the receipt in a message is from the account that we sent that message to, asking for one.

        A stranger may send a receipt for anything. Only the last ``max_requests`` messages are known.
        """
        asked = self._asked.get(message["receipt"])
        return asked is not None and asked == message["from"].bare

    # -- what is sent -------------------------------------------------------------------------------------

    def _going_out(self, stanza: Any) -> Any:
        if not isinstance(stanza, Message) or not (
            self.auto_request or stanza.xml.find(_REQUEST) is not None
        ):
            return stanza
        if stanza["type"] not in self.ack_types:
            return stanza
        # "an entity MUST NOT include a receipt request in an ack message" (section 5.4).
        if stanza.get(Received) is not None:
            return stanza
        if self.auto_request and stanza["body"]:
            if not stanza.xml.get("id"):
                stanza["id"] = self.xmpp.new_id()
            stanza["request_receipt"] = True
        id_ = stanza.xml.get("id", "")
        if id_ and stanza.get(Request) is not None:
            self._asked.pop(id_, None)
            self._asked[id_] = stanza["to"].bare
            while len(self._asked) > self.max_requests:
                del self._asked[next(iter(self._asked))]
        return stanza

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Request)
    def _requested(self, message: Message) -> None:
        kind = message["type"]
        id_ = message.xml.get("id", "")
        if (
            not self.auto_ack
            or kind in ("error", "groupchat")
            or kind not in self.ack_types
            or message.get(Received) is not None
            or not 0 < len(id_) <= _LONGEST_ID
        ):
            return
        try:
            sender, receiver = message["from"], message["to"]
        except BadStanza:
            return  # there is nobody to be told
        if self._may_have_one(sender, receiver):
            self.ack(message)

    @on(Message, Received)
    def _received(self, message: Message) -> None:
        if message.xml.get("type") != "error" and message["receipt"]:
            self.xmpp.event("receipt_received", message)

    def _may_have_one(self, sender: JID, receiver: JID) -> bool:
        if not sender:
            return False
        if self.ack_strangers:
            return True
        if is_own_account(self.xmpp, sender, receiver):
            return True
        item = contact(self.xmpp, sender, receiver)
        return item is not None and item.from_
