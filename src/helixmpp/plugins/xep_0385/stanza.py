"""``<media-sharing/>`` of XEP-0385 section 5.1: a picture or other media, and where it is."""

from typing import Final

from helixmpp.plugins.xep_0372.stanza import Reference
from helixmpp.plugins.xep_0446.stanza import File as FileMetadata
from helixmpp.stanza import Child, Children, ElementBase, register_stanza_plugin

__all__ = ["NAMESPACE", "NS_FILE", "File", "Sims", "Sources"]

NAMESPACE: Final = "urn:xmpp:sims:1"
NS_FILE: Final = "urn:xmpp:jingle:apps:file-transfer:5"


class File(FileMetadata):
    """What is known of a file, as XEP-0234 says it; the keys are those of XEP-0446."""

    namespace = NS_FILE


class Sources(ElementBase):
    """Where it can be got: a reference for each place, ``references``."""

    name = "sources"
    namespace = NAMESPACE
    plugin_attrib = "sources"

    references = Children(Reference)

    @property
    def uris(self) -> list[str]:
        """The addresses, in their order."""
        return [one.uri for one in self.references if one.uri]


class Sims(ElementBase):
    """Media that is shared: what is known of it, ``file``, and where it is, ``sources``."""

    name = "media-sharing"
    namespace = NAMESPACE
    plugin_attrib = "sims"

    file = Child(File)
    sources = Child(Sources)


register_stanza_plugin(Sims, File)
register_stanza_plugin(Sims, Sources)
