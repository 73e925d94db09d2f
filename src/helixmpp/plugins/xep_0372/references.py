"""The plugin ``xep_0372``; see the package's docstring."""

from dataclasses import dataclass
from typing import ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0372.stanza import NAMESPACE, Reference
from helixmpp.plugins.xep_0372.uris import jid_of, uri_of
from helixmpp.stanza import Message

__all__ = ["XEP_0372", "Mention"]


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody who is mentioned in a message.

    :param jid: who; in a room it may be an occupant.
    :param text: the part of the body that stands for him; ``""`` where none does.
    """

    jid: JID
    text: str = ""


class XEP_0372(BasePlugin):  # noqa: N801 - the name that programs import
    """References: mentions people in messages, and says what messages refer to."""

    name = "xep_0372"
    description = "References: who is mentioned, and what a part of a text refers to"
    xep_version = "0.5.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Reference),)
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    max_references = Setting(100, "how many references a message may have; one with more raises no event")

    # -- for programs -------------------------------------------------------------------------------------

    def add_reference(
        self,
        message: Message,
        uri: str,
        text: str | None = None,
        *,
        type: str = "data",
        begin: int | None = None,
        end: int | None = None,
        anchor: str | None = None,
    ) -> Reference:
        """Say what a message refers to.

        :param message: one that is to be sent.
        :param uri: what it refers to.
        :param text: the part of the body that does; where it stands there more than once, the first is meant.
        :param type: ``data``, or ``mention``.
        :param begin: the place of that part, in the place of ``text``: its first code point.
        :param end: the first code point behind it.
        :param anchor: the URI of an earlier message that has the body; this one has none then (section 3.4).
        :raises ValueError: the text does not stand in the body; or a place does not.
        """
        body: str = message["body"]
        if text is not None:
            begin = body.find(text) if text else -1
            end = begin + len(text)
            if begin < 0:
                raise ValueError("the text that refers to something does not stand in the body")
        elif anchor is None and not _is_in(body, begin, end):
            raise ValueError(f"the body has no part from {begin} to {end}: it has {len(body)} characters")
        made = Reference()
        made.type, made.uri, made.begin, made.end, made.anchor = type, uri, begin, end, anchor
        message.append(made)
        return made

    def mention(
        self,
        message: Message,
        jid: JID | str,
        text: str | None = None,
        *,
        begin: int | None = None,
        end: int | None = None,
    ) -> Reference:
        """Mention somebody in a message (section 3.2).

        :param jid: a bare address; in a room that hides them, that of an occupant.
        :param text: the part of the body that stands for him, such as his name; the others as of
            :meth:`add_reference`.
        """
        return self.add_reference(message, uri_of(jid), text, type="mention", begin=begin, end=end)

    def references(self, message: Message, type: str | None = None) -> list[Reference]:
        """The references of a message, at most ``max_references``; of one type, or all."""
        found = message.children_of(Reference)[: self.max_references]
        return found if type is None else [one for one in found if one.type == type]

    def mentions(self, message: Message) -> list[Mention]:
        """Who is mentioned in a message; what cannot be read is left out.

        The sender chose both the address and the text: what is shown is better the address.
        """
        found: list[Mention] = []
        for one in self.references(message, "mention"):
            jid = jid_of(one.uri)
            if jid is not None and not one.anchor:
                found.append(Mention(jid, self.text_of(message, one)))
        return found

    def is_mentioned(self, message: Message, jid: JID | str | None = None) -> bool:
        """Whether somebody is mentioned in a message.

        :param jid: who; by default ourselves. A bare address is mentioned whatever resource is said, a full one, as
            that of an occupant of a room, only by itself.
        """
        wanted = JID(jid) if jid is not None else self.xmpp.boundjid.bare_jid
        if wanted.is_bare:
            return any(one.jid.bare == wanted.bare for one in self.mentions(message))
        return any(one.jid == wanted for one in self.mentions(message))

    @staticmethod
    def text_of(message: Message, reference: Reference) -> str:
        """The part of the body that refers to something; ``""`` where none does, or what is said is no place in it."""
        try:
            begin, end = reference.begin, reference.end
        except BadStanza:
            return ""
        body: str = message["body"]
        if begin is None or end is None or end > len(body):
            return ""
        return body[begin:end]

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Reference)
    def _referring(self, message: Message) -> None:
        if message.xml.get("type") == "error":
            return
        if len(message.children_of(Reference)) <= self.max_references:
            self.xmpp.event("references", message)


def _is_in(body: str, begin: int | None, end: int | None) -> bool:
    """Whether a body has that part; without any places there is no part to look for."""
    if begin is None and end is None:
        return True
    return begin is not None and end is not None and 0 <= begin < end <= len(body)
