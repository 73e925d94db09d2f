"""The plugin ``xep_0071``; see the package's docstring."""

from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0071.stanza as xhtml_stanza
from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0071.stanza import NAMESPACE, XHTML_IM
from helixmpp.stanza import Message

__all__ = ["XEP_0071"]


class XEP_0071(BasePlugin):  # noqa: N801 - the name that programs import
    """XHTML-IM: the item ``html`` of messages."""

    name = "xep_0071"
    description = "XHTML-IM (deprecated): texts with their looks"
    xep_version = "1.5.4"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, XHTML_IM),)
    features = (NAMESPACE,)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = xhtml_stanza
