"""``<file-sharing/>`` and ``<sources/>`` of XEP-0447: a file, and where it can be got."""

from typing import Final, Literal
from urllib.parse import urlsplit

from helixmpp.jid import JID
from helixmpp.plugins.xep_0446.stanza import File
from helixmpp.stanza import (
    Attr,
    Child,
    Children,
    ChildText,
    ElementBase,
    OneOf,
    one_of,
    register_stanza_plugin,
)

__all__ = [
    "NAMESPACE",
    "NS_ATTACHING",
    "NS_JINGLEPUB",
    "NS_URL_DATA",
    "AttachTo",
    "Disposition",
    "JinglePub",
    "Sources",
    "StatelessFileSharing",
    "UrlData",
]

NAMESPACE: Final = "urn:xmpp:sfs:0"
NS_URL_DATA: Final = "http://jabber.org/protocol/url-data"
NS_JINGLEPUB: Final = "urn:xmpp:jinglepub:1"
NS_ATTACHING: Final = "urn:xmpp:message-attaching:1"

Disposition = Literal["inline", "attachment"]
_DISPOSITION: OneOf[Disposition] = one_of("inline", "attachment")


class UrlData(ElementBase):
    """A URL that the file is behind, ``target`` (XEP-0103); what a request for it needs besides, stays in ``xml``."""

    name = "url-data"
    namespace = NS_URL_DATA
    plugin_attrib = "url-data"

    target = Attr(str)
    sid = Attr(str)
    desc = ChildText()


class JinglePub(ElementBase):
    """A client that gives the file by Jingle, ``from``, under the name ``id`` (XEP-0358)."""

    name = "jinglepub"
    namespace = NS_JINGLEPUB
    plugin_attrib = "jinglepub"
    plugin_multi_attrib = "jinglepubs"

    from_ = Attr(JID, "from")
    id = Attr(str)


class Sources(ElementBase):
    """Where a file can be got: ``url_data`` and ``jinglepubs`` are lists; ``id`` tells which file of a message."""

    name = "sources"
    namespace = NAMESPACE
    plugin_attrib = "sources"

    id = Attr(str)
    url_data = Children(UrlData)
    jinglepubs = Children(JinglePub)

    @property
    def urls(self) -> list[str]:
        """The URLs of HTTPS and HTTP, those with TLS first; what is no URL is left out."""
        found = [one.target for one in self.url_data]
        return [
            url
            for scheme in ("https", "http")
            for url in found
            if _scheme(url) == scheme and url.isprintable()
        ]


class StatelessFileSharing(ElementBase):
    """A file that is shared: what is known of it, ``file``, and where it is, ``sources``.

    ``disposition`` says whether it is part of the text, ``inline``, or to be got only when somebody wants it,
    ``attachment``; it is None where nothing is said. ``id`` tells it from others in the message.
    """

    name = "file-sharing"
    namespace = NAMESPACE
    plugin_attrib = "sfs"

    disposition = Attr(_DISPOSITION)
    id = Attr(str)
    file = Child(File)
    sources = Child(Sources)


class AttachTo(ElementBase):
    """The ``id`` of the earlier message that this one adds to (XEP-0367)."""

    name = "attach-to"
    namespace = NS_ATTACHING
    plugin_attrib = "attach_to"

    id = Attr(str)


def _scheme(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.scheme if parts.hostname else ""


register_stanza_plugin(StatelessFileSharing, File)
register_stanza_plugin(StatelessFileSharing, Sources)
