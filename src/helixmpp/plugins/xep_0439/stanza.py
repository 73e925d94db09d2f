"""``<response/>``, ``<action/>`` and ``<action-selected/>`` of XEP-0439 section 4."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "NS", "Action", "ActionSelected", "Response"]

NAMESPACE = "urn:xmpp:tmp:quick-response"
#: The name that programs import.
NS = NAMESPACE


class Response(ElementBase):
    """One possible answer: ``value`` is what is sent, ``label`` what people see, ``["lang"]`` the language of both."""

    name = "response"
    namespace = NAMESPACE
    plugin_attrib = "response"
    plugin_multi_attrib = "responses"

    value = Attr(str)
    label = Attr(str)


class Action(ElementBase):
    """Something that can be done by a click: its ``id``, and the ``label`` that people see."""

    name = "action"
    namespace = NAMESPACE
    plugin_attrib = "action"
    plugin_multi_attrib = "actions"

    id = Attr(str)
    label = Attr(str)


class ActionSelected(ElementBase):
    """Asks to do something that was offered: the ``id`` of the action."""

    name = "action-selected"
    namespace = NAMESPACE
    plugin_attrib = "action_selected"

    id = Attr(str)
