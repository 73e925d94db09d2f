"""``<notify/>`` as it was before version 0.2.0 of XEP-0492, for programs whose other clients know no newer one.

The setting of some applications had their type alone, and what other programs keep stood beside the settings.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from helixmpp.plugins.xep_0402 import Extensions
from helixmpp.plugins.xep_0492 import stanza as newer
from helixmpp.plugins.xep_0492.stanza import WhenLiteral
from helixmpp.stanza import Attr, Child, Children, ElementBase

__all__ = ["EXTENDS", "NAMESPACE", "NS", "Advanced", "Always", "Never", "Notify", "OnMention"]

NAMESPACE: Final = "urn:xmpp:notification-settings:0"
#: The name that programs import.
NS: Final = NAMESPACE


class Advanced(newer.Advanced):
    """What other programs keep with the settings: elements of their own namespaces."""

    namespace = NAMESPACE


class _Setting(newer.Setting):
    namespace = NAMESPACE

    client_type = Attr(str, "client-type", key="client-type")

    @property
    def identity(self) -> tuple[str, str]:
        """Category and type of the applications that it is for; ``""`` for any."""
        return ("client" if self.client_type else "", self.client_type)

    def set_identity(self, category: str, client_type: str) -> None:
        """Say which applications it is for; only clients can be told apart."""
        self.client_type = client_type


class Never(_Setting, newer.Never):
    """About no message."""

    namespace = NAMESPACE


class OnMention(_Setting, newer.OnMention):
    """About messages that mention the person."""

    namespace = NAMESPACE


class Always(_Setting, newer.Always):
    """About every message."""

    namespace = NAMESPACE


# What the fields of the newer class hold, in which they stand.
_NEVER: type[newer.Never] = Never
_ONMENTION: type[newer.OnMention] = OnMention
_ALWAYS: type[newer.Always] = Always


class Notify(newer.Notify):
    """About which messages of a chat a person is notified."""

    namespace = NAMESPACE
    words: ClassVar[Mapping[WhenLiteral, type[newer.Setting]]] = {
        "never": Never,
        "always": Always,
        "on-mention": OnMention,
    }

    nevers = Children(_NEVER)
    on_mentions = Children(_ONMENTION)
    alwayses = Children(_ALWAYS)
    advanced = Child(Advanced)

    def get_config(self, client_type: str | None = None, category: str = "client") -> WhenLiteral | None:
        """Return what is said for one type of clients, or without one for all others; None where nothing is."""
        wanted = (category if client_type else "", client_type or "")
        return next((word for word, setting in self.settings() if setting.identity == wanted), None)

    def _begin_for_all(self, when: WhenLiteral) -> None:
        """Say nothing for all applications: that came with the later version."""


#: What is registered in what.
EXTENDS: Final[tuple[tuple[type[ElementBase], type[ElementBase]], ...]] = ((Extensions, Notify),)
