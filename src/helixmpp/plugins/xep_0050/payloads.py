"""What handlers take and give: one payload, several, or none."""

import inspect
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp.stanza import ElementBase

__all__ = ["Payload", "payloads_of", "result_of"]

Payload = ElementBase | Element | Iterable[ElementBase | Element] | None


def payloads_of(given: Any) -> list[ElementBase | Element]:
    """What a program gave, as a list; stanza objects and elements can be gone through, too, and are one each."""
    if given is None:
        return []
    if isinstance(given, ElementBase | Element):
        return [given]
    return list(given)


async def result_of(given: Any) -> Any:
    """What a handler gave, awaited if it can be."""
    return await given if inspect.isawaitable(given) else given
