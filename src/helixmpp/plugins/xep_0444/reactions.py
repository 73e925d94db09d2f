"""The plugin ``xep_0444``; see the package's docstring."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0334.stanza import Store
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0444.stanza import NAMESPACE, Reactions
from helixmpp.stanza import Message, MessageTypes

__all__ = ["XEP_0444", "Restrictions"]

_RESTRICTIONS = f"{NAMESPACE}:restrictions"


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Which reactions an entity takes (section 3.2).

    :param max_per_user: how many of one person to one message; None for any number.
    :param allowed: which ones; None for any.
    """

    max_per_user: int | None = None
    allowed: frozenset[str] | None = None


class XEP_0444(BasePlugin):  # noqa: N801 - the name that programs import
    """Message reactions: emojis to a message."""

    name = "xep_0444"
    description = "Message reactions: emojis to a message"
    xep_version = "0.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0334", "xep_0359"}
    extends = ((Message, Reactions),)
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    max_reactions = Setting(100, "how many reactions one message may have; one with more raises no event")

    # -- for programs -------------------------------------------------------------------------------------

    def send_reactions(
        self,
        to: JID | str,
        to_id: str,
        reactions: Iterable[str],
        *,
        mfrom: JID | str | None = None,
        mtype: MessageTypes = "chat",
        store: bool = True,
    ) -> Message:
        """React to a message, in the place of all our earlier reactions to it; what comes back was sent.

        :param to: who they go to.
        :param to_id: the id of that message; ``xmpp.plugin["xep_0359"].reference(message)`` gives it.
        :param reactions: emojis; none takes all back.
        :param mfrom: the address to send from, for components.
        :param mtype: ``groupchat`` to a room.
        :param store: ask servers to keep it; not for a message that nobody was to keep (section 5).
        :raises FieldValueError: one of them is no emoji.
        :raises ValueError: there is no id.
        """
        message = self.xmpp.make_message(to, mtype=mtype, mfrom=mfrom)
        self.set_reactions(message, to_id, reactions, store=store)
        message.send()
        return message

    @staticmethod
    def set_reactions(message: Message, to_id: str, reactions: Iterable[str], *, store: bool = True) -> None:
        """Put reactions into a message; the parameters are those of :meth:`send_reactions`."""
        if not to_id:
            raise ValueError("a reaction needs the id of a message")
        made = Reactions()
        made.id = to_id
        made.set_values(reactions)
        message[Reactions] = made
        if store:
            message.enable(Store.plugin_attrib)

    def is_from_participant(self, message: Message) -> bool:
        """Whether the sender of a reaction can be told from others.

        In a chat that is always so. In a room it is so only with an occupant id that counts, which the plugin
        ``xep_0421`` tells: a nickname may be somebody else's by now (section 5.1), and in a room that has no such ids
        everybody can write one.
        """
        author = self.xmpp.plugin[XEP_0359].authors.author_of(message)
        if author is None or not author.in_room:
            return author is not None
        ids = self.xmpp.plugin.get("xep_0421")
        return ids is not None and ids.occupant_id(message) is not None

    async def restrictions(self, jid: JID | str, *, timeout: float | None = None) -> Restrictions:
        """Ask an entity which reactions it takes (section 3.2).

        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(jid, local=False, timeout=timeout)
        for form in info.children_of(Form):
            try:
                if form.form_type == _RESTRICTIONS:
                    return _restrictions_in(form)
            except (BadStanza, ValueError):
                continue  # it has no meaning then
        return Restrictions()

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Reactions)
    def _reacted(self, message: Message) -> None:
        # "Messages MUST NOT contain more than one <reactions> element" (section 5).
        found = message.children_of(Reactions)
        if message.xml.get("type") == "error" or len(found) != 1:
            return
        if found[0].id and len(found[0].xml) <= self.max_reactions:
            self.xmpp.event("reactions", message)


def _restrictions_in(form: Form) -> Restrictions:
    fields = form.field
    most = fields.get("max_reactions_per_user")
    allowed = fields.get("allowlist")
    return Restrictions(
        max_per_user=int(most.texts[0]) if most is not None and most.texts else None,
        allowed=frozenset(allowed.texts) if allowed is not None else None,
    )
