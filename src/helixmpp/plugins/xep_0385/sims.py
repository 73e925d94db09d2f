"""The plugin ``xep_0385``; see the package's docstring."""

import os
from collections.abc import Iterable
from typing import BinaryIO, ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0372 import XEP_0372, Reference
from helixmpp.plugins.xep_0385.stanza import NAMESPACE, File, Sims
from helixmpp.plugins.xep_0446 import XEP_0446
from helixmpp.stanza import Message

__all__ = ["XEP_0385"]


class XEP_0385(BasePlugin):  # noqa: N801 - the name that programs import
    """Stateless inline media sharing: media in a message, with what is known of it and where it is."""

    name = "xep_0385"
    description = "Stateless inline media sharing: media in a message, its hash, and where it is"
    xep_version = "0.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0300", "xep_0372", "xep_0446"}
    extends = ((Reference, Sims), (Message, Sims))
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    # -- for programs -------------------------------------------------------------------------------------

    def get_sims(
        self,
        path: str | os.PathLike[str] | None = None,
        uris: Iterable[str] = (),
        media_type: str | None = None,
        desc: str | None = None,
        *,
        data: bytes | None = None,
        file: BinaryIO | None = None,
        name: str | None = None,
    ) -> Reference:
        """Make the reference to media, ``reference["sims"]``: ``message.append(plugin.get_sims(...))``.

        ``begin`` and ``end`` of it say which part of the body it stands behind. The file is read as a whole, which
        takes its time: ``await asyncio.to_thread(plugin.get_sims, path, [url])``.

        :param path: where it is here; or its bytes are ``data``, or those of an open ``file`` from where it stands.
        :param uris: where others get it.
        :param media_type: such as ``image/jpeg``; the XEP asks for it, and for ``desc``.
        :param desc: what it shows, for people.
        :param name: its name; by default that of the path.
        :raises ValueError: not exactly one of the three was given; or a text has a character that XML forbids.
        :raises OSError: it cannot be read.
        """
        if isinstance(uris, str):
            raise TypeError("a list of URIs is needed, not a str")
        sims = Sims()
        sims.file = self.xmpp.plugin[XEP_0446].describe(
            File(), path, media_type, desc, data=data, file=file, name=name
        )
        for uri in uris:
            source = Reference()
            source.type, source.uri = "data", uri
            sims.sources.append(source)
        made = Reference()
        made.type = "data"
        made.append(sims)
        return made

    def media(self, message: Message) -> list[Sims]:
        """The media of a message: those that references are to, and those that stand in it without one."""
        references = self.xmpp.plugin[XEP_0372].references(message)
        return [
            *(sims for one in references for sims in one.children_of(Sims)),
            *message.children_of(Sims),
        ]

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Reference)
    def _referring(self, message: Message) -> None:
        if message.xml.get("type") != "error" and self.media(message):
            self.xmpp.event("media_shared", message)

    @on(Message, Sims)
    def _shared(self, message: Message) -> None:
        # Where there are references as well, these have told of it.
        if message.xml.get("type") != "error" and message.get(Reference) is None:
            self.xmpp.event("media_shared", message)
