"""``<reply/>`` of XEP-0461 section 3: which message this one answers."""

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0428.stanza import Fallback, FallbackBody, merged, without
from helixmpp.stanza import Attr, ElementBase, Message

__all__ = ["NAMESPACE", "Reply"]

NAMESPACE = "urn:xmpp:reply:0"


class Reply(ElementBase):
    """Which message this one answers: ``message["reply"]["id"]``, and ``to``, who wrote that."""

    name = "reply"
    namespace = NAMESPACE
    plugin_attrib = "reply"

    id = Attr(str)
    to = Attr(JID)

    def add_quoted_fallback(self, fallback: str, nickname: str | None = None) -> None:
        """Quote the answered message at the beginning of the body, for those who do not know replies (section 3.1).

        :param fallback: its text.
        :param nickname: who wrote it; put before the quotation.
        :raises FieldValueError: the reply stands in no message, or the text has a character that XML forbids.
        """
        message = self._message()
        if message is None:
            raise FieldValueError("a reply that stands in no message has no body to quote in")
        lines = ([f"> {nickname}:"] if nickname else []) + [f"> {line}" for line in fallback.splitlines()]
        quoted = "".join(f"{line}\n" for line in lines)
        self.attach()
        message["body"] = quoted + message["body"]
        for old in self._fallbacks(message):
            message.xml.remove(old.xml)
        region = FallbackBody()
        region.start, region.end = 0, len(quoted)
        made = Fallback()
        made.for_ = NAMESPACE
        made.append(region)
        message.append(made)

    def get_fallback_body(self) -> str:
        """The quotation in the body; ``""`` where nothing is said to be one."""
        message = self._message()
        if message is None:
            return ""
        text: str = message["body"]
        return "".join(text[start:end] for start, end in self._regions(message, len(text)))

    def strip_fallback_content(self) -> str:
        """The body without the quotation; the message stays as it is."""
        message = self._message()
        if message is None:
            return ""
        text: str = message["body"]
        return without(text, self._regions(message, len(text)))

    def _regions(self, message: Message, length: int) -> list[tuple[int, int]]:
        return merged(region for one in self._fallbacks(message) for region in one.regions(length))

    def _fallbacks(self, message: Message) -> list[Fallback]:
        return [one for one in message.children_of(Fallback) if one.for_ == NAMESPACE]

    def _message(self) -> Message | None:
        owner = self._owner()
        return owner if isinstance(owner, Message) else None
