"""``<report/>`` of XEP-0377 section 4."""

from typing import ClassVar

from helixmpp import stanza
from helixmpp.plugins.xep_0359.stanza import StanzaID
from helixmpp.stanza import Attr, Children, ChildText, ElementBase, Flag

__all__ = ["ABUSE", "NAMESPACE", "SPAM", "Report", "Text"]

NAMESPACE = "urn:xmpp:reporting:1"
#: Somebody sends unwanted messages.
SPAM = "urn:xmpp:reporting:spam"
#: General abuse.
ABUSE = "urn:xmpp:reporting:abuse"


class Text(ElementBase):
    """One text of a report, as an element; ``report["text"]`` is what is in it."""

    name = "text"
    namespace = NAMESPACE
    plugin_attrib = "text"

    value = stanza.Text()


class Report(ElementBase):
    """Why somebody is blocked: ``reason`` and ``text`` (one for each language), and ``stanza_ids``, which messages.

    ``report_origin`` and ``third_party`` say whether the server may tell the sender's server, and others. ``spam`` and
    ``abuse`` are true where the reason is that one.
    """

    name = "report"
    namespace = NAMESPACE
    plugin_attrib = "report"
    interfaces: ClassVar[set[str]] = {"spam", "abuse"}

    reason = Attr(str)
    stanza_ids = Children(StanzaID)
    text = ChildText(lang=True)
    report_origin = Flag()
    third_party = Flag()

    def get_spam(self) -> bool:
        """Return whether it is about unwanted messages."""
        return self.reason == SPAM

    def set_spam(self, value: bool) -> None:
        """Report unwanted messages, or no more."""
        self._set_reason(SPAM, value)

    def del_spam(self) -> None:
        """Report no unwanted messages."""
        self._set_reason(SPAM, False)

    def get_abuse(self) -> bool:
        """Return whether it is about general abuse."""
        return self.reason == ABUSE

    def set_abuse(self, value: bool) -> None:
        """Report general abuse, or no more."""
        self._set_reason(ABUSE, value)

    def del_abuse(self) -> None:
        """Report no general abuse."""
        self._set_reason(ABUSE, False)

    def _set_reason(self, reason: str, value: bool) -> None:
        if value:
            self["reason"] = reason
        elif self.reason == reason:
            del self["reason"]
