"""The plugin ``xep_0096``; see the package's docstring."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import IO, Any, ClassVar, Final

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, StateError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0095 import NAMESPACE as NS_SI
from helixmpp.plugins.xep_0095 import SI, XEP_0095, Bytestream
from helixmpp.plugins.xep_0096.files import FileTransferFailed, look_at, parts_of, write_from
from helixmpp.plugins.xep_0096.stanza import NAMESPACE, File, Range
from helixmpp.stanza import Iq, IqError, IqTimeout

__all__ = ["XEP_0096"]

_LONGEST_TEXT: Final = 4096  # characters of a name or a description


class XEP_0096(BasePlugin):  # noqa: N801 - the name that programs import
    """SI File Transfer: offers files and sends them, and receives those of peers."""

    name = "xep_0096"
    description = "File transfer by stream initiation: files from one address to another"
    xep_version = "1.3.1"
    dependencies: ClassVar[set[str]] = {"xep_0095"}
    extends = ((SI, File),)

    max_size = Setting(1_073_741_824, "the most bytes of a file that receive_file() takes")
    offer_timeout = Setting(300.0, "seconds that a peer may think about an offer in send_file()")
    stream_timeout = Setting(
        60.0, "seconds until the stream of an accepted offer is open, and between two blocks"
    )

    def plugin_init(self) -> None:
        """Take offers of files."""
        self.xmpp.plugin[XEP_0095].register_profile(NAMESPACE, self)

    def plugin_end(self) -> None:
        """Take no more."""
        si = self.xmpp.plugin.get("xep_0095")
        if isinstance(si, XEP_0095):
            si.unregister_profile(NAMESPACE)

    # -- sending ------------------------------------------------------------------------------------------------

    def request_file_transfer(
        self,
        jid: JID | str,
        sid: str | None = None,
        name: str | None = None,
        size: int | None = None,
        desc: str | None = None,
        hash: str | None = None,
        date: dt.datetime | str | None = None,
        allow_ranged: bool = False,
        mime_type: str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Offer a file; :meth:`send_file` also sends it.

        :param jid: the peer, a full address.
        :param sid: the name of the stream that is to come, for :meth:`~helixmpp.plugins.xep_0095.XEP_0095.open_stream`.
        :param name: its name, which XEP-0096 requires.
        :param size: its size in bytes, which is required, too.
        :param desc: a sentence about it.
        :param hash: the MD5 hash of its bytes.
        :param date: when it was last changed: a datetime with a zone, or its text (XEP-0082).
        :param allow_ranged: whether the peer may ask for a part of it.
        :raises IqError: (when awaited) the peer declines.
        :raises IqTimeout: (when awaited) no answer came in time.
        :raises ValueError: there is no name or no size.

        The other parameters are those of :meth:`helixmpp.plugins.xep_0095.XEP_0095.offer`.
        """
        if not name or size is None:
            raise ValueError("a file that is offered has a name and a size (XEP-0096 section 3)")
        file = File()
        file.name_, file.size, file.hash = name, size, hash
        file["date"] = date
        if desc:
            file.desc = desc
        if allow_ranged:
            file[Range].attach()
        return self.xmpp.plugin[XEP_0095].offer(
            jid,
            sid,
            mime_type,
            NAMESPACE,
            payload=file,
            ifrom=ifrom,
            timeout=timeout,
            callback=callback,
            timeout_callback=timeout_callback,
        )

    async def send_file(
        self,
        jid: JID | str,
        file: IO[bytes],
        name: str,
        desc: str | None = None,
        date: dt.datetime | str | None = None,
        mime_type: str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
    ) -> int:
        """Offer a file, and send it, or the part that the peer asks for; give the number of bytes.

        :param file: open for reading, and such that one can go back to its beginning.
        :param timeout: seconds to wait for the peer's answer; by default the setting ``offer_timeout``.
        :raises FileTransferFailed: the peer asks for a part that is not there, or the file became shorter.
        :raises IqError: the peer declines, or the stream could not be opened.
        :raises IqTimeout: an answer did not come in time.
        :raises ConnectionError: the stream could not be opened, or broke off.

        The other parameters are those of :meth:`request_file_transfer`.
        """
        si, sid, look = self.xmpp.plugin[XEP_0095], self.xmpp.new_id(), await look_at(file)
        answer = await self.request_file_transfer(
            jid,
            sid,
            name,
            look.size,
            desc,
            look.hash,
            date,
            allow_ranged=True,
            mime_type=mime_type,
            ifrom=ifrom,
            timeout=self.offer_timeout if timeout is None else timeout,
        )
        offset, length = _part(answer, look.size)
        async with await si.open_stream(jid, sid, answer, ifrom) as stream:
            async for data in parts_of(file, offset, length):
                await stream.sendall(data)
        return length

    # -- receiving ----------------------------------------------------------------------------------------------

    def offer_received(self, iq: Iq) -> bool:
        """Called by ``xep_0095`` with each offer of a file: checks it and raises the event."""
        file = iq[SI].get(File)
        try:
            good = file is not None and file.size >= 0 and 0 < len(file.name_) <= _LONGEST_TEXT
            good = good and file is not None and len(file.desc) <= _LONGEST_TEXT
        except BadStanza:
            good = False
        if not good:
            raise XMPPError("bad-request", etype="modify", extension="bad-profile", extension_ns=NS_SI)
        handled = self.xmpp.event_handled("file_transfer_request") > 0
        if handled:
            self.xmpp.event("file_transfer_request", iq)
        return handled

    async def receive_file(
        self, iq: Iq, file: IO[bytes], *, offset: int = 0, length: int | None = None
    ) -> int:
        """Accept the offer of a file, and write it; give the number of bytes.

        :param iq: the offer, as the event ``file_transfer_request`` has it.
        :param file: open for writing, at the place where the bytes go.
        :param offset: where to begin, in bytes, to go on with a file whose beginning is here; the sender has to
            have said that it can (``iq["si"]["file"]`` has a ``range``).
        :param length: how many bytes to take; by default all from there on.
        :raises FileTransferFailed: it is larger than ``max_size``, the stream did not come in time, too little came,
            or other bytes than those of the hash.
        :raises StateError: the offer was answered already.
        :raises ConnectionError: the stream broke off.
        :raises ValueError: the part is none of the file, or the sender sends no parts.
        """
        si, sid, peer = self.xmpp.plugin[XEP_0095], iq[SI].id, iq["from"]
        about = iq[SI][File]
        total = about.size
        wanted = total - offset if length is None else length
        ifrom = iq["to"] if self.xmpp.is_component else None
        whole = offset == 0 and wanted == total
        if offset < 0 or wanted < 0 or offset + wanted > total:
            raise ValueError(f"there is no part of {wanted} bytes from {offset} on in a file of {total}")
        if not whole and about.get(Range) is None:
            raise ValueError("the sender does not send parts")
        if wanted > self.max_size:
            with suppress(StateError):
                await si.decline(peer, sid, ifrom)
            raise FileTransferFailed(f"the file has {wanted} bytes; max_size is {self.max_size}")
        opened: asyncio.Future[Bytestream] = self.xmpp.loop.create_future()
        with self.xmpp.event_handler(f"stream:{sid}:{peer}", _into(opened)):
            await si.accept(peer, sid, None if whole else _range(offset, wanted), ifrom)
            try:
                async with asyncio.timeout(self.stream_timeout):
                    stream = await opened
            except TimeoutError:
                raise FileTransferFailed(f"no stream was opened in {self.stream_timeout} seconds") from None
        md5 = (about.hash or "") if whole else ""
        try:
            await write_from(stream, file, wanted, timeout=self.stream_timeout, md5=md5)
        finally:
            # The sender may have closed it, or be gone: what came is what counts.
            with suppress(IqError, IqTimeout, ConnectionError):
                await stream.close()
        return wanted


def _into(future: "asyncio.Future[Bytestream]") -> Callable[[Bytestream], None]:
    def take(stream: Bytestream) -> None:
        if not future.done():
            future.set_result(stream)

    return take


def _range(offset: int, length: int) -> File:
    file = File()
    file[Range].offset, file[Range].length = offset, length
    return file


def _part(answer: Iq, size: int) -> tuple[int, int]:
    """What the peer asks for in its acceptance: from where on, and how many bytes."""
    file = answer[SI].get(File)
    part = file.get(Range) if file is not None else None
    if part is None:
        return 0, size
    try:
        offset = part.offset
        length = size - offset if part.length is None else part.length
    except BadStanza as error:
        raise FileTransferFailed(f"{answer['from']} asks for a part that is none: {error.text}") from error
    if offset > size or length > size - offset:
        raise FileTransferFailed(f"{answer['from']} asks for bytes beyond the end of the file")
    return offset, length
