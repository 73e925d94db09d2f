"""The plugin ``xep_0004``; see the package's docstring."""

from collections.abc import Iterable
from typing import ClassVar
from xml.etree.ElementTree import Element

import helixmpp.plugins.xep_0004.stanza as payloads
from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0004.stanza import NAMESPACE, Form, FormTypes
from helixmpp.stanza import Message

__all__ = ["XEP_0004"]


class XEP_0004(BasePlugin):  # noqa: N801 - the name that programs import
    """Data forms: makes them, and tells of those that come in messages."""

    name = "xep_0004"
    description = "Data forms: questions with typed fields, answers, tables"
    xep_version = "2.13.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Form),)
    features = (NAMESPACE,)

    #: The module with the payloads, as programs look it up.
    stanza = payloads

    def make_form(
        self,
        ftype: FormTypes = "form",
        title: str = "",
        instructions: str | Iterable[str] = "",
    ) -> Form:
        """Make a form.

        :param ftype: ``form`` asks, ``submit`` answers, ``cancel`` refuses to, ``result`` reports.
        :param title: for people.
        :param instructions: for people: a text, or a list of them.
        :raises FieldValueError: something of it is wrong.
        """
        form = Form()
        form.type = ftype
        form.title = title
        if instructions:
            form.instructions = instructions
        return form

    def build_form(self, xml: Element) -> Form:
        """Make the object around an ``<x/>`` that is there already.

        :raises FieldValueError: it is another element.
        """
        if xml.tag != Form.tag_name():
            raise FieldValueError(f"build_form() takes an <x xmlns='{NAMESPACE}'/>")
        return Form(xml=xml)

    @on(Message, Form)
    def _came(self, message: Message) -> None:
        if message.xml.get("type") == "error":
            return  # our own form, which came back
        self.xmpp.event("message_xform", message)
        self.xmpp.event("message_form", message)
