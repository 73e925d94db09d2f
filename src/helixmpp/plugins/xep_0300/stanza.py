"""``<hash/>`` and ``<hash-used/>`` of XEP-0300 section 3: a hash, and the name of a function that will be used."""

import base64
from typing import Final

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0300.functions import function_name
from helixmpp.stanza import Attr, ElementBase, Text, codec_for

__all__ = ["NAMESPACE", "Hash", "HashUsed"]

NAMESPACE: Final = "urn:xmpp:hashes:2"


class Hash(ElementBase):
    """A hash: ``algo`` is the name of its function, ``value`` the hash in base64; ``digest`` its bytes."""

    name = "hash"
    namespace = NAMESPACE
    plugin_attrib = "hash"
    plugin_multi_attrib = "hashes"

    algo = Attr(str)
    value = Text()

    def set_algo(self, value: str) -> None:
        """Set the name of the function.

        :raises FieldValueError: it is none of those that are known here; what was received may have another.
        """
        if value and function_name(value) is None:
            raise FieldValueError(f"Hash.algo: there is no hash function {value!r:.100} here")
        Hash.algo.write(self, value)

    @property
    def digest(self) -> bytes | None:
        """The bytes of the hash; None where there are none, or what stands there is no base64."""
        try:
            return codec_for(bytes).parse(self.value) or None
        except ValueError:
            return None

    @digest.setter
    def digest(self, digest: bytes) -> None:
        self["value"] = codec_for(bytes).format(digest)

    @property
    def ni(self) -> str:
        """A URI that names the bytes of this hash (RFC 6920 section 3), as XHTML-IM has it for pictures; or ``""``."""
        digest, name = self.digest, function_name(self.algo)
        if digest is None or name is None:
            return ""
        return f"ni:///{name};{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


class HashUsed(ElementBase):
    """The function of a hash that comes later: ``algo``."""

    name = "hash-used"
    namespace = NAMESPACE
    plugin_attrib = "hash_used"

    algo = Attr(str)
