"""The plugin ``xep_0382``; see the package's docstring."""

from collections.abc import Mapping
from typing import ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0382.stanza import NAMESPACE, Spoiler
from helixmpp.stanza import Message, MessageTypes

__all__ = ["XEP_0382"]


class XEP_0382(BasePlugin):  # noqa: N801 - the name that programs import
    """Spoilers: says that a message is to be hidden until somebody wants to see it."""

    name = "xep_0382"
    description = "Spoiler messages: hidden until somebody wants to see them"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Spoiler),)
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    def send_spoiler(
        self,
        mto: JID | str,
        mbody: str,
        hint: str | Mapping[str, str] | None = None,
        mtype: MessageTypes | None = None,
        *,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Send a message that gives something away; what comes back was sent.

        :param mto: who it goes to.
        :param mbody: what is hidden.
        :param hint: what it is about, which is shown; a dictionary for several languages.
        :param mfrom: the address to send from, for components.
        """
        message = self.xmpp.make_message(mto, mbody=mbody, mtype=mtype, mfrom=mfrom)
        self.set_spoiler(message, hint)
        message.send()
        return message

    @staticmethod
    def set_spoiler(message: Message, hint: str | Mapping[str, str] | None = None) -> None:
        """Say that a message gives something away, in the place of what it says of that.

        :param hint: what it is about; a dictionary by language for several.
        :raises FieldValueError: a hint is no text that XML can hold; nothing was changed.
        """
        by_lang = hint if isinstance(hint, Mapping) else {"": hint}
        made: list[Spoiler] = []
        for lang, text in by_lang.items():
            spoiler = Spoiler()
            spoiler.hint = text
            spoiler.set_lang(lang)
            made.append(spoiler)
        message.replace_elements([one.xml for one in message.children_of(Spoiler)], made, "spoiler")

    @staticmethod
    def is_spoiler(message: Message) -> bool:
        """Whether a message is to be hidden until somebody wants to see it."""
        return message.get(Spoiler) is not None

    @staticmethod
    def hint(message: Message, lang: str | None = None) -> str:
        """What a hidden message is about; ``""`` where that is not said.

        :param lang: the language wanted; without one, or where there is none in it, the message's own, or the first.
        """
        found = message.children_of(Spoiler)
        for wanted in (lang, message.get_lang()):
            for one in found:
                if wanted is not None and one.get_lang() == wanted:
                    return one.hint
        return found[0].hint if found else ""
