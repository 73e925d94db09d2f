"""``<notify/>`` of XEP-0492 section 2."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from helixmpp.errors import FieldValueError
from helixmpp.stanza import Attr, Child, Children, ElementBase, Raw

__all__ = ["NAMESPACE", "NS", "Advanced", "Always", "Never", "Notify", "OnMention", "WhenLiteral"]

NAMESPACE = "urn:xmpp:notification-settings:1"
#: The name that programs import.
NS = NAMESPACE

#: About which messages a person is notified.
WhenLiteral = Literal["never", "always", "on-mention"]


class Advanced(ElementBase):
    """What other programs keep with a setting (section 2.3): elements of their own namespaces."""

    name = "advanced"
    namespace = NAMESPACE
    plugin_attrib = "advanced"

    payload = Raw(many=True)


class Setting(ElementBase):
    """What the three settings have in common: which applications it is for; without both, it is for all others."""

    namespace = NAMESPACE

    identity_category = Attr(str)
    identity_type = Attr(str)
    advanced = Child(Advanced, optional=True)

    @property
    def identity(self) -> tuple[str, str]:
        """Category and type of the applications that it is for, as in service discovery; ``""`` for any."""
        return self.identity_category, self.identity_type

    def set_identity(self, category: str, client_type: str) -> None:
        """Say which applications it is for."""
        self.identity_category, self.identity_type = category, client_type


class Never(Setting):
    """About no message."""

    name = "never"
    namespace = NAMESPACE
    plugin_attrib = "never"
    plugin_multi_attrib = "nevers"


class OnMention(Setting):
    """About messages that mention the person."""

    name = "on-mention"
    namespace = NAMESPACE
    plugin_attrib = "on-mention"
    plugin_multi_attrib = "on-mentions"


class Always(Setting):
    """About every message."""

    name = "always"
    namespace = NAMESPACE
    plugin_attrib = "always"
    plugin_multi_attrib = "alwayses"


_WORDS: Final[dict[WhenLiteral, type[Setting]]] = {"never": Never, "always": Always, "on-mention": OnMention}


class Notify(ElementBase):
    """About which messages of a chat a person is notified: ``notify.get_config()``, ``notify.configure("never")``."""

    name = "notify"
    namespace = NAMESPACE
    plugin_attrib = "notify"
    #: The class of each setting.
    words: ClassVar[Mapping[WhenLiteral, type[Setting]]] = _WORDS

    nevers = Children(Never)
    on_mentions = Children(OnMention)
    alwayses = Children(Always)

    def settings(self) -> list[tuple[WhenLiteral, Setting]]:
        """Return every setting, with its word."""
        return [(word, found) for word, cls in self.words.items() for found in self.children_of(cls)]

    def get_config(self, client_type: str | None = None, category: str = "client") -> WhenLiteral | None:
        """Return the setting that counts for an application: the most special one (section 3).

        :param client_type: the type of its identity, such as ``pc`` or ``phone``; without, that for all applications.
        :param category: the category of its identity.
        :returns: None where nothing is said: then it is "always" in chats of two and private rooms, and "on-mention" in
            public rooms.
        """
        found: dict[tuple[str, str], WhenLiteral] = {
            setting.identity: word for word, setting in reversed(self.settings())
        }
        wanted = [(category, client_type), (category, "")] if client_type else []
        return next((found[one] for one in (*wanted, ("", "")) if one in found), None)

    def configure(
        self, when: WhenLiteral, client_type: str | None = None, category: str | None = None
    ) -> None:
        """Say about which messages a person is notified.

        What other programs keep with the setting stays there.

        :param when: ``never``, ``always`` or ``on-mention``.
        :param client_type: only by applications of this type, such as ``pc`` or ``phone``. Where nothing is said for
            all applications, it is said for them, too (section 3).
        :param category: only by applications of this category; ``client`` where there is but a type.
        :raises FieldValueError: there is no such setting; nothing was changed.
        """
        if when not in _WORDS:
            raise FieldValueError(f"Notify: one of {', '.join(_WORDS)} is needed")
        identity = (category or ("client" if client_type else ""), client_type or "")
        self._put_setting(when, identity)
        if identity != ("", "") and not any(one.identity == ("", "") for _, one in self.settings()):
            self._begin_for_all(when)

    def _begin_for_all(self, when: WhenLiteral) -> None:
        self._put_setting(when, ("", ""))

    def _put_setting(self, when: WhenLiteral, identity: tuple[str, str]) -> None:
        old = [setting for _, setting in self.settings() if setting.identity == identity]
        made = self.words[when]()
        made.set_identity(*identity)
        for advanced in (one.advanced for one in old):
            if advanced is not None:
                # The schema has one.
                made.advanced = advanced
                break
        # "There SHALL NOT be more than one" of the same attributes.
        self.replace_elements([one.xml for one in old], [made], "settings")
