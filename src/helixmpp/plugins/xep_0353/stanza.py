"""``<propose/>`` and what answers it: XEP-0353 section 3, with ``<reason/>`` of XEP-0166 section 7.4."""

from collections.abc import Iterable
from typing import ClassVar, Final
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.stanza import Attr, ChildAttr, ChildText, Choice, ElementBase, Flag, register_stanza_plugin

__all__ = [
    "NAMESPACE",
    "REASONS",
    "Accept",
    "Finish",
    "JingleMessage",
    "Proceed",
    "Propose",
    "Reason",
    "Reject",
    "Retract",
    "Ringing",
]

NAMESPACE = "urn:xmpp:jingle-message:0"

#: XEP-0166 section 7.4.
REASONS: Final = (
    *(
        "alternative-session",
        "busy",
        "cancel",
        "connectivity-error",
        "decline",
        "expired",
        "failed-application",
    ),
    *(
        "failed-transport",
        "general-error",
        "gone",
        "incompatible-parameters",
        "media-error",
        "security-error",
    ),
    *("success", "timeout", "unsupported-applications", "unsupported-transports"),
)


class Reason(ElementBase):
    """Why: ``reason["condition"]`` is one of ``REASONS``, ``""`` where there is none; ``text`` says more."""

    name = "reason"
    namespace = "urn:xmpp:jingle:1"
    plugin_attrib = "reason"

    condition = Choice(*REASONS)
    text = ChildText()


class JingleMessage(ElementBase):
    """What all of them have: the ``id`` of the session."""

    namespace = NAMESPACE

    id = Attr(str)


class Propose(JingleMessage):
    """Proposes a session.

    ``propose["descriptions"]`` is a list of pairs: the namespace of what is proposed, and the medium, such as
    ``audio``; ``""`` where it has none.
    """

    name = "propose"
    plugin_attrib = "jingle_propose"
    interfaces: ClassVar[set[str]] = {"descriptions"}

    @property
    def descriptions(self) -> list[tuple[str, str]]:
        """What is proposed, as pairs of a namespace and a medium."""
        return self.get_descriptions()

    @descriptions.setter
    def descriptions(self, values: Iterable[tuple[str, str]]) -> None:
        self.set_descriptions(values)

    def get_descriptions(self) -> list[tuple[str, str]]:
        """Return what is proposed, as pairs of a namespace and a medium."""
        return [(one.tag[1:].partition("}")[0], one.get("media", "")) for one in self._elements()]

    def set_descriptions(self, values: Iterable[tuple[str, str]]) -> None:
        """Propose this, in the place of all.

        :raises FieldValueError: one is no pair of texts that XML can hold, or has no namespace; nothing was changed.
        """
        made: list[Element] = []
        for value in values:
            namespace, media = _pair(value)
            made.append(
                self.xml.makeelement(f"{{{namespace}}}description", {"media": media} if media else {})
            )
        self.replace_elements(self._elements(), made, "Propose.descriptions")
        self.attach()

    def del_descriptions(self) -> None:
        """Propose nothing."""
        self.replace_elements(self._elements(), (), "Propose.descriptions")

    def _elements(self) -> list[Element]:
        # "one <description/> element for each media type", each in the namespace of its application (section 3.1)
        return [child for child in self.xml if child.tag.endswith("}description")]


def _pair(value: object) -> tuple[str, str]:
    match value:
        case (str(namespace), str(media)) if namespace:
            return namespace, media
        case _:
            raise FieldValueError("Propose.descriptions: pairs of a namespace and a medium are needed")


class Ringing(JingleMessage):
    """A device of the responder says that it rings."""

    name = "ringing"
    plugin_attrib = "jingle_ringing"


class Retract(JingleMessage):
    """The initiator has changed his mind; ``retract["reason"]``, ``tie_break``."""

    name = "retract"
    plugin_attrib = "jingle_retract"

    tie_break = Flag()


class Accept(JingleMessage):
    """A device tells the others of its account that it took the call, as older clients do."""

    name = "accept"
    plugin_attrib = "jingle_accept"


class Proceed(JingleMessage):
    """A device of the responder takes the call."""

    name = "proceed"
    plugin_attrib = "jingle_proceed"


class Reject(JingleMessage):
    """The responder does not want it; ``reject["reason"]``, ``tie_break``."""

    name = "reject"
    plugin_attrib = "jingle_reject"

    tie_break = Flag()


class Finish(JingleMessage):
    """The session is over; ``finish["reason"]``, and in ``migrated`` the id of the session that it goes on in."""

    name = "finish"
    plugin_attrib = "jingle_finish"

    migrated = ChildAttr(str, "migrated", "to")


for _owner in (Retract, Reject, Finish):
    register_stanza_plugin(_owner, Reason)
