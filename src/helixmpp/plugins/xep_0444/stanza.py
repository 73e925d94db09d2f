"""``<reactions/>`` of XEP-0444 section 4."""

from collections.abc import Iterable
from typing import ClassVar

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0444.emoji import is_emoji
from helixmpp.stanza import Attr, ElementBase, Text, register_stanza_plugin

__all__ = ["NAMESPACE", "Reaction", "Reactions"]

NAMESPACE = "urn:xmpp:reactions:0"


class Reaction(ElementBase):
    """One reaction: ``reaction["value"]`` is an emoji."""

    name = "reaction"
    namespace = NAMESPACE
    plugin_attrib = "reaction"
    plugin_multi_attrib = "reactions"

    value = Text()


class Reactions(ElementBase):
    """All reactions of the sender to the message of the ``id``; none takes them all back.

    ``message["reactions"]["values"]`` and, typed, ``message[Reactions].emojis`` are the set of them.
    """

    name = "reactions"
    namespace = NAMESPACE
    plugin_attrib = "reactions"
    interfaces: ClassVar[set[str]] = {"values"}

    id = Attr(str)

    @property
    def emojis(self) -> set[str]:
        """The reactions that could be emojis."""
        return self.get_values()

    @emojis.setter
    def emojis(self, values: Iterable[str]) -> None:
        self.set_values(values)

    def get_values(self, *, all_chars: bool = False) -> set[str]:
        """Return the reactions; what is surely no emoji is left out.

        :param all_chars: leave nothing out.
        """
        found = {one.value.strip() for one in self.children_of(Reaction)} - {""}
        return found if all_chars else {one for one in found if is_emoji(one)}

    def set_values(self, values: Iterable[str], *, all_chars: bool = False) -> None:
        """Have these reactions, in the place of all.

        :param all_chars: take any text; else each has to be an emoji.
        :raises FieldValueError: one is none; nothing was changed.
        """
        if isinstance(values, str):
            # A text is a list of letters, too.
            raise FieldValueError("Reactions.values: a set of emojis is needed, not str")
        made: list[Reaction] = []
        for value in dict.fromkeys(values):
            if not all_chars and not is_emoji(value):
                raise FieldValueError("Reactions.values: one of them is no emoji")
            reaction = Reaction()
            reaction["value"] = value
            made.append(reaction)
        self.replace_elements([one.xml for one in self.children_of(Reaction)], made, "values")
        self.attach()

    def del_values(self) -> None:
        """Take all reactions out; the element stays, and takes them back when it is sent."""
        self.set_values(())


register_stanza_plugin(Reactions, Reaction, iterable=True)
