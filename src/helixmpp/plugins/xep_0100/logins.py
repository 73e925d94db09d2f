"""Which users are logged in with a gateway, and from which of their clients."""

from collections.abc import Callable

from helixmpp.jid import JID

__all__ = ["Logins"]


class Logins:
    """Users by their bare address, with the resources from which they are available.

    :param limits: gives how many users there may be at most, and how many resources of each; the oldest go first.
    """

    def __init__(self, limits: Callable[[], tuple[int, int]]) -> None:
        self._limits = limits
        self._resources: dict[str, dict[str, None]] = {}

    def __contains__(self, jid: JID) -> bool:
        return jid.bare in self._resources

    def __len__(self) -> int:
        return len(self._resources)

    def add(self, jid: JID) -> bool:
        """A client is available; whether it is the first one of its user."""
        most, most_resources = self._limits()
        resources = self._resources.get(jid.bare)
        is_first = resources is None
        if resources is None:
            while len(self._resources) >= most:
                del self._resources[next(iter(self._resources))]
            resources = self._resources[jid.bare] = {}
        resources[jid.resource] = None
        while len(resources) > most_resources:
            del resources[next(iter(resources))]
        return is_first

    def remove(self, jid: JID) -> bool:
        """A client is not available any more; whether it was the last one of its user."""
        resources = self._resources.get(jid.bare)
        if resources is None:
            return False
        # RFC 6121 section 4.3.2: without a resource it says that none is there.
        if jid.resource:
            resources.pop(jid.resource, None)
        if resources and jid.resource:
            return False
        return self.forget(jid)

    def forget(self, jid: JID) -> bool:
        """A user is not logged in any more; whether he was."""
        return self._resources.pop(jid.bare, None) is not None

    def clear(self) -> None:
        """Nobody is logged in."""
        self._resources.clear()
