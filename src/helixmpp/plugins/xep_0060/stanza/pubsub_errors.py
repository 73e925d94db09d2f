"""The conditions that XEP-0060 adds to the errors of stanzas (section 17.2): ``iq["error"]["pubsub"]``."""

from typing import ClassVar
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0060.stanza.base import NS_ERRORS
from helixmpp.stanza import ElementBase, Error, register_stanza_plugin

__all__ = ["PubsubErrorCondition"]

_START = f"{{{NS_ERRORS}}}"


class PubsubErrorCondition(ElementBase):
    """What of publish-subscribe went wrong, as a part of ``iq["error"]``.

    ``condition`` is one of the ``conditions``, or ``""``; ``unsupported`` is the name of the feature that is
    missing, where the condition is ``unsupported``. It has no element of its own.
    """

    name = "pubsub-error"
    namespace = NS_ERRORS
    plugin_attrib = "pubsub"
    interfaces: ClassVar[set[str]] = {"condition", "unsupported"}

    conditions: ClassVar[frozenset[str]] = frozenset(
        {
            "closed-node",
            "configuration-required",
            "invalid-jid",
            "invalid-options",
            "invalid-payload",
            "invalid-subid",
            "item-forbidden",
            "item-required",
            "jid-required",
            "max-items-exceeded",
            "max-nodes-exceeded",
            "nodeid-required",
            "not-in-roster-group",
            "not-subscribed",
            "payload-required",
            "payload-too-big",
            "pending-subscription",
            "precondition-not-met",
            "presence-subscription-required",
            "subid-required",
            "too-many-subscriptions",
            "unsupported",
            "unsupported-access-model",
        }
    )

    def setup(self, xml: Element | None = None) -> bool:
        """Take the element of the error: what is read and written is there."""
        built = super().setup(xml)
        owner = self._owner()
        self._error = self._xml if owner is None else owner.xml
        return built

    def get_condition(self) -> str:
        """Return the condition; ``""`` where there is none that is known."""
        for child in self._error:
            if child.tag.startswith(_START) and child.tag[len(_START) :] in self.conditions:
                return child.tag[len(_START) :]
        return ""

    def set_condition(self, value: str) -> None:
        """Set the condition, in the place of another.

        :raises FieldValueError: XEP-0060 does not define it.
        """
        if value not in self.conditions:
            raise FieldValueError(f"{value!r} is no error condition of XEP-0060")
        self.del_condition()
        self._error.append(self._error.makeelement(_START + value, {}))

    def del_condition(self) -> None:
        """Take the condition out."""
        self._error[:] = [child for child in self._error if not child.tag.startswith(_START)]

    def get_unsupported(self) -> str:
        """Return the feature that is missing; ``""`` where that is not the condition."""
        found = self._error.find(f"{_START}unsupported")
        return "" if found is None else found.get("feature", "")

    def set_unsupported(self, value: str) -> None:
        """Say that a feature is missing: the condition is ``unsupported`` then."""
        self.set_condition("unsupported")
        found = self._error.find(f"{_START}unsupported")
        if found is not None and value:
            found.set("feature", value)

    def del_unsupported(self) -> None:
        """Do not say that a feature is missing."""
        if self.get_condition() == "unsupported":
            self.del_condition()

    def attach(self) -> None:
        """Put the error itself into its stanza; there is no element of our own to put in."""
        owner = self._owner()
        if owner is not None:
            owner.attach()


register_stanza_plugin(Error, PubsubErrorCondition)
