"""``<data/>`` of XEP-0231 section 2.5: a small piece of binary data, or the request for one."""

from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import Attr, ElementBase, Text

__all__ = ["NAMESPACE", "BitsOfBinary"]

NAMESPACE = "urn:xmpp:bob"


class BitsOfBinary(ElementBase):
    """A small piece of binary data, by its Content-ID.

    ``bob.data`` is ``bytes`` (base64 on the wire), ``bob.cid`` and ``bob.type`` (a MIME type) are texts,
    ``bob.max_age`` is the number of seconds after which nobody need keep it any more: 0 says that it is not
    kept at all, None that nothing is said. The keys are ``data``, ``cid``, ``type`` and ``max_age``.
    """

    name = "data"
    namespace = NAMESPACE
    plugin_attrib = "bob"

    cid = Attr(str)
    type = Attr(str)
    max_age = Attr(UNSIGNED, "max-age")
    data = Text(bytes, default=b"")
