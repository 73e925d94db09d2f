"""What servers allow a privileged entity to do (XEP-0356 sections 4 to 7)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from helixmpp.jid import JID

__all__ = [
    "Granted",
    "IqPermission",
    "MessagePermission",
    "Permissions",
    "PresencePermission",
    "RosterAccess",
]


class RosterAccess(StrEnum):
    """What may be done with the rosters of a server's users (section 4.1)."""

    NONE = "none"
    GET = "get"
    SET = "set"
    BOTH = "both"


class MessagePermission(StrEnum):
    """Whether messages may be sent in the name of a server's users (section 5.1)."""

    NONE = "none"
    OUTGOING = "outgoing"


class IqPermission(StrEnum):
    """Which requests with payloads of a namespace may be sent in the name of a server's users (section 6.1)."""

    NONE = "none"
    GET = "get"
    SET = "set"
    BOTH = "both"


class PresencePermission(StrEnum):
    """Whose presence is sent to the privileged entity (section 7.1): the users', or their contacts', too."""

    NONE = "none"
    MANAGED_ENTITY = "managed_entity"
    ROSTER = "roster"


def _no_requests() -> defaultdict[str, IqPermission]:
    return defaultdict(lambda: IqPermission.NONE)


@dataclass
class Permissions:
    """What one server allows; nothing, to begin with."""

    roster: RosterAccess = RosterAccess.NONE
    message: MessagePermission = MessagePermission.NONE
    #: By the namespace of the payload.
    iq: defaultdict[str, IqPermission] = field(default_factory=_no_requests)
    presence: PresencePermission = PresencePermission.NONE
    #: Whether the server tells of changes of its users' rosters (section 4.4).
    roster_push: bool = False

    def allows_roster(self, itype: str) -> bool:
        """Whether a roster may be read (``"get"``) or changed (``"set"``)."""
        return self.roster == "both" or (itype != "none" and self.roster == itype)

    def allows_iq(self, namespace: str, itype: str) -> bool:
        """Whether a request of a type with a payload of that namespace may be sent for a user."""
        granted = self.iq.get(namespace, IqPermission.NONE)
        return granted == "both" or (itype != "none" and granted == itype)


class Granted(dict[JID | str, Permissions]):
    """The permissions by server; one that has said nothing allows nothing.

    :param limit: how many servers are kept.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        super().__init__()
        self._limit = limit

    def __missing__(self, server: JID | str) -> Permissions:
        """Allow nothing; what a program writes there counts, as long as there is room."""
        found = Permissions()
        self.take(server, found)
        return found

    def take(self, server: JID | str, permissions: Permissions) -> bool:
        """Keep the permissions of a server; False where there is no room."""
        if server not in self and len(self) >= self._limit():
            idle = next((one for one, granted in self.items() if granted == Permissions()), None)
            if idle is None:
                return False
            del self[idle]
        self[server] = permissions
        return True
