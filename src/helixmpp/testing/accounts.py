"""Who is there: accounts, their connected resources, components."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.testing.credentials import Credentials
from helixmpp.testing.roster import Roster

__all__ = ["Account", "Component", "Link", "Resource"]


class Link(Protocol):
    """What routing knows of a connection."""

    def send(self, stanza: Element) -> None:
        """Send a stanza of the namespace ``jabber:client``; nothing happens when the connection is gone."""
        ...

    def end(self, condition: str, text: str = "") -> None:
        """End the stream with a stream error (RFC 6120 section 4.9)."""
        ...


@dataclass(slots=True, eq=False)
class Resource:
    """One connected resource of an account (RFC 6121 section 1.3)."""

    jid: JID
    account: "Account"
    link: Link
    presence: Element | None = None  # the last that it broadcast; None: connected, not available
    priority: int = 0
    interested: bool = False  # it asked for the roster, so that it gets pushes (RFC 6121 section 2.1.6)
    directed: dict[JID, None] = field(default_factory=dict[JID, None])  # told of its presence directly

    @property
    def available(self) -> bool:
        """Whether it has sent initial presence."""
        return self.presence is not None


@dataclass(slots=True, eq=False)
class Account:
    """An account with its password, its roster and its offline messages, all in memory."""

    jid: JID
    credentials: Credentials
    temporary: bool = False  # made by SASL ANONYMOUS: it ends with its session
    leaving: bool = False  # it is to be removed (XEP-0077)
    roster: Roster = field(default_factory=Roster)
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    offline: deque[Element] = field(default_factory=deque[Element])

    def available(self) -> list[Resource]:
        """Its available resources, in the order in which they were bound."""
        return [resource for resource in self.resources.values() if resource.available]

    def receivers(self) -> list[Resource]:
        """Those that take messages to the bare JID: available with a priority that is not negative."""
        return [resource for resource in self.available() if resource.priority >= 0]


@dataclass(slots=True, eq=False)
class Component:
    """An external component (XEP-0114), connected or not."""

    domain: str
    secret: str = field(repr=False)
    link: Link | None = None
