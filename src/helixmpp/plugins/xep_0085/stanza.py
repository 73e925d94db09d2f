"""The chat states of XEP-0085 section 5: elements whose name is the state."""

from typing import ClassVar
from xml.etree.ElementTree import Element

from helixmpp.stanza import Choice, ElementBase

__all__ = [
    "NAMESPACE",
    "STATES",
    "Active",
    "ChatState",
    "Composing",
    "Gone",
    "Inactive",
    "Paused",
    "state_in",
]

NAMESPACE = "http://jabber.org/protocol/chatstates"
STATES = ("active", "composing", "gone", "inactive", "paused")

_BY_TAG = {f"{{{NAMESPACE}}}{state}": state for state in STATES}


def state_in(xml: Element) -> str:
    """The state that a message says, of several the first; ``""`` where it says none."""
    for child in xml:
        state = _BY_TAG.get(child.tag)
        if state is not None:
            return state
    return ""


class ChatState(ElementBase):
    """The chat state in a message: ``message["chat_state"]``, ``""`` where it says none.

    The state is an element of the message itself, so this object has none of its own: it reads and writes that of
    the message around it.
    """

    name = ""
    namespace = NAMESPACE
    plugin_attrib = "chat_state"
    is_extension = True
    #: The states that there are.
    states: ClassVar[set[str]] = set(STATES)

    chat_state = Choice(*STATES, namespace=NAMESPACE)

    def setup(self, xml: Element | None = None) -> bool:
        """Take the element of the message around this object."""
        owner = self._owner()
        self._xml = xml if xml is not None else owner.xml if owner is not None else Element("message")
        return False


class Active(ElementBase):
    """``<active/>``: the other takes part in the chat."""

    name = "active"
    namespace = NAMESPACE
    plugin_attrib = "chat_state_active"


class Composing(ElementBase):
    """``<composing/>``: the other writes."""

    name = "composing"
    namespace = NAMESPACE
    plugin_attrib = "chat_state_composing"


class Gone(ElementBase):
    """``<gone/>``: the other has left the chat."""

    name = "gone"
    namespace = NAMESPACE
    plugin_attrib = "chat_state_gone"


class Inactive(ElementBase):
    """``<inactive/>``: the other does not look at the chat."""

    name = "inactive"
    namespace = NAMESPACE
    plugin_attrib = "chat_state_inactive"


class Paused(ElementBase):
    """``<paused/>``: the other wrote, and stopped."""

    name = "paused"
    namespace = NAMESPACE
    plugin_attrib = "chat_state_paused"
