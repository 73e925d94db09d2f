"""``<Description/>`` of XEP-0511 section 3.1: what is behind a link, in the words of OpenGraph."""

from typing import Final

from helixmpp.stanza import Attr, ChildText, ElementBase, Message, Texts, register_stanza_plugin

__all__ = ["NAMESPACE", "NS_IMAGE", "NS_OPENGRAPH", "LinkMetadata"]

NAMESPACE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NS_OPENGRAPH: Final = "https://ogp.me/ns#"
NS_IMAGE: Final = "https://ogp.me/ns#image:"


class LinkMetadata(ElementBase):
    """What is behind the link ``about``: ``title``, ``description``, ``url`` (the page's own), ``image``, ``type`` ...

    ``images`` is the list of all pictures, each by its address, ``image_alt`` the first one's text for who cannot see
    it. Elements of other vocabularies stay in ``metadata.xml``.
    """

    name = "Description"
    namespace = NAMESPACE
    plugin_attrib = "link_metadata"
    plugin_multi_attrib = "link_metadatas"

    # "MUST have a specified namespace" (section 3.1)
    about = Attr(str, f"{{{NAMESPACE}}}about", key="about")
    title = ChildText(namespace=NS_OPENGRAPH)
    description = ChildText(namespace=NS_OPENGRAPH)
    url = ChildText(namespace=NS_OPENGRAPH)
    image = ChildText(namespace=NS_OPENGRAPH)
    images = Texts(str, "image", namespace=NS_OPENGRAPH)
    image_alt = ChildText(str, "alt", namespace=NS_IMAGE)
    video = ChildText(namespace=NS_OPENGRAPH)
    audio = ChildText(namespace=NS_OPENGRAPH)
    type = ChildText(namespace=NS_OPENGRAPH)
    site_name = ChildText(str, "site_name", namespace=NS_OPENGRAPH)
    locale = ChildText(namespace=NS_OPENGRAPH)
    determiner = ChildText(namespace=NS_OPENGRAPH)


# A message has one for each of its links: ``message["link_metadatas"]``.
register_stanza_plugin(Message, LinkMetadata, iterable=True)
