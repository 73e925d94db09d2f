"""The plugin ``xep_0511``; see the package's docstring."""

from collections.abc import Iterable

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0511.stanza import LinkMetadata
from helixmpp.stanza import Message

__all__ = ["XEP_0511"]


class XEP_0511(BasePlugin):  # noqa: N801 - the name that programs import
    """Link metadata: says in a message what is behind the links in it."""

    name = "xep_0511"
    description = "Link metadata: title, text and picture of what a link leads to"
    xep_version = "0.1.1"
    extends = ((Message, LinkMetadata),)

    max_links = Setting(20, "how many links of a message are told of")

    @staticmethod
    def add_metadata(
        message: Message,
        about: str,
        *,
        title: str | None = None,
        description: str | None = None,
        url: str | None = None,
        images: Iterable[str] = (),
        image_alt: str | None = None,
        type: str | None = None,
        site_name: str | None = None,
        video: str | None = None,
        lang: str | None = None,
    ) -> LinkMetadata:
        """Say what is behind a link.

        :param message: one that is to be sent.
        :param about: the link, as it stands in the message.
        :param title: of the page.
        :param description: what it is about.
        :param url: the address that it has itself.
        :param images: the addresses of the same picture; ``cid:``, ``ni:`` and ``data:`` do as well.
        :param image_alt: what that picture shows.
        :param type: what it is, such as ``website``.
        :param site_name: of what it is a part.
        :param video: the address of a film.
        :param lang: the language of these texts; there may be one for each.
        :raises ValueError: there is no link.
        """
        if not about:
            raise ValueError("link metadata is about a link")
        made = LinkMetadata()
        made.about, made.title, made.description, made.url = about, title, description, url
        made.images = images
        made.image_alt, made.video, made.type, made.site_name = image_alt, video, type, site_name
        made.set_lang(lang)
        message.append(made)
        return made

    def metadata(self, message: Message, about: str | None = None) -> list[LinkMetadata]:
        """What a message says of links, of the first ``max_links``; what is about none is left out.

        :param about: only of this link.
        """
        found = [one for one in message.children_of(LinkMetadata) if one.about][: self.max_links]
        return found if about is None else [one for one in found if one.about == about]
