"""``<hats/>`` of XEP-0317 section 3.1."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from helixmpp.stanza import Attr, Children, ElementBase, Raw, codec_for

__all__ = ["NAMESPACE", "NS", "Hat", "HatTuple", "Hats", "Hue"]

NAMESPACE = "urn:xmpp:hats:0"
#: The name that programs import.
NS = NAMESPACE

_FULL_CIRCLE = 360
_WITHOUT_HUE = 2


class HatTuple(NamedTuple):
    """A hat: its URI, its title, and the angle of its colour in degrees, if it has one."""

    uri: str
    title: str
    hue: float | None = None


class Hue:
    """An angle from 0 to 360 degrees (XEP-0392 section 5.1)."""

    def parse(self, text: str) -> float:
        """Return the angle; ``ValueError`` for none."""
        return _angle(codec_for(float).parse(text))

    def format(self, value: float) -> str:
        """Return the text of an angle; ``ValueError`` for none."""
        return codec_for(float).format(_angle(codec_for(float).parse(codec_for(float).format(value))))


def _angle(value: float) -> float:
    if not math.isfinite(value) or not 0 <= value <= _FULL_CIRCLE:
        raise ValueError("no angle from 0 to 360")
    return value


class Hat(ElementBase):
    """One hat: its ``uri`` tells it from others, its ``title`` is for people, its ``hue`` a colour.

    ``["lang"]`` is the language of the title; ``payload`` is what others have put into it.
    """

    name = "hat"
    namespace = NAMESPACE
    plugin_attrib = "hat"
    plugin_multi_attrib = "hats"

    uri = Attr(str)
    title = Attr(str)
    hue = Attr(Hue(), default=None)
    payload = Raw(many=True)


class Hats(ElementBase):
    """The hats of an occupant: ``for hat in presence["hats"]["hats"]``; none, when all were taken off."""

    name = "hats"
    namespace = NAMESPACE
    plugin_attrib = "hats"

    hats = Children(Hat)

    def add_hats(self, data: Iterable[HatTuple | tuple[str, str] | tuple[str, str, float | None]]) -> None:
        """Put hats on, beside those that are there.

        :param data: of each its URI, its title, and perhaps its hue.
        :raises FieldValueError: one of these is wrong; nothing was changed.
        """
        made: list[Hat] = []
        for one in data:
            parts: tuple[Any, ...] = one
            hat = Hat()
            hat.uri, hat.title = parts[:_WITHOUT_HUE]
            hat.hue = parts[_WITHOUT_HUE] if len(parts) > _WITHOUT_HUE else None
            made.append(hat)
        for hat in made:
            self.append(hat)
