"""The plugin ``xep_0363``; see the package's docstring."""

import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from ssl import SSLContext
from typing import Any, BinaryIO, ClassVar

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo
from helixmpp.plugins.xep_0363.errors import (
    FileTooBig,
    FileUploadError,
    HTTPError,
    PurposeNotSupported,
    UploadServiceNotFound,
)
from helixmpp.plugins.xep_0363.files import Source, base_name, guess_type
from helixmpp.plugins.xep_0363.http import PutFile, PutSettings, put_file
from helixmpp.plugins.xep_0363.slots import place_of
from helixmpp.plugins.xep_0363.stanza import (
    NAMESPACE,
    NS_PURPOSE,
    Ephemeral,
    FileTooLarge,
    MessagePurpose,
    Permanent,
    Profile,
    Request,
    Retry,
    Slot,
)
from helixmpp.stanza import ElementBase, Error, Iq, IqError

__all__ = [
    "XEP_0363",
    "FileTooBig",
    "FileUploadError",
    "HTTPError",
    "PurposeNotSupported",
    "UploadServiceNotFound",
]

_PURPOSES: dict[str, type[ElementBase]] = {
    "message": MessagePurpose,
    "profile": Profile,
    "permanent": Permanent,
    "ephemeral": Ephemeral,
}


class XEP_0363(BasePlugin):  # noqa: N801 - the name that programs import
    """HTTP file upload: puts files where everybody who knows the URL can get them."""

    name = "xep_0363"
    description = "HTTP file upload: files for others, by a URL"
    xep_version = "1.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    extends = ((Iq, Request), (Iq, Slot), (Error, FileTooLarge), (Error, Retry))

    upload_service = Setting[JID | str | None](
        None, "the address of the service; by default the first one that our server names"
    )
    max_size = Setting(1_073_741_824, "the largest file that is uploaded, in bytes")
    default_content_type = Setting("application/octet-stream", "the MIME type of files whose name tells none")
    allow_http = Setting(False, "whether URLs without TLS are used; anybody on the way could read the file")
    http_timeout = Setting(60.0, "for how many seconds the HTTP server may be silent")
    http_proxy = Setting("", "the URL of an HTTP proxy to go over")
    ssl_context = Setting[SSLContext | None](
        None, "how the HTTP server's certificate is verified, as an SSLContext"
    )
    http_put = Setting[PutFile | None](None, "a coroutine function that puts a file, in place of aiohttp")

    # -- for programs -------------------------------------------------------------------------------------

    async def find_upload_service(
        self, domain: JID | str | None = None, timeout: float | None = None
    ) -> Iq | None:
        """Find the service: what it says of itself, ``iq["disco_info"]``, with its address as ``iq["from"]``.

        :param domain: whose server to ask; by default our own.
        :param timeout: seconds for each service that is asked.
        :returns: None where there is none.
        """
        for info in await self.xmpp.plugin[XEP_0030].get_info_from_domain(domain, timeout):
            if NAMESPACE in info["disco_info"]["features"]:
                return info
        return None

    def request_slot(
        self,
        jid: JID | str,
        filename: str,
        size: int,
        content_type: str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
        *,
        purpose: str | ElementBase | None = None,
        expire_before: datetime | None = None,
    ) -> Awaitable[Iq]:
        """Ask a service for a place for a file: ``iq["http_upload_slot"]``.

        What stands in there is what the service wrote; :meth:`upload_file` looks at it before it uses it.

        :param jid: the service.
        :param filename: the name, without folders.
        :param size: bytes.
        :param content_type: the MIME type.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :param purpose: ``message``, ``profile``, ``permanent``, ``ephemeral``, or its element (section 5).
        :param expire_before: when it is to be gone, with ``ephemeral``.
        :raises ValueError: there is no such purpose.
        :raises IqError: (when awaited) the service refuses.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        request = iq[Request]
        request.filename = filename
        request.size = size
        request.content_type = content_type
        chosen = _purpose(purpose, expire_before)
        if chosen is not None:
            request.append(chosen)
        return iq.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    async def upload_file(
        self,
        filename: str | os.PathLike[str],
        size: int | None = None,
        content_type: str | None = None,
        *,
        input_file: BinaryIO | None = None,
        domain: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        purpose: str | ElementBase | None = None,
        expire_before: datetime | None = None,
    ) -> str:
        """Upload a file, and give the URL by which everybody who knows it can get it.

        :param filename: its path; with ``input_file`` only its name. The service learns the name without folders.
        :param size: how many bytes; by default what the file system says.
        :param content_type: its MIME type; by default what belongs to the name's ending.
        :param input_file: an open binary file; it is read from where it stands, and left open.
        :param domain: whose server is asked for a service; by default our own.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for each answer; by default the client's ``response_timeout``.
        :param purpose: what it is for (see :meth:`request_slot`); by default, for a message.
        :param expire_before: when it is to be gone, with the purpose ``ephemeral``.
        :raises UploadServiceNotFound: there is no service.
        :raises FileTooBig: it has too many bytes.
        :raises PurposeNotSupported: the service does not announce that purpose.
        :raises HTTPError: the HTTP server did not take it.
        :raises FileUploadError: something else went wrong with it; the base of these four.
        :raises IqError: the service refuses; ``error["retry"]["stamp"]`` may say until when.
        :raises IqTimeout: no answer came in time.
        :raises OSError: the file cannot be read.
        """
        source = Source(filename, input_file)
        name = base_name(filename)
        if size is None:
            size = await source.size()
        if size > self.max_size:
            raise FileTooBig(size, self.max_size)
        chosen = _purpose(purpose, expire_before)
        service, info = await self._service(domain, timeout)
        if chosen is not None and not _is_supported(chosen, info):
            raise PurposeNotSupported(
                f"the service does not know the purpose {chosen.name!r} (XEP-0363 section 5)"
            )
        most = _most_bytes(info)
        if most is not None and size > most:
            raise FileTooBig(size, most)
        kind = content_type or guess_type(name) or self.default_content_type
        try:
            answer = await self.request_slot(service, name, size, kind, ifrom, timeout, purpose=chosen)
        except IqError as error:
            raise _too_big(error, size) or error from None
        place = place_of(answer.get(Slot), allow_http=self.allow_http)
        put = self.http_put or put_file
        settings = PutSettings(self.http_timeout, self.http_proxy, self.ssl_context)
        chunks = source.chunks(size)
        try:
            await put(place, chunks, size, kind, settings)
        except HTTPError:
            if source.failure is not None:
                raise source.failure from None
            raise
        finally:
            await chunks.aclose()
        return place.get

    # -- the service ---------------------------------------------------------------------------------------

    async def _service(self, domain: JID | str | None, timeout: float | None) -> tuple[JID, DiscoInfo]:
        """The address of the service, and what it says of itself."""
        if self.upload_service and domain is None:
            service = JID(self.upload_service)
            info = await self.xmpp.plugin[XEP_0030].info_of(
                service, local=False, cached=True, timeout=timeout
            )
            return service, info
        found = await self.find_upload_service(domain, timeout)
        if found is None:
            raise UploadServiceNotFound("the server has no service for uploads (XEP-0363)")
        return found["from"], found[DiscoInfo]


def _is_supported(purpose: ElementBase, info: DiscoInfo) -> bool:
    # One of the program's own is its own business; and "message" is what every file is for by default.
    known = type(purpose) in _PURPOSES.values() and not isinstance(purpose, MessagePurpose)
    return not known or f"{NS_PURPOSE}#{purpose.name}" in info["features"]


def _most_bytes(info: DiscoInfo) -> int | None:
    """How many bytes a service takes (section 3); None where it does not say, or says what is no number."""
    for form in info.children_of(Form):
        if form.form_type == NAMESPACE and "max-file-size" in form.field:
            texts = form.field["max-file-size"].texts
            if texts and texts[0].strip().isascii() and texts[0].strip().isdecimal() and len(texts[0]) <= 30:
                return int(texts[0])
    return None


def _too_big(error: IqError, size: int) -> FileTooBig | None:
    """The error that says that the file is too large, where it is that one (section 6)."""
    too_large = error.iq["error"].get(FileTooLarge)
    if too_large is None:
        return None
    try:
        return FileTooBig(size, too_large.max_file_size)
    except BadStanza:
        return FileTooBig(size)


def _purpose(purpose: str | ElementBase | None, expire_before: datetime | None) -> ElementBase | None:
    if purpose is None or isinstance(purpose, ElementBase):
        return purpose
    kind = _PURPOSES.get(purpose)
    if kind is None:
        raise ValueError(f"a purpose is one of {', '.join(_PURPOSES)}, not {purpose!r}")
    made = kind()
    if isinstance(made, Ephemeral):
        if expire_before is None:
            raise ValueError("the purpose 'ephemeral' needs expire_before= (XEP-0363 section 5.3)")
        made.expire_before = expire_before
    return made
