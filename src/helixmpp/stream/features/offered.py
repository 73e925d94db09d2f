"""What the server offered: the last ``<stream:features/>`` (RFC 6120 section 4.3.2), to be read only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.xml import NS_SASL

__all__ = ["Features", "ServerLimits"]

NS_ROSTER_VERSIONING: Final = "urn:xmpp:features:rosterver"
NS_STREAM_LIMITS: Final = "urn:xmpp:stream-limits:0"
NS_CHANNEL_BINDING: Final = "urn:xmpp:sasl-cb:0"

MECHANISMS: Final = f"{{{NS_SASL}}}mechanisms"
ROSTER_VERSIONING: Final = f"{{{NS_ROSTER_VERSIONING}}}ver"
STREAM_LIMITS: Final = f"{{{NS_STREAM_LIMITS}}}limits"
CHANNEL_BINDING: Final = f"{{{NS_CHANNEL_BINDING}}}sasl-channel-binding"

# RFC 4422 section 3.1; a longer tail than its 20 letters is let through: SCRAM-SHA3-512-PLUS just fits.
_MECHANISM_NAME: Final = re.compile(r"[A-Z0-9_-]{1,40}")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What the server bears of us (XEP-0478); None where it does not say.

    :param max_bytes: bytes of one stanza that we send.
    :param idle_seconds: seconds after which it may close a stream on which we send nothing.
    """

    max_bytes: int | None = None
    idle_seconds: int | None = None


class Features(Mapping[str, Element]):
    """The offered features by the tag of each, in Clark notation.

    Those that nobody here knows are among them. The first of two with the same tag counts.
    """

    __slots__ = ("_by_tag",)

    def __init__(self, element: Element | None = None) -> None:
        self._by_tag: dict[str, Element] = {}
        for child in element if element is not None else ():
            self._by_tag.setdefault(child.tag, child)

    def __getitem__(self, tag: str) -> Element:
        return self._by_tag[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_tag)

    def __len__(self) -> int:
        return len(self._by_tag)

    def __repr__(self) -> str:
        return f"Features({', '.join(self._by_tag)})"

    @property
    def sasl_mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms in the server's order (RFC 6120 section 6.3.3); what is no name is left out."""
        offer = self.get(MECHANISMS)
        texts = (
            (child.text or "").strip()
            for child in (offer if offer is not None else ())
            if child.tag == f"{{{NS_SASL}}}mechanism"
        )
        return tuple(text for text in texts if _MECHANISM_NAME.fullmatch(text))

    @property
    def channel_bindings(self) -> tuple[str, ...] | None:
        """The types of channel binding that the server can do (XEP-0440); None where it does not say."""
        offer = self.get(CHANNEL_BINDING)
        if offer is None:
            return None
        children = offer.iterfind(f"{{{NS_CHANNEL_BINDING}}}channel-binding")
        return tuple(child.get("type", "") for child in children)

    @property
    def roster_versioning(self) -> bool:
        """Whether the server keeps versions of the roster (RFC 6121 section 2.6.1)."""
        return ROSTER_VERSIONING in self

    @property
    def limits(self) -> ServerLimits:
        """What the server bears of us (XEP-0478)."""
        offer = self.get(STREAM_LIMITS)
        if offer is None:
            return ServerLimits()
        return ServerLimits(_number(offer, "max-bytes"), _number(offer, "idle-seconds"))


def _number(offer: Element, name: str) -> int | None:
    text = offer.findtext(f"{{{NS_STREAM_LIMITS}}}{name}", "").strip()
    # Zero would forbid every stanza, or every pause: it says nothing that could be obeyed.
    return int(text) or None if _NUMBER.fullmatch(text) else None
