"""The plugin ``xep_0380``; see the package's docstring."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0380.stanza import NAMESPACE, Encryption
from helixmpp.stanza import Message

__all__ = ["XEP_0380"]

_LONGEST = 100  # characters of a name that a stranger gave to a protocol


class XEP_0380(BasePlugin):  # noqa: N801 - the name that programs import
    """Explicit message encryption: says by which protocol a message is encrypted."""

    name = "xep_0380"
    description = "Explicit message encryption: by which protocol a message is encrypted"
    xep_version = "0.4.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Encryption),)
    features = (NAMESPACE,)
    #: The names of the protocols of section 3.2, by namespace.
    mechanisms: Mapping[str, str] = MappingProxyType(
        {
            "urn:xmpp:otr:0": "OTR",
            "jabber:x:encrypted": "Legacy OpenPGP",
            "urn:xmpp:openpgp:0": "OpenPGP for XMPP",
            "eu.siacs.conversations.axolotl": "OMEMO",
            "urn:xmpp:omemo:1": "OMEMO 1",
            "urn:xmpp:omemo:2": "OMEMO 2",
        }
    )

    template = Setting(
        "This message was encrypted with {name} ({namespace}) and could not be decrypted.",
        "what replace_body_with_eme() writes; {name} and {namespace} are filled in",
    )

    @staticmethod
    def has_eme(msg: Message) -> bool:
        """Whether a message says that it is encrypted."""
        found = msg.get(Encryption)
        return found is not None and bool(found.namespace_)

    def name_of(self, msg: Message) -> str:
        """How the protocol is called by which a message is encrypted; ``""`` for none.

        The sender's own name counts only for a protocol that is not in ``mechanisms`` (section 3.2).
        """
        eme = msg.get(Encryption)
        if eme is None or not eme.namespace_:
            return ""
        return self.mechanisms.get(eme.namespace_) or (eme.name_ or eme.namespace_)[:_LONGEST]

    def add_eme(self, msg: Message, namespace: str, name: str = "") -> Message:
        """Say in a message how it is encrypted.

        :param namespace: that of the protocol.
        :param name: what to call it, for one that is not well known; else it is left out (section 3.2).
        """
        eme = msg[Encryption]
        eme.namespace_ = namespace
        eme.name_ = name if namespace not in self.mechanisms else ""
        return msg

    def replace_body_with_eme(self, msg: Message) -> None:
        """Put the sentence of the setting ``template`` in the place of a body that could not be decrypted.

        A message that says of no encryption stays as it is.
        """
        if self.has_eme(msg):
            # Only these two, and nothing of what format() can do besides.
            text = self.template.replace("{name}", self.name_of(msg))
            msg["body"] = text.replace("{namespace}", msg[Encryption].namespace_[:_LONGEST])
