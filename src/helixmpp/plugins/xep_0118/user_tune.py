"""The plugin ``xep_0118``; see the package's docstring."""

from collections.abc import Awaitable
from typing import ClassVar, Unpack

from helixmpp.plugins._published import Published, PublishOptions
from helixmpp.plugins.xep_0060 import EventItem, Item
from helixmpp.plugins.xep_0118.stanza import NAMESPACE, UserTune
from helixmpp.stanza import Iq

__all__ = ["XEP_0118"]


class XEP_0118(Published[UserTune]):  # noqa: N801 - the name that programs import
    """User tune: tells what we listen to, and hears it of contacts."""

    name = "xep_0118"
    description = "User tune: what somebody listens to"
    xep_version = "1.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    extends = ((Item, UserTune), (EventItem, UserTune))
    # The second asks the accounts of contacts for their events (XEP-0163 section 4.2).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    event_name = "user_tune"
    _payload = UserTune

    def publish_tune(
        self,
        artist: str | None = None,
        length: int | None = None,
        rating: int | None = None,
        source: str | None = None,
        title: str | None = None,
        track: str | None = None,
        uri: str | None = None,
        **options: Unpack[PublishOptions],
    ) -> Awaitable[Iq]:
        """Tell all contacts what we listen to; :meth:`publish` takes a whole :class:`UserTune`.

        :param artist: who made it.
        :param length: how long it is, in seconds.
        :param rating: what we think of it, from 1 to 10.
        :param source: the album, film or station that it is from.
        :param title: its title.
        :param track: its number there.
        :param uri: a page about it.
        :param options: by name: what the node's configuration has to be, for whom, and how long to wait.
        :raises FieldValueError: something of it is wrong.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        tune = UserTune()
        tune.artist, tune.length, tune.rating, tune.source = artist, length, rating, source
        tune.title, tune.track, tune.uri = title, track, uri
        return self.publish(tune, **options)

    def publish(self, tune: UserTune, **options: Unpack[PublishOptions]) -> Awaitable[Iq]:
        """Tell all contacts what we listen to; the options and errors are those of :meth:`publish_tune`."""
        return self._publish(tune, options)
