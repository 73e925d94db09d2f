"""The plugin ``xep_0334``; see the package's docstring."""

from typing import ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0334.stanza import NAMESPACE, NoCopy, NoPermanentStore, NoStore, Store
from helixmpp.stanza import Message

__all__ = ["XEP_0334"]


class XEP_0334(BasePlugin):  # noqa: N801 - the name that programs import
    """Processing hints: the items ``store``, ``no-store``, ``no-permanent-store`` and ``no-copy`` of messages."""

    name = "xep_0334"
    description = "Message processing hints: whether servers keep and copy a message"
    xep_version = "1.0.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Store), (Message, NoPermanentStore), (Message, NoStore), (Message, NoCopy))
    features = (NAMESPACE,)
