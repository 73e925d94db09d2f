"""``<geoloc/>`` of XEP-0080 section 3: where somebody is."""

from datetime import datetime
from typing import Final

from helixmpp.plugins.xep_0080.decimals import DECIMAL, LATITUDE, LONGITUDE
from helixmpp.stanza import ChildText, ElementBase

__all__ = ["NAMESPACE", "Geoloc"]

NAMESPACE: Final = "http://jabber.org/protocol/geoloc"


class Geoloc(ElementBase):
    """Where somebody is; empty, when that is not told any more.

    ``lat`` and ``lon`` are decimal degrees north and east, ``alt``, ``accuracy`` and ``altaccuracy`` meters, ``speed``
    meters per second, ``bearing`` degrees from true north, ``error`` (obsolete) arc minutes; each is None where it is
    not said. ``timestamp`` is when it was measured, ``tzo`` the offset from UTC there, such as ``-07:00``. The others
    are texts.
    """

    name = "geoloc"
    namespace = NAMESPACE
    plugin_attrib = "geoloc"

    accuracy = ChildText(DECIMAL)
    alt = ChildText(DECIMAL)
    altaccuracy = ChildText(DECIMAL)
    area = ChildText()
    bearing = ChildText(DECIMAL)
    building = ChildText()
    country = ChildText()
    countrycode = ChildText()
    datum = ChildText()
    description = ChildText()
    error = ChildText(DECIMAL)
    floor = ChildText()
    lat = ChildText(LATITUDE)
    locality = ChildText()
    lon = ChildText(LONGITUDE)
    postalcode = ChildText()
    region = ChildText()
    regioncode = ChildText()
    room = ChildText()
    speed = ChildText(DECIMAL)
    street = ChildText()
    text = ChildText()
    timestamp = ChildText(datetime)
    tzo = ChildText()
    uri = ChildText()
