"""``<tune/>`` of XEP-0118 section 2: what somebody listens to."""

from helixmpp.plugins._unsigned import UNSIGNED_SHORT, Between
from helixmpp.stanza import ChildText, ElementBase

__all__ = ["NAMESPACE", "UserTune"]

NAMESPACE = "http://jabber.org/protocol/tune"


class UserTune(ElementBase):
    """What somebody listens to; empty, when it is nothing any more.

    ``length`` is in seconds, ``rating`` from 1 to 10, both None where they are not said. The others are texts:
    ``artist``, ``composer``, ``date``, ``genre``, ``language``, ``lyricist``, ``performer``, ``source`` (an album,
    say), ``title``, ``track`` (its number there) and ``uri``.
    """

    name = "tune"
    namespace = NAMESPACE
    plugin_attrib = "tune"

    artist = ChildText()
    composer = ChildText()
    date = ChildText()
    genre = ChildText()
    language = ChildText()
    length = ChildText(UNSIGNED_SHORT)
    lyricist = ChildText()
    performer = ChildText()
    rating = ChildText(Between(1, 10))
    source = ChildText()
    title = ChildText()
    track = ChildText()
    uri = ChildText()
