"""The default store of XEP-0077: who is registered with a component."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from helixmpp.core.engines import KeyValue
from helixmpp.errors import XMPPError

__all__ = ["SLACK", "Users"]

log = logging.getLogger(__name__)

# After so many strangers users are counted anew: several processes may share them.
_RECOUNT = 64
#: Room beyond the limit, for what those processes add meanwhile: an engine that is full drops users.
SLACK = 64 * _RECOUNT


class Users:
    """Users by their bare address.

    :param collection: gives the collection that they are in.
    :param limit: gives how many there may be.
    """

    def __init__(self, collection: Callable[[], KeyValue], limit: Callable[[], int]) -> None:
        self._collection = collection
        self._limit = limit
        # One at a time: two that come together must not both find the last place.
        self._lock = asyncio.Lock()
        self._count = 0
        self._known_for = 0

    async def get(self, who: str) -> dict[str, str] | None:
        """The fields of a user."""
        value = await self._collection().get(who)
        if value is None:
            return None
        try:
            fields: Any = json.loads(value)
            return {str(name): str(text) for name, text in fields.items()}
        except (ValueError, AttributeError) as error:
            log.warning("a user who was registered cannot be read back and is left out: %s", error)
            return None

    async def put(self, who: str, fields: Mapping[str, str]) -> None:
        """Keep a user.

        A full collection would drop another one: who is new is refused instead.
        """
        async with self._lock:
            users = self._collection()
            new = await users.get(who) is None
            if new and await self._counted(users) >= self._limit():
                raise XMPPError("resource-constraint", "nobody else can register now")
            await users.put(who, json.dumps(dict(fields)).encode())
            self._count += new

    async def delete(self, who: str) -> bool:
        """Forget a user; whether there was one."""
        async with self._lock:
            found = await self._collection().delete(who)
            self._count -= found
            return found

    async def names(self) -> list[str]:
        """The addresses of all users."""
        return await self._collection().keys()

    async def _counted(self, users: KeyValue) -> int:
        # To look at all of them for each stranger would be work that strangers can make us do.
        if not self._known_for:
            self._count = len(await users.keys())
            self._known_for = _RECOUNT
        self._known_for -= 1
        return self._count
