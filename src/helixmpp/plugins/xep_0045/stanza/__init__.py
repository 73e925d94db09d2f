"""The payloads of XEP-0045: what rooms say, and what they are asked."""

from helixmpp.plugins.xep_0045.stanza.items import MUCActor, MUCAdminActor, MUCAdminItem, MUCUserItem
from helixmpp.plugins.xep_0045.stanza.requests import (
    MUCAdminQuery,
    MUCHistory,
    MUCJoin,
    MUCOwnerDestroy,
    MUCOwnerQuery,
)
from helixmpp.plugins.xep_0045.stanza.user import (
    MUCBase,
    MUCDecline,
    MUCDestroy,
    MUCInvite,
    MUCMessage,
    MUCPresence,
    MUCStatus,
)
from helixmpp.plugins.xep_0045.stanza.words import (
    NS,
    NS_ADMIN,
    NS_OWNER,
    NS_USER,
    MucAffiliation,
    MucRole,
)

__all__ = [
    "NS",
    "NS_ADMIN",
    "NS_OWNER",
    "NS_USER",
    "MUCActor",
    "MUCAdminActor",
    "MUCAdminItem",
    "MUCAdminQuery",
    "MUCBase",
    "MUCDecline",
    "MUCDestroy",
    "MUCHistory",
    "MUCInvite",
    "MUCJoin",
    "MUCMessage",
    "MUCOwnerDestroy",
    "MUCOwnerQuery",
    "MUCPresence",
    "MUCStatus",
    "MUCUserItem",
    "MucAffiliation",
    "MucRole",
]
