"""``<apply-to/>`` of XEP-0422 section 3: what is fastened to an earlier message."""

from xml.etree.ElementTree import Element

from helixmpp.stanza import Attr, Children, ElementBase

__all__ = ["NAMESPACE", "ApplyTo", "External"]

NAMESPACE = "urn:xmpp:fasten:0"


class External(ElementBase):
    """A child of the message itself that belongs to the fastening: its ``name`` and ``element-namespace``."""

    name = "external"
    namespace = NAMESPACE
    plugin_attrib = "external"
    plugin_multi_attrib = "externals"

    # ElementBase has a member of that name: the element's.
    name_ = Attr(str, "name", key="name")
    element_namespace = Attr(str, "element-namespace", key="element-namespace")


class ApplyTo(ElementBase):
    """What is fastened to the message of the ``id``: ``message["apply_to"]``.

    ``clear`` says that earlier ones of the same name are taken off, ``shell`` that the content is encrypted elsewhere
    in the message.
    """

    name = "apply-to"
    namespace = NAMESPACE
    plugin_attrib = "apply_to"

    id = Attr(str)
    # ElementBase has a method of that name.
    clear_ = Attr(bool, default=False)
    shell = Attr(bool, default=False)
    externals = Children(External)

    @property
    def payloads(self) -> list[Element]:
        """The elements that are fastened: the first one, and those of the same name (section 3.1)."""
        found = [child for child in self.xml if child.tag != External.tag_name()]
        return [child for child in found if child.tag == found[0].tag]
