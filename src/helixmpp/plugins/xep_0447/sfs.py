"""The plugin ``xep_0447``; see the package's docstring."""

import os
from collections.abc import Iterable
from typing import BinaryIO, ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0066.stanza import OOB
from helixmpp.plugins.xep_0300 import vouches
from helixmpp.plugins.xep_0334.stanza import Store
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0428.stanza import Fallback, FallbackBody
from helixmpp.plugins.xep_0446 import XEP_0446
from helixmpp.plugins.xep_0447.stanza import (
    NAMESPACE,
    AttachTo,
    Disposition,
    Sources,
    StatelessFileSharing,
    UrlData,
)
from helixmpp.stanza import Message, MessageTypes

__all__ = ["XEP_0447"]


class XEP_0447(BasePlugin):  # noqa: N801 - the name that programs import
    """Stateless file sharing: files in messages, with what is known of them and where they are."""

    name = "xep_0447"
    description = "Stateless file sharing: a file in a message, its hash, and where it is"
    xep_version = "0.3.1"
    dependencies: ClassVar[set[str]] = {
        *("xep_0066", "xep_0300", "xep_0334", "xep_0359", "xep_0428", "xep_0446"),
    }
    extends = ((Message, StatelessFileSharing), (Message, Sources), (Message, AttachTo))
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    # -- for programs -------------------------------------------------------------------------------------

    def get_sfs(
        self,
        path: str | os.PathLike[str] | None = None,
        uris: Iterable[str] | None = None,
        media_type: str | None = None,
        desc: str | None = None,
        disposition: Disposition | None = "inline",
        *,
        data: bytes | None = None,
        file: BinaryIO | None = None,
        name: str | None = None,
    ) -> StatelessFileSharing:
        """Say what is known of a file, and where it is: ``message.append(plugin.get_sfs(...))``.

        The file is read as a whole, which takes its time: ``await asyncio.to_thread(plugin.get_sfs, path, [url])``.

        :param path: where it is here; or its bytes are ``data``, or those of an open ``file`` from where it stands.
        :param uris: where others get it; none where that is attached later (:meth:`make_sources`).
        :param media_type: such as ``image/jpeg``; None says nothing of it.
        :param desc: what it shows, for people.
        :param disposition: ``inline``, or ``attachment``: nobody gets it unasked; None says nothing of it.
        :param name: its name; by default that of the path.
        :raises ValueError: not exactly one of the three was given; or a text has a character that XML forbids.
        :raises OSError: it cannot be read.
        """
        made = StatelessFileSharing()
        made.disposition = disposition
        made.file = self.xmpp.plugin[XEP_0446].make_file(
            path, media_type, desc, data=data, file=file, name=name
        )
        if uris is not None:
            _add_urls(made.sources, uris)
        return made

    def make_share(
        self,
        mto: JID | str,
        sfs: StatelessFileSharing | Iterable[StatelessFileSharing],
        mbody: str | None = None,
        mtype: MessageTypes | None = None,
        *,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Make the message that shares a file, or several (sections 3.1 and 4.2).

        Of several each gets an ``id`` of its own, unless it has one; it is better then to have their sources in
        messages of their own (:meth:`make_sources`).

        :param sfs: the file, as :meth:`get_sfs` gives it, or a list.
        :param mbody: a text beside it; without one the URL of a single file stands there, for who does not know the
            protocol.
        :param mfrom: the address to send from, for components.
        """
        # Each is a list of its sources, too.
        shared = [sfs] if isinstance(sfs, StatelessFileSharing) else list(sfs)
        message = self.xmpp.make_message(mto, mbody=mbody, mtype=mtype, mfrom=mfrom)
        for one in shared:
            if len(shared) > 1 and not one.id:
                one.id = self.xmpp.new_id()
            message.append(one)
        if not mbody:
            _fall_back(message, shared[0].sources.urls if len(shared) == 1 else [])
        return message

    def make_sources(
        self,
        mto: JID | str,
        to_id: str,
        uris: Iterable[str],
        sfs_id: str | None = None,
        mtype: MessageTypes | None = None,
        *,
        fallback: bool = True,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Make the message that says where a file of an earlier message is (section 3.3).

        Only after the bytes were looked at: "MUST NOT announce itself as an additional source before verifying that all
        hashes provided match"; ``xmpp.plugin["xep_0446"].check`` does.

        :param to_id: the id of that message.
        :param uris: where the file is.
        :param sfs_id: the ``id`` of its ``<file-sharing/>``, if it has one.
        :param fallback: whether the URL stands in the body, too, where the earlier message had none.
        :param mfrom: the address to send from, for components.
        :raises ValueError: there is no id.
        """
        if not to_id:
            raise ValueError("sources need the id of the message that they belong to")
        message = self.xmpp.make_message(mto, mtype=mtype, mfrom=mfrom)
        message[AttachTo].id = to_id
        sources = Sources()
        sources.id = sfs_id
        _add_urls(sources, uris)
        message.append(sources)
        _fall_back(message, sources.urls if fallback else [])
        return message

    @staticmethod
    def files(message: Message) -> list[StatelessFileSharing]:
        """The files that a message shares."""
        return message.children_of(StatelessFileSharing)

    @staticmethod
    def sources_for(message: Message) -> tuple[str, Sources] | None:
        """The id of an earlier message, and where a file of it is; None where a message says nothing of that."""
        attached, sources = message.children_of(AttachTo), message.children_of(Sources)
        if len(attached) != 1 or len(sources) != 1 or not attached[0].id:
            return None
        return attached[0].id, sources[0]

    def usable_urls(
        self, message: Message, sfs: StatelessFileSharing | None = None, attached: Iterable[Message] = ()
    ) -> list[str]:
        """Where a file may be got (section 6), those with TLS first.

        Where the file has no hash that counts (XEP-0300), only what its own sender says is believed, and only URLs
        with TLS.

        :param message: the message that shares it.
        :param sfs: which of its files; by default the first.
        :param attached: later messages that may say more of where it is, as the event ``file_sources`` brings them.
        """
        shared = sfs if sfs is not None else message[StatelessFileSharing]
        is_checked = any(vouches(one.algo) and one.digest for one in shared.file.hashes)
        plugin = self.xmpp.plugin[XEP_0359]
        ids = {message.xml.get("id", ""), plugin.reference(message)} - {""}
        found = shared.sources.urls
        for one in attached:
            said = self.sources_for(one)
            if said is None or said[0] not in ids or said[1].id != shared.id:
                continue
            if is_checked or plugin.authors.is_same(one, message):
                found += said[1].urls
        urls = sorted(dict.fromkeys(found), key=lambda url: not url.lower().startswith("https:"))
        return urls if is_checked else [url for url in urls if url.lower().startswith("https:")]

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, StatelessFileSharing)
    def _shared(self, message: Message) -> None:
        if message.xml.get("type") != "error":
            self.xmpp.event("file_shared", message)

    @on(Message, AttachTo)
    def _attached(self, message: Message) -> None:
        if message.xml.get("type") != "error" and self.sources_for(message) is not None:
            self.xmpp.event("file_sources", message)


def _add_urls(sources: Sources, uris: Iterable[str]) -> None:
    if isinstance(uris, str):
        raise TypeError("a list of URIs is needed, not a str")
    for uri in uris:
        url = UrlData()
        url.target = uri
        sources.append(url)


def _fall_back(message: Message, urls: list[str]) -> None:
    if not urls:
        # "If the message has an empty body, it is RECOMMENDED to add a message processing hint" (section 3.1)
        message.enable(Store.plugin_attrib)
        return
    message["body"] = urls[0]
    fallback = Fallback()
    fallback.for_ = NAMESPACE
    fallback.append(FallbackBody())
    message.append(fallback)
    message[OOB].url = urls[0]
