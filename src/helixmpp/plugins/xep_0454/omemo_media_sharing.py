"""The plugin ``xep_0454``; see the package's docstring."""

import asyncio
import io
import os
import secrets
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import urlsplit

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0363 import XEP_0363, FileUploadError
from helixmpp.plugins.xep_0363.files import Source, base_name
from helixmpp.plugins.xep_0454.encrypting import TAG_LENGTH, decrypted, encrypting
from helixmpp.plugins.xep_0454.urls import (
    AesgcmUrl,
    format_url,
    parse_fragment,
    parse_text,
    parse_url,
    with_thumbnail,
)
from helixmpp.stanza import ElementBase

__all__ = ["XEP_0454"]

_IV, _KEY = 12, 32
_LONGEST_ENDING = 10


class XEP_0454(BasePlugin):  # noqa: N801 - the name that programs import
    """OMEMO media sharing: uploads files that only who gets the URL can read."""

    name = "xep_0454"
    description = "OMEMO media sharing: encrypted files, with the key in an aesgcm:// URL"
    xep_version = "0.1.0"
    dependencies: ClassVar[set[str]] = {"xep_0363"}

    keep_names = Setting(False, "whether the service learns the names of files, and not only their endings")

    # -- files --------------------------------------------------------------------------------------------

    @staticmethod
    def encrypt(
        input_file: BinaryIO | None = None, filename: str | os.PathLike[str] | None = None
    ) -> tuple[bytes, str]:
        """Encrypt a file with a new key: its bytes then, and the fragment of its URL.

        :param input_file: an open file, which is read from where it stands to its end.
        :param filename: its path, where there is no open one.
        :raises ValueError: neither was given.
        :raises OSError: it cannot be read.
        """
        if input_file is None and filename is None:
            raise ValueError("there is no file to encrypt: give input_file= or filename=")
        iv, key = secrets.token_bytes(_IV), secrets.token_bytes(_KEY)
        source = input_file if input_file is not None else io.BytesIO(Path(filename or "").read_bytes())
        return encrypting(source, key, iv).read(), (iv + key).hex()

    @staticmethod
    def decrypt(input_file: BinaryIO, fragment: str) -> bytes:
        """Decrypt a file that was got; nothing is given before all of it was verified.

        :param input_file: the open file, or ``io.BytesIO(content)``; it is held in memory, so look at its size before.
        :param fragment: what stands behind the ``#`` of its URL.
        :raises MediaRefused: it is not the file that was shared.
        :raises ValueError: the fragment is none.
        """
        iv, key = parse_fragment(fragment)
        return decrypted(input_file, key, iv)

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
    ) -> str:
        """Encrypt a file while it is uploaded, and give the URL by which it can be got and read.

        The URL holds the key: it goes into an encrypted message alone, and never into anything that can be clicked on,
        such as ``message["oob"]["url"]``.

        The service learns how large the file is and the ending of its name, by which clients tell pictures from films,
        but not the name, and by default not its type.

        :param filename: its path; with ``input_file`` only its name.
        :param size: how many bytes it has; by default what the file system says.
        :param content_type: the type that is told to the service; by default ``application/octet-stream``.
        :param input_file: an open binary file; it is read from where it stands, and left open.
        :raises FileUploadError: it cannot be uploaded, or not with TLS; for the rest the parameters and errors are
            those of :meth:`XEP_0363.upload_file`.
        """
        plain = Source(filename, input_file)
        name = base_name(filename)
        if size is None:
            size = await plain.size()
        iv, key = secrets.token_bytes(_IV), secrets.token_bytes(_KEY)
        opened = input_file if input_file is not None else await asyncio.to_thread(_open, filename)
        try:
            url = await self.xmpp.plugin[XEP_0363].upload_file(
                name if self.keep_names else _hidden(name),
                size + TAG_LENGTH,
                content_type or "application/octet-stream",
                input_file=encrypting(opened, key, iv),
                domain=domain,
                ifrom=ifrom,
                timeout=timeout,
                purpose=purpose,
            )
        finally:
            if opened is not input_file:
                opened.close()
        try:
            return self.format_url(url, (iv + key).hex())
        except ValueError as error:
            raise FileUploadError(f"the file is not at a URL of HTTPS: {error}") from None

    # -- URLs ---------------------------------------------------------------------------------------------

    @staticmethod
    def format_url(url: str, fragment: str) -> str:
        """Make the ``aesgcm://`` URL of an encrypted file that is at a URL of HTTPS; see :func:`format_url`."""
        return format_url(url, fragment)

    @staticmethod
    def parse_url(url: str) -> AesgcmUrl:
        """Read an ``aesgcm://`` URL: where the file is, and the key; ``ValueError`` where it is none."""
        return parse_url(url)

    @staticmethod
    def shared_in(body: str) -> AesgcmUrl | None:
        """What the decrypted body of a message shares; None where it is any other text (section 5).

        :param body: of a message that was encrypted: one that was not shares nothing with anybody.
        """
        return parse_text(body)

    @staticmethod
    def with_thumbnail(url: str, thumbnail: bytes) -> str:
        """The body that shares a file with a small picture of it (section 4).

        :param url: what :meth:`upload_file` gave.
        :param thumbnail: a JPEG of about 5 KiB.
        """
        return with_thumbnail(url, thumbnail)


def _open(filename: str | os.PathLike[str]) -> BinaryIO:
    return Path(filename).open("rb")


def _hidden(name: str) -> str:
    ending = Path(urlsplit(name).path).suffix if name.isprintable() else ""
    known = ending.isascii() and ending[1:].isalnum() and len(ending) <= _LONGEST_ENDING
    return f"{secrets.token_hex(16)}{ending if known else ''}"
