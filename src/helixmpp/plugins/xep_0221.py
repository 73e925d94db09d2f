"""XEP-0221, Data Forms Media Element: a picture, sound or video in the field of a form.

A CAPTCHA shows a picture and asks what is on it. The field says where the picture is: by an address on the web,
or by ``cid:`` and the name of a blob (XEP-0231) that comes along.

Use::

    xmpp.register_plugin("xep_0221")
    field["media"].width, field["media"].height = 290, 80
    field["media"].add_uri("cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org", "image/jpeg")

Of a received form, ``field["media"]["uris"]`` are the places in the order of preference, each with ``value``
and ``type``.

Events: none.

Operations: none.

Limits: those of the parser; width and height are from 0 to 65,535 pixels. Nothing is fetched by itself: who
wrote the form chose the address.

Version: XEP-0221 1.0.
"""

import re
from typing import ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0004.stanza import FormField
from helixmpp.stanza import Attr, ElementBase, Text, codec_for, register_stanza_plugin

__all__ = ["NAMESPACE", "URI", "XEP_0221", "Media"]

NAMESPACE = "urn:xmpp:media-element"

# RFC 2045 section 5.1: type "/" subtype *(";" parameter)
_WORD = r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]+"
_MIME_TYPE = re.compile(rf"{_WORD}/{_WORD}(\s*;[^\r\n]*)?", re.ASCII)


class _Pixels:
    """``xs:unsignedShort``."""

    def parse(self, text: str) -> int:
        number = codec_for(int).parse(text)
        if not 0 <= number <= 65_535:
            raise ValueError("from 0 to 65535 pixels")
        return number

    def format(self, value: int) -> str:
        text = codec_for(int).format(value)
        self.parse(text)
        return text


class _MIMEType:
    def parse(self, text: str) -> str:
        stripped = text.strip(" \t\r\n")
        if not _MIME_TYPE.fullmatch(stripped):
            raise ValueError("no MIME type such as image/png")
        return stripped

    def format(self, value: str) -> str:
        if value != (text := self.parse(codec_for(str).format(value))):
            raise ValueError("a MIME type has no white space around it")
        return text


class _Address:
    """``xs:anyURI``: white space around it is no part of it (the examples have some)."""

    def parse(self, text: str) -> str:
        return text.strip(" \t\r\n")

    def format(self, value: str) -> str:
        return codec_for(str).format(value)


class URI(ElementBase):
    """One place of the media: ``uri.value``, and the MIME type of what is there, ``uri.type``."""

    name = "uri"
    namespace = NAMESPACE
    plugin_attrib = "uri"
    plugin_multi_attrib = "uris"

    type = Attr(_MIMEType(), required=True)
    value = Text(_Address(), default="")


class Media(ElementBase):
    """Where the media of a field is, and how large it is shown: ``width`` and ``height`` in pixels, or None."""

    name = "media"
    namespace = NAMESPACE
    plugin_attrib = "media"

    height = Attr(_Pixels())
    width = Attr(_Pixels())

    @property
    def uris(self) -> list[URI]:
        """Every place, in the order of preference."""
        return self.children_of(URI)

    def add_uri(self, value: str, itype: str) -> URI:
        """Add a place: an address, and the MIME type of what is there.

        :raises FieldValueError: one of them is none.
        """
        uri = URI()
        uri["type"] = itype
        uri["value"] = value
        self.append(uri)
        return uri


register_stanza_plugin(Media, URI, iterable=True)


class XEP_0221(BasePlugin):  # noqa: N801 - the name that programs import
    """Media in forms: the field's child ``media``."""

    name = "xep_0221"
    description = "Media element: a picture, sound or video in a form"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0004"}
    extends = ((FormField, Media),)
