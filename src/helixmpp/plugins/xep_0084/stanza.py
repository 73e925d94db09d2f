"""``<data/>`` and ``<metadata/>`` of XEP-0084 section 4."""

from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import Attr, Children, ElementBase, Raw, Text

__all__ = ["NS_DATA", "NS_METADATA", "Data", "Info", "MetaData", "Pointer"]

NS_DATA: Final = "urn:xmpp:avatar:data"
NS_METADATA: Final = "urn:xmpp:avatar:metadata"


class Data(ElementBase):
    """The picture itself: ``item["avatar_data"]["value"]`` is ``bytes``."""

    name = "data"
    namespace = NS_DATA
    plugin_attrib = "avatar_data"

    value = Text(bytes, default=b"")


class Info(ElementBase):
    """One form in which the picture is there: ``id``, ``type``, ``bytes``, ``height``, ``width``, ``url``.

    ``bytes``, ``height`` and ``width`` are numbers, None where they are not said.
    """

    name = "info"
    namespace = NS_METADATA
    plugin_attrib = "info"
    plugin_multi_attrib = "items"

    id = Attr(str)
    type = Attr(str)
    bytes = Attr(UNSIGNED)
    height = Attr(UNSIGNED)
    width = Attr(UNSIGNED)
    url = Attr(str)


class Pointer(ElementBase):
    """A picture that is elsewhere (section 4.2.2); ``payload`` is the element that says where."""

    name = "pointer"
    namespace = NS_METADATA
    plugin_attrib = "pointer"
    plugin_multi_attrib = "pointers"

    id = Attr(str)
    type = Attr(str)
    bytes = Attr(UNSIGNED)
    height = Attr(UNSIGNED)
    width = Attr(UNSIGNED)
    payload = Raw()


class MetaData(ElementBase):
    """What pictures there are: ``for info in item["avatar_metadata"]["items"]``; none, when there is no avatar."""

    name = "metadata"
    namespace = NS_METADATA
    plugin_attrib = "avatar_metadata"

    items = Children(Info)
    pointers = Children(Pointer)

    def add_info(
        self,
        id: str,
        itype: str | None = None,
        ibytes: int | None = None,
        height: int | None = None,
        width: int | None = None,
        url: str | None = None,
    ) -> Info:
        """Add a form in which the picture is there, and give it back.

        :param id: the SHA-1 of its bytes, in hexadecimal.
        :param itype: its MIME type.
        :param ibytes: how many bytes it has.
        :param height: in pixels.
        :param width: in pixels.
        :param url: where it is, if it is not at the node of avatars' data.
        :raises FieldValueError: something of it is wrong.
        """
        info = Info()
        info.id, info.type, info.bytes = id, itype, ibytes
        info.height, info.width, info.url = height, width, url
        self.append(info)
        return info

    def add_pointer(self, xml: Element | ElementBase) -> Pointer:
        """Add an element that says where else the picture is, and give its ``<pointer/>`` back."""
        pointer = Pointer()
        pointer.payload = xml
        self.append(pointer)
        return pointer
