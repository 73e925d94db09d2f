"""The plugin ``xep_0446``; see the package's docstring."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, TypeVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.plugins.xep_0300 import XEP_0300
from helixmpp.plugins.xep_0446.stanza import NAMESPACE, File
from helixmpp.stanza.times import Written

__all__ = ["XEP_0446"]

FileT = TypeVar("FileT", bound=File)


class XEP_0446(BasePlugin):  # noqa: N801 - the name that programs import
    """File metadata: says what is known of a file, and whether bytes are those of a file."""

    name = "xep_0446"
    description = "File metadata: name, size, type and hashes of a file"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0264", "xep_0300"}
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    def make_file(
        self,
        path: str | os.PathLike[str] | None = None,
        media_type: str | None = None,
        desc: str | None = None,
        *,
        data: bytes | None = None,
        file: BinaryIO | None = None,
        name: str | None = None,
    ) -> File:
        """Say what is known of a file: its name without folders, size, date and hash.

        It is read as a whole, which takes its time: ``await asyncio.to_thread(plugin.make_file, path)``.

        :param path: where it is; or its bytes are ``data``, or those of an open ``file`` from where it stands.
        :param media_type: such as ``image/jpeg``; None says nothing of it.
        :param desc: what it shows, for people.
        :param name: its name; by default that of the path.
        :raises ValueError: not exactly one of the three was given; or a text has a character that XML forbids.
        :raises OSError: it cannot be read.
        """
        return self.describe(File(), path, media_type, desc, data=data, file=file, name=name)

    def describe(
        self,
        made: FileT,
        path: str | os.PathLike[str] | None = None,
        media_type: str | None = None,
        desc: str | None = None,
        *,
        data: bytes | None = None,
        file: BinaryIO | None = None,
        name: str | None = None,
    ) -> FileT:
        """Put what is known of a file into an element, as :meth:`make_file` does."""
        start = file.tell() if file is not None else 0
        hashed = self.xmpp.plugin[XEP_0300].compute_hash(path, data=data, file=file)
        made.media_type = media_type
        made.name_ = name or (Path(path).name if path is not None else None)
        if path is not None:
            stat = Path(path).stat()
            if Written.zone_needed:
                made.date = datetime.fromtimestamp(int(stat.st_mtime), UTC)
            else:
                # As programs in slixmpp's style write it: the clock on the wall here, to the microsecond.
                made.date = datetime.fromtimestamp(stat.st_mtime)
            made.size = stat.st_size
        elif file is not None:
            made.size = file.tell() - start
        else:
            made.size = len(data or b"")
        made.append(hashed)
        made.desc = desc
        return made

    def check(
        self,
        described: File,
        path: str | os.PathLike[str] | None = None,
        *,
        data: bytes | None = None,
        file: BinaryIO | None = None,
    ) -> bool | None:
        """Whether these are the bytes of a file that somebody described: of its size, and of its hashes.

        :param path: where they are; or they are ``data``, or those of an open ``file`` from where it stands.
        :returns: None where the description has no hash that counts (XEP-0300), so that nothing is known.
        :raises ValueError: not exactly one of the three was given.
        :raises OSError: they cannot be read.
        """
        start = file.tell() if file is not None else 0
        fits = self.xmpp.plugin[XEP_0300].check(described.hashes, path, data=data, file=file)
        if path is not None:
            size = Path(path).stat().st_size
        elif file is not None:
            size = file.tell() - start
        else:
            size = len(data or b"")
        try:
            said = described.size
        except BadStanza:
            return False
        return False if said is not None and said != size else fits
