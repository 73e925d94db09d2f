"""``<fallback/>`` of XEP-0428 section 2: which text stands in a message only for who cannot do better."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from helixmpp.errors import BadStanza
from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import Attr, Children, ElementBase, Message

__all__ = ["NAMESPACE", "Fallback", "FallbackBody", "FallbackSubject", "merged", "without"]

NAMESPACE = "urn:xmpp:fallback:0"

Region = tuple[int, int]


class FallbackBody(ElementBase):
    """A part of the body, from the code point ``start`` to before ``end``; all of it where they are None."""

    name = "body"
    namespace = NAMESPACE
    plugin_attrib = "body"
    plugin_multi_attrib = "bodies"

    start = Attr(UNSIGNED)
    end = Attr(UNSIGNED)


class FallbackSubject(ElementBase):
    """A part of the subject, as :class:`FallbackBody`."""

    name = "subject"
    namespace = NAMESPACE
    plugin_attrib = "subject"
    plugin_multi_attrib = "subjects"

    start = Attr(UNSIGNED)
    end = Attr(UNSIGNED)


class Fallback(ElementBase):
    """What stands in the message for those who do not know the protocol ``for``: ``message["fallback"]``."""

    name = "fallback"
    namespace = NAMESPACE
    plugin_attrib = "fallback"
    plugin_multi_attrib = "fallbacks"

    for_ = Attr(str)
    bodies = Children(FallbackBody)
    subjects = Children(FallbackSubject)

    def get_fallback_body(self) -> str:
        """The part of the message's body that is only a fallback."""
        text = self._text("body")
        return "".join(text[start:end] for start, end in self._merged(self.bodies, len(text)))

    def get_stripped_body(
        self, fallback_for: str | None = None, element: Literal["body", "subject"] = "body"
    ) -> str:
        """The body of the message without that part.

        :param fallback_for: the namespace of a protocol: without what all fallbacks of the message say for that one.
        :param element: ``subject`` for the subject in the place of the body.
        """
        text = self._text(element)
        owner = self._owner()
        if fallback_for is None or not isinstance(owner, Message):
            fallbacks = [self]
        else:
            fallbacks = [part for part in owner.children_of(Fallback) if part.for_ == fallback_for]
        found: list[Region] = []
        for part in fallbacks:
            found += part._merged(part.bodies if element == "body" else part.subjects, len(text))
        return without(text, merged(found))

    def get_stripped_subject(self, fallback_for: str | None = None) -> str:
        """The subject of the message without the part that is only a fallback; as :meth:`get_stripped_body`."""
        return self.get_stripped_body(fallback_for, "subject")

    def regions(self, length: int) -> list[Region]:
        """Which parts of a body of that many code points are a fallback."""
        return self._merged(self.bodies, length)

    def _text(self, key: str) -> str:
        owner = self._owner()
        return str(owner[key] or "") if isinstance(owner, Message) else ""

    def _merged(self, parts: Iterable[FallbackBody | FallbackSubject], length: int) -> list[Region]:
        if not self.bodies and not self.subjects:
            return [(0, length)]  # all of it (section 2.2)
        found: list[Region] = []
        for part in parts:
            try:
                start = 0 if part.start is None else part.start
                end = length if part.end is None else min(part.end, length)
            except BadStanza:
                continue  # no numbers: nothing is left out of the text because of it
            if start < end:
                found.append((start, end))
        return merged(found)


def merged(regions: Iterable[Region]) -> list[Region]:
    """The regions in their order, those that overlap or touch as one."""
    out: list[Region] = []
    for start, end in sorted(regions):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def without(text: str, regions: Iterable[Region]) -> str:
    """A text without some of its parts; these are in their order and apart."""
    kept: list[str] = []
    position = 0
    for start, end in regions:
        kept.append(text[position:start])
        position = end
    kept.append(text[position:])
    return "".join(kept)
