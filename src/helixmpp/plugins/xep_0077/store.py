"""What the operations of XEP-0077 take and give, for whoever replaces them."""

from collections.abc import Awaitable, Mapping
from typing import Protocol

from helixmpp.jid import JID
from helixmpp.plugins.xep_0077.stanza import Register
from helixmpp.stanza import Iq, StanzaBase

__all__ = ["RegistrationStore"]


class RegistrationStore(Protocol):
    """The operations of the plugin ``xep_0077``; each may be a plain function or a coroutine function.

    ``jid`` is the component's address. A user is known by the bare address of ``ifrom``.
    """

    def user_get(
        self, jid: JID, node: str, ifrom: JID | None, args: StanzaBase
    ) -> Awaitable[Mapping[str, str] | None] | Mapping[str, str] | None:
        """Give the fields of a user who is registered, else None.

        :param ifrom: the user; where it is None, the user is who sent ``args``.
        :param args: the request, or another stanza of the user.
        """
        ...

    def user_validate(self, jid: JID, node: str, ifrom: JID | None, args: Register) -> Awaitable[None] | None:
        """Register a user, or change a registration.

        :param args: what the user filled in; no field of ``form_fields`` is empty.
        :raises ValueError: it is not acceptable; the user is told the text.
        :raises XMPPError: what the user gets as an answer, such as ``conflict``.
        """
        ...

    def user_remove(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Awaitable[None] | None:
        """Remove the registration of ``ifrom``.

        :raises KeyError: there is none; the user is told ``item-not-found``.
        """
        ...

    def make_registration_form(
        self, jid: JID, node: str, ifrom: JID | None, args: Iq
    ) -> Awaitable[Iq | None] | Iq | None:
        """Make the answer to the request ``args`` of ``ifrom``, what has to be filled in; None: nothing can be."""
        ...
