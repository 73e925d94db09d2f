"""The plugin ``xep_0422``; see the package's docstring."""

from collections.abc import Iterable
from typing import ClassVar
from xml.etree.ElementTree import Element

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0422.stanza import NAMESPACE, ApplyTo, External
from helixmpp.stanza import ElementBase, Message

__all__ = ["XEP_0422"]


class XEP_0422(BasePlugin):  # noqa: N801 - the name that programs import
    """Message fastening: payloads that belong to an earlier message."""

    name = "xep_0422"
    description = "Message fastening: what is added to an earlier message"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, ApplyTo),)
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    @staticmethod
    def fasten(
        message: Message,
        id: str,
        *payloads: Element | ElementBase,
        externals: Iterable[tuple[str, str | None]] = (),
        clear: bool = False,
    ) -> ApplyTo:
        """Say in a message that it adds something to an earlier one.

        :param id: the origin id of the earlier message (XEP-0359).
        :param payloads: what is added; all of one name.
        :param externals: local names and namespaces (None: that of the message) of children of the message itself that
            belong to it.
        :param clear: take off what was fastened under that name before (section 3.4).
        :raises FieldValueError: there is no id, or payloads of several names.
        """
        if not id or len({payload.tag for payload in payloads}) != 1:
            raise FieldValueError("fasten() takes an id, and payloads that are all of one name")
        made = ApplyTo()
        made.id = id
        if clear:
            made.clear_ = True
        for payload in payloads:
            made.append(payload)
        for name, namespace in externals:
            external = External()
            external.name_ = name
            external.element_namespace = namespace
            made.append(external)
        message[ApplyTo] = made
        return message[ApplyTo]
