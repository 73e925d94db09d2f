"""AES-256 in Galois/Counter Mode, while a file is read (XEP-0454 section 3); the tag stands at its end."""

import io
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from helixmpp.errors import HelixError

__all__ = ["TAG_LENGTH", "MediaRefused", "decrypted", "encrypting"]

#: How many bytes longer an encrypted file is.
TAG_LENGTH: Final = 16

_CHUNK: Final = 65_536


class MediaRefused(HelixError):
    """What was got is not what was shared: it was changed, it is cut off, or the key is another one."""


class _Encrypting(io.RawIOBase):
    """What an open file gives, encrypted; the tag comes last."""

    def __init__(self, source: BinaryIO, key: bytes, iv: bytes) -> None:
        super().__init__()
        self._source = source
        self._encryptor = Cipher(AES(key), GCM(iv)).encryptor()
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        """Whether it can be read, which it can."""
        return True

    # What may be written to has no name in Python 3.11.
    def readinto(self, buffer: Any, /) -> int:
        """Put the next bytes into the buffer; 0 at the end."""
        if not self._ready and not self._ended:
            block = self._source.read(_CHUNK)
            if block:
                self._ready = self._encryptor.update(block)
            else:
                self._ready = self._encryptor.finalize() + self._encryptor.tag
                self._ended = True
        taken, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def encrypting(source: BinaryIO, key: bytes, iv: bytes) -> BinaryIO:
    """A file that gives what another one has, encrypted; that one is read from where it stands, and left open."""
    return io.BufferedReader(_Encrypting(source, key, iv), _CHUNK)


def decrypted(source: BinaryIO, key: bytes, iv: bytes) -> bytes:
    """The bytes of an encrypted file; none of them is given before all were verified.

    :raises MediaRefused: it is not the file that was encrypted with this key.
    """
    data = source.read()
    if len(data) < TAG_LENGTH:
        raise MediaRefused("the file is too short to be an encrypted one")
    decryptor = Cipher(AES(key), GCM(iv, data[-TAG_LENGTH:])).decryptor()
    try:
        return decryptor.update(memoryview(data)[:-TAG_LENGTH]) + decryptor.finalize()
    except InvalidTag:
        raise MediaRefused("the file is not the one that was shared, or the key is another one") from None
