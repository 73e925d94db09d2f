"""XEP-0449, Stickers: pictures in place of words, and packs of them that people share.

Use::

    xmpp.register_plugin("xep_0449")
    stickers = xmpp.plugin["xep_0449"]
    pack = stickers.make_pack("Marsey the Cat", "Be cute or be cynical.", [kiss, thumb])  # files of xep_0447
    id = await stickers.publish_pack(pack)
    stickers.send_sticker("juliet@example.org", pack.items[0], id)
    xmpp.add_event_handler("sticker", lambda m: show(stickers.sticker_of(m), m["body"]))
    pack = await stickers.import_pack(message["from"].bare, message["sticker"]["pack"])

Events: ``sticker``, with a message that is one.

Operations: none; it is the account's server that keeps packs.

Limits: no picture is fetched. A pack that is got has ``max_stickers`` at most, and is the one of its id: name, texts
and hashes cannot have been changed; where the files are and which texts suggest them is not part of that. What is
restricted is not imported. Everybody may read what is published.

Version: XEP-0449 0.2.0.
"""

from helixmpp.plugins.xep_0449.packs import id_of, is_intact, pack_hash, pack_uri, read_pack_uri
from helixmpp.plugins.xep_0449.stanza import NAMESPACE, Pack, PackItem, Sticker
from helixmpp.plugins.xep_0449.stickers import XEP_0449, StickerPackRefused

__all__ = [
    "NAMESPACE",
    "XEP_0449",
    "Pack",
    "PackItem",
    "Sticker",
    "StickerPackRefused",
    "id_of",
    "is_intact",
    "pack_hash",
    "pack_uri",
    "read_pack_uri",
]
