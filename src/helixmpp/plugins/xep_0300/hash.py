"""The plugin ``xep_0300``; see the package's docstring."""

import hmac
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, ClassVar

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0300.functions import ANNOUNCED, function_name, new_hash, vouches
from helixmpp.plugins.xep_0300.stanza import NAMESPACE, Hash

__all__ = ["XEP_0300"]

_FEATURE = "urn:xmpp:hash-function-text-names:"


class XEP_0300(BasePlugin):  # noqa: N801 - the name that programs import
    """Hashes: makes them, and says whether bytes are those that they stand for."""

    name = "xep_0300"
    description = "Cryptographic hash functions: hashes of files, and whether they fit"
    xep_version = "1.0.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NAMESPACE, *(f"{_FEATURE}{name}" for name in ANNOUNCED))

    preferred = Setting("sha-256", "the hash function of what is made here")
    block_size = Setting(1_048_576, "how many bytes of a file are read at once")

    def compute_hash(
        self,
        filename: str | os.PathLike[str] | None = None,
        function: str | None = None,
        *,
        data: bytes | None = None,
        file: BinaryIO | None = None,
    ) -> Hash:
        """Make the hash of a file, of bytes, or of what is left of an open file, which is read to its end.

        A large file takes its time: ``await asyncio.to_thread(plugin.compute_hash, path)``.

        :param function: the name of the hash function, such as ``sha3-256``; by default the setting ``preferred``.
        :raises ValueError: there is no such function; or not exactly one of the three was given.
        :raises OSError: the file cannot be read.
        """
        name = function or self.preferred
        hasher = new_hash(name)
        for block in self._blocks(filename, data, file):
            hasher.update(block)
        made = Hash()
        made.algo = function_name(name) or name
        made.digest = hasher.digest()
        return made

    def check(
        self,
        hashes: Iterable[Hash],
        filename: str | os.PathLike[str] | None = None,
        *,
        data: bytes | None = None,
        file: BinaryIO | None = None,
    ) -> bool | None:
        """Whether these are the bytes that the hashes stand for.

        Every hash counts whose function XEP-0414 does not advise against; all of them have to fit.

        :param filename: whose bytes; or those of ``data``, or of the open ``file``.
        :returns: None where none of the hashes counts, so that nothing is known.
        :raises ValueError: not exactly one of the three was given.
        :raises OSError: the file cannot be read.
        """
        counted = [one for one in hashes if vouches(one.algo)]
        # A peer may write the same function many times over; each is computed once.
        hashers = {name: new_hash(name) for one in counted if (name := function_name(one.algo)) is not None}
        for block in self._blocks(filename, data, file):
            for hasher in hashers.values():
                hasher.update(block)
        if not counted:
            return None
        digests = {name: hasher.digest() for name, hasher in hashers.items()}
        return all(
            hmac.compare_digest(digests[function_name(one.algo) or ""], one.digest or b"") for one in counted
        )

    async def functions_of(self, jid: JID | str, *, timeout: float | None = None) -> set[str]:
        """Ask an entity which hash functions it knows (section 5); those that are not known here are left out.

        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(jid, local=False, cached=True, timeout=timeout)
        said = (function_name(one.removeprefix(_FEATURE)) for one in info["features"] if _FEATURE in one)
        return {name for name in said if name is not None}

    def _blocks(
        self, filename: str | os.PathLike[str] | None, data: bytes | None, file: BinaryIO | None
    ) -> Iterator[bytes]:
        if sum(one is not None for one in (filename, data, file)) != 1:
            raise ValueError("the bytes are those of filename=, of data= or of file=: give one of them")
        if filename is not None:
            with Path(filename).open("rb") as opened:
                yield from self._read(opened)
        elif file is not None:
            yield from self._read(file)
        else:
            yield bytes(data or b"")

    def _read(self, file: BinaryIO) -> Iterator[bytes]:
        while block := file.read(max(1, self.block_size)):
            yield block
