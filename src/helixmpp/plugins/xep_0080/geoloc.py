"""The plugin ``xep_0080``; see the package's docstring."""

from collections.abc import Awaitable
from datetime import datetime
from typing import ClassVar, Unpack

from helixmpp.plugins._published import Published, PublishOptions
from helixmpp.plugins.xep_0060 import EventItem, Item
from helixmpp.plugins.xep_0080.stanza import NAMESPACE, Geoloc
from helixmpp.stanza import Iq, Message

__all__ = ["XEP_0080"]


class XEP_0080(Published[Geoloc]):  # noqa: N801 - the name that programs import
    """User location: tells where we are, and hears it of contacts."""

    name = "xep_0080"
    description = "User location: where somebody is"
    xep_version = "1.10.0"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    extends = ((Item, Geoloc), (EventItem, Geoloc), (Message, Geoloc))
    # The second asks the accounts of contacts for their events (XEP-0163 section 4.2).
    features = (NAMESPACE, f"{NAMESPACE}+notify")
    event_name = "user_location"
    _payload = Geoloc

    def publish_location(
        self,
        *,
        lat: float | None = None,
        lon: float | None = None,
        accuracy: float | None = None,
        alt: float | None = None,
        altaccuracy: float | None = None,
        area: str | None = None,
        bearing: float | None = None,
        building: str | None = None,
        country: str | None = None,
        countrycode: str | None = None,
        datum: str | None = None,
        description: str | None = None,
        error: float | None = None,
        floor: str | None = None,
        locality: str | None = None,
        postalcode: str | None = None,
        region: str | None = None,
        regioncode: str | None = None,
        room: str | None = None,
        speed: float | None = None,
        street: str | None = None,
        text: str | None = None,
        timestamp: datetime | None = None,
        tzo: str | None = None,
        uri: str | None = None,
        lang: str | None = None,
        **options: Unpack[PublishOptions],
    ) -> Awaitable[Iq]:
        """Tell all contacts where we are; :meth:`publish` takes a whole :class:`Geoloc`, which says what each is.

        Who may know it, the node's configuration says: ``options={"pubsub#access_model": "whitelist"}``. By default
        it is who may see our presence.

        :param lang: the language of the texts.
        :param options: by name: what the node's configuration has to be, for whom, and how long to wait.
        :raises FieldValueError: something of it is wrong.
        :raises IqError: (when awaited) the server refuses, or has no such service.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        geoloc = Geoloc()
        geoloc.lat, geoloc.lon, geoloc.alt, geoloc.datum = lat, lon, alt, datum
        geoloc.accuracy, geoloc.altaccuracy, geoloc.error = accuracy, altaccuracy, error
        geoloc.bearing, geoloc.speed = bearing, speed
        geoloc.country, geoloc.countrycode, geoloc.region, geoloc.regioncode = (
            country,
            countrycode,
            region,
            regioncode,
        )
        geoloc.locality, geoloc.postalcode, geoloc.area, geoloc.street = locality, postalcode, area, street
        geoloc.building, geoloc.floor, geoloc.room = building, floor, room
        geoloc.description, geoloc.text, geoloc.uri = description, text, uri
        geoloc.timestamp, geoloc.tzo = timestamp, tzo
        geoloc.set_lang(lang)
        return self.publish(geoloc, **options)

    def publish(self, geoloc: Geoloc, **options: Unpack[PublishOptions]) -> Awaitable[Iq]:
        """Tell all contacts where we are; the options and errors are those of :meth:`publish_location`."""
        return self._publish(geoloc, options)
