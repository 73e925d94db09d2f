"""The plugin ``xep_0196``; see the package's docstring."""

from collections.abc import Awaitable
from typing import ClassVar, Unpack

from helixmpp.plugins._published import Published, PublishOptions
from helixmpp.plugins.xep_0060 import EventItem, Item
from helixmpp.plugins.xep_0196.stanza import NAMESPACE, UserGaming
from helixmpp.stanza import Iq

__all__ = ["XEP_0196"]


class XEP_0196(Published[UserGaming]):  # noqa: N801 - the name that programs import
    """User gaming: tells what we play, and hears it of contacts."""

    name = "xep_0196"
    description = "User gaming: what somebody plays"
    xep_version = "0.3"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    extends = ((Item, UserGaming), (EventItem, UserGaming))
    # The second asks the accounts of contacts for their events (XEP-0163 section 4.2).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    event_name = "user_gaming"
    _payload = UserGaming

    # "name" is a class attribute of every plugin, and a parameter here.
    def publish_gaming(
        self,
        name: str | None = None,
        level: str | None = None,
        server_name: str | None = None,
        uri: str | None = None,
        character_name: str | None = None,
        character_profile: str | None = None,
        server_address: str | None = None,
        **options: Unpack[PublishOptions],
    ) -> Awaitable[Iq]:
        """Tell all contacts what we play.

        :param name: the game; without one we play nothing any more.
        :param level: how far we are in it.
        :param server_name: where we play.
        :param uri: a page about the game.
        :param character_name: as whom we play.
        :param character_profile: a page about that character.
        :param server_address: the host or address of the server.
        :param options: by name: what the node's configuration has to be, for whom, and how long to wait.
        :raises ValueError: there is something about a game, and no game.
        :raises FieldValueError: a text has a character that XML forbids.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        details = (level, server_name, uri, character_name, character_profile, server_address)
        if not name and any(details):
            raise ValueError("a game has a name (XEP-0196 section 2.1)")
        game = UserGaming()
        game.name_, game.level, game.uri = name, level, uri
        game.server_name, game.server_address = server_name, server_address
        game.character_name, game.character_profile = character_name, character_profile
        return self._publish(game, options)
