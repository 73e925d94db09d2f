"""The plugin ``xep_0264``; see the package's docstring."""

from typing import ClassVar
from urllib.parse import unquote

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins._data_uris import make_data_uri, read_data_uri
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary
from helixmpp.plugins.xep_0264.stanza import Thumbnail

__all__ = ["XEP_0264"]


class XEP_0264(BasePlugin):  # noqa: N801 - the name that programs import
    """Thumbnails: makes them of small pictures, and gets those of others."""

    name = "xep_0264"
    description = "Jingle content thumbnails: a small picture of a file that is offered"
    xep_version = "0.4.2"
    dependencies: ClassVar[set[str]] = {"xep_0231"}

    max_size = Setting(65_536, "the largest thumbnail that is made or taken, in bytes")

    async def make_thumbnail(
        self,
        data: bytes,
        media_type: str,
        width: int | None = None,
        height: int | None = None,
        *,
        inline: bool = False,
    ) -> Thumbnail:
        """Make a thumbnail of a small picture, which others get from us then (XEP-0231).

        :param data: the bytes of the picture.
        :param media_type: such as ``image/png``.
        :param width: how wide it is meant to be shown, in pixels.
        :param height: how high.
        :param inline: have the picture stand in its URI, so that nobody needs to ask us for it.
        :raises ValueError: it is too large, or its media type is none.
        """
        if len(data) > self.max_size:
            raise ValueError(f"the thumbnail has {len(data)} bytes; max_size is {self.max_size}")
        made = Thumbnail()
        made.media_type, made.width, made.height = media_type, width, height
        blobs = self.xmpp.plugin[XEP_0231]
        if inline:
            made.uri = make_data_uri(blobs.make_bob(data, media_type).data, media_type)
        else:
            made.uri = f"cid:{await blobs.set_bob(data, media_type)}"
        return made

    async def fetch(
        self,
        jid: JID | str | None,
        thumbnail: Thumbnail,
        ifrom: JID | str | None = None,
        *,
        timeout: float | None = None,
    ) -> bytes:
        """The bytes of a thumbnail that somebody sent.

        :param jid: who sent it, and has it.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises ValueError: it is too large, or at an address on the web, which nothing is fetched from here.
        :raises BlobRefused: the bytes that came are not those of the URI.
        :raises IqError: who has it does not give it.
        :raises IqTimeout: no answer came in time.
        """
        scheme, _, rest = thumbnail.uri.partition(":")
        if scheme.lower() == "cid":
            # RFC 2392 section 2: the identifier is percent-encoded in a URI.
            answer = await self.xmpp.plugin[XEP_0231].get_bob(
                jid, unquote(rest), ifrom=ifrom, timeout=timeout
            )
            data = answer[BitsOfBinary].data
        else:
            found = read_data_uri(thumbnail.uri)
            if found is None:
                raise ValueError("the thumbnail is at an address that nothing is fetched from here")
            data = found[1]
        if len(data) > self.max_size:
            raise ValueError(f"the thumbnail has {len(data)} bytes; max_size is {self.max_size}")
        return data
