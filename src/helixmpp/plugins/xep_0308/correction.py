"""The plugin ``xep_0308``; see the package's docstring."""

import logging
from copy import copy
from typing import ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0308.stanza import NAMESPACE, Replace
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.stanza import Message, MessageTypes

__all__ = ["XEP_0308"]

log = logging.getLogger(__name__)


class XEP_0308(BasePlugin):  # noqa: N801 - the name that programs import
    """Last message correction: sends corrections, and tells whether those that come are from the author."""

    name = "xep_0308"
    description = "Message correction: a message in the place of another one"
    xep_version = "1.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0359"}
    extends = ((Message, Replace),)
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    authentic_only = Setting(
        False, "whether only corrections that are surely from the author raise the event"
    )

    def plugin_init(self) -> None:
        """Have the authors of messages remembered."""
        self.xmpp.plugin[XEP_0359].follow()

    # -- for programs -------------------------------------------------------------------------------------

    def is_correction(self, msg: Message) -> bool:
        """Whether a message corrects another one."""
        return bool(msg.xml.get("type") != "error" and (found := msg.get(Replace)) is not None and found.id)

    def is_authentic(self, msg: Message, original: Message | None = None) -> bool | None:
        """Whether a correction is from the author of what it corrects; None where that is not known.

        In a chat it has to come from the same bare address, in a room from the same occupant id (XEP-0421).

        :param original: the message that is corrected, from the program's own store; by default what is remembered of
            the last messages, which is nothing after a restart.
        """
        authors = self.xmpp.plugin[XEP_0359].authors
        id_ = msg[Replace].id
        if original is not None:
            # Without an id nothing refers to anything.
            return bool(id_) and original.xml.get("id", "") == id_ and authors.is_same(msg, original)
        return authors.is_by_author(msg, id_, as_sent=True)

    def build_correction(
        self,
        id_to_replace: str,
        mto: JID | str,
        mfrom: JID | str | None = None,
        mtype: MessageTypes = "chat",
        mbody: str = "",
    ) -> Message:
        """Make a message that takes the place of one that we sent.

        :param id_to_replace: the attribute ``id`` of the first form of that message, also where it was corrected before
            (section 4).
        :param mbody: the corrected text.
        """
        message = self.xmpp.make_message(mto, mbody=mbody, mtype=mtype, mfrom=mfrom)
        message[Replace].id = id_to_replace
        return message

    def correct_message(self, msg: Message, body: str) -> Message:
        """Send the correction of a message that we sent, and return it.

        :raises ValueError: it has no id, so that nothing can refer to it.
        """
        message = self.build_corrected(msg, body)
        message.send()
        return message

    def build_corrected(self, original: Message, body: str) -> Message:
        """Make the correction of a message that we sent: the same with another text, id and ``<replace/>``.

        :raises ValueError: it has no id, so that nothing can refer to it.
        """
        id_ = original[Replace].id or original.xml.get("id", "")
        if not id_:
            raise ValueError("a message without an id cannot be corrected")
        # "the sender MUST re-send the entire stanza" (section 4)
        message = copy(original)
        message.stream = self.xmpp
        message["id"] = self.xmpp.new_id()
        message["body"] = body
        message[Replace].id = id_
        return message

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Replace)
    def _corrected(self, message: Message) -> None:
        if not self.is_correction(message):
            return
        if self.authentic_only and self.is_authentic(message) is not True:
            log.info(
                "a correction from %.200s is dropped: not known to be the author's", message.xml.get("from")
            )
            return
        self.xmpp.event("message_correction", message)
