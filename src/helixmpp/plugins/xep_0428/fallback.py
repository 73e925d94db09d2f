"""The plugin ``xep_0428``; see the package's docstring."""

from collections.abc import Iterable
from typing import ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0428.stanza import NAMESPACE, Fallback, FallbackBody, merged, without
from helixmpp.stanza import Message

__all__ = ["XEP_0428"]


class XEP_0428(BasePlugin):  # noqa: N801 - the name that programs import
    """Fallback indication: marks and leaves out text that stands in for another protocol."""

    name = "xep_0428"
    description = "Fallback indication: which text is only for who does not know a protocol"
    xep_version = "0.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Fallback),)
    features = (NAMESPACE,)
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    @staticmethod
    def add_fallback(
        message: Message, namespace: str, start: int | None = None, end: int | None = None
    ) -> None:
        """Say that the body, or a part of it, is only for those who do not know a protocol.

        :param start: the first code point of that part; None says nothing of the place, so that it is all of it.
        :param end: the first one behind it.
        """
        fallback = Fallback()
        fallback.for_ = namespace
        if start is not None or end is not None:
            region = FallbackBody()
            region.start, region.end = start, end
            fallback.append(region)
        message.append(fallback)

    @staticmethod
    def fallbacks(message: Message, namespace: str | None = None) -> list[Fallback]:
        """What a message says of fallbacks, for one protocol or for all."""
        found = message.children_of(Fallback)
        return found if namespace is None else [one for one in found if one.for_ == namespace]

    def stripped_body(self, message: Message, namespaces: Iterable[str]) -> str:
        """The body without what stands in for the protocols that the program knows.

        :param namespaces: of these protocols.
        """
        text: str = message["body"]
        known = set(namespaces)
        regions = [
            region
            for fallback in message.children_of(Fallback)
            if fallback.for_ in known
            for region in fallback.regions(len(text))
        ]
        return without(text, merged(regions))
