"""``<game/>`` of XEP-0196 section 2: what somebody plays."""

from helixmpp.stanza import ChildText, ElementBase

__all__ = ["NAMESPACE", "UserGaming"]

NAMESPACE = "urn:xmpp:gaming:0"


class UserGaming(ElementBase):
    """What somebody plays: its ``name``, and where, as whom; empty, when it is nothing any more.

    The keys are ``name``, ``level``, ``server_name``, ``server_address``, ``character_name``, ``character_profile`` and
    ``uri``; all are texts.
    """

    name = "game"
    namespace = NAMESPACE
    plugin_attrib = "gaming"

    # ElementBase has a member of that name: the element's.
    name_ = ChildText(str, "name")
    level = ChildText()
    server_name = ChildText(str, "server_name", key="server_name")
    server_address = ChildText(str, "server_address", key="server_address")
    character_name = ChildText(str, "character_name", key="character_name")
    character_profile = ChildText(str, "character_profile", key="character_profile")
    uri = ChildText()
