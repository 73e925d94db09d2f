"""The hash of a sticker pack (XEP-0449 section 4.3.2), and its URI (section 4.6)."""

import hmac
from typing import Final
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.plugins.xep_0300.functions import function_name, new_hash, vouches
from helixmpp.plugins.xep_0300.stanza import Hash
from helixmpp.plugins.xep_0372.uris import jid_of, uri_of
from helixmpp.plugins.xep_0446.stanza import File
from helixmpp.plugins.xep_0449.stanza import NAMESPACE, Pack, PackItem
from helixmpp.xml import NS_XML

__all__ = ["id_of", "is_intact", "pack_hash", "pack_uri", "read_pack_uri"]

_LANG: Final = f"{{{NS_XML}}}lang"
_UNIT, _RECORD, _GROUP, _FILE = b"\x1f", b"\x1e", b"\x1d", b"\x1c"
_ID_LENGTH: Final = 24  # 144 bits in base64


def pack_hash(pack: Pack, algo: str = "sha-256") -> Hash:
    """The hash of what counts in a pack: its name and summary, and the text and hashes of each sticker.

    :raises ValueError: there is no such hash function.
    """
    hasher = new_hash(algo)
    hasher.update(_meta(pack) + _stickers(pack))
    made = Hash()
    made.algo = function_name(algo) or algo
    made.digest = hasher.digest()
    return made


def id_of(pack: Pack) -> str:
    """The id that a pack has by its hash; ``""`` where it has none."""
    text = pack.hash.value.strip()
    return text[:_ID_LENGTH] if len(text) >= _ID_LENGTH else ""


def is_intact(pack: Pack, id: str) -> bool:
    """Whether a pack is the one of an id: nobody has put another sticker, or another name, into it."""
    said = pack.hash
    if not vouches(said.algo) or not id or id_of(pack) != id:
        return False
    return hmac.compare_digest(pack_hash(pack, said.algo).digest or b"", said.digest or b"?")


def pack_uri(jid: JID | str, id: str, node: str = NAMESPACE) -> str:
    """The URI by which a pack is shared."""
    return f"{uri_of(jid)}?pubsub;action=retrieve;node={quote(node, safe=':')};item={quote(id, safe='')}"


def read_pack_uri(uri: str) -> tuple[JID, str, str] | None:
    """Where a pack is, its id and its node; None for a URI that is of no item."""
    jid = jid_of(uri)
    kind, *pairs = uri.partition("#")[0].partition("?")[2].split(";")
    values = {name: unquote(value) for name, _, value in (pair.partition("=") for pair in pairs)}
    if jid is None or kind != "pubsub" or values.get("action") != "retrieve" or not values.get("item"):
        return None
    return jid, values["item"], values.get("node") or NAMESPACE


def _meta(pack: Pack) -> bytes:
    found = [
        (kind, child) for kind in ("name", "summary") for child in pack.xml.iterfind(f"{{{NAMESPACE}}}{kind}")
    ]
    parts = [_units(kind, child.get(_LANG, ""), child.text or "") + _RECORD for kind, child in found]
    return b"".join(sorted(parts)) + _FILE


def _stickers(pack: Pack) -> bytes:
    return b"".join(sorted(_sticker(item) for item in pack.items)) + _FILE


def _sticker(item: PackItem) -> bytes:
    hashes = sorted(_units(one.algo, one.value) + _RECORD for one in item.file.hashes)
    return _plain_text(item.file).encode() + _RECORD + b"".join(hashes) + _GROUP


def _plain_text(file: File) -> str:
    """The description that is "not qualified by a xml:lang attribute" (section 4.3.1); else the first."""
    found: list[Element] = file.xml.findall(f"{{{file.namespace}}}desc")
    plain = next((one for one in found if _LANG not in one.attrib), found[0] if found else None)
    return (plain.text or "") if plain is not None else ""


def _units(*texts: str) -> bytes:
    return b"".join(text.encode() + _UNIT for text in texts)
