"""Stanzas: declare the wire once, get attributes, items and methods.

What most programs do without is loaded when its name is first used.
"""

from typing import TYPE_CHECKING

from helixmpp._faces import face as _face
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.base.layout import laid_out
from helixmpp.stanza.base.registry import register_stanza_plugin, registry_version, unregister_stanza_plugin
from helixmpp.stanza.codecs import Codec, OneOf, codec_for, one_of
from helixmpp.stanza.error import Error
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.fields.child_attr import ChildAttr
from helixmpp.stanza.fields.child_text import ChildText
from helixmpp.stanza.fields.choice import Choice
from helixmpp.stanza.fields.field import Field
from helixmpp.stanza.fields.raw import Raw
from helixmpp.stanza.iq import Iq
from helixmpp.stanza.iq_errors import IqError, IqTimeout, PresenceError
from helixmpp.stanza.matcher.base import MatcherBase, MatchKey
from helixmpp.stanza.matcher.stanza_path import StanzaPath
from helixmpp.stanza.message import Message
from helixmpp.stanza.paths import fix_ns
from helixmpp.stanza.presence import Presence
from helixmpp.stanza.replies import make_error_reply
from helixmpp.stanza.root import StanzaBase
from helixmpp.stanza.roster import Roster, RosterItem
from helixmpp.stanza.sender import Sender
from helixmpp.stanza.types import (
    ErrorTypes,
    ExtPresenceTypes,
    IqTypes,
    MessageTypes,
    PresenceShows,
    PresenceTypes,
    Subscriptions,
)
from helixmpp.stanza.wrapping import stanza_of

if TYPE_CHECKING:
    from helixmpp.stanza.features import (
        Bind,
        Mechanisms,
        PreApproval,
        RosterVersioning,
        Session,
        StartTLSFeature,
        StreamFeatures,
        StreamLimits,
    )
    from helixmpp.stanza.fields.child import Child, Children
    from helixmpp.stanza.fields.flag import Flag
    from helixmpp.stanza.fields.text import Text
    from helixmpp.stanza.fields.texts import Texts
    from helixmpp.stanza.matcher.ids import MatcherId, MatchIDSender
    from helixmpp.stanza.matcher.many import MatchMany
    from helixmpp.stanza.matcher.xml_mask import MatchXMLMask
    from helixmpp.stanza.matcher.xpath import MatchXPath
    from helixmpp.stanza.stream_error import StreamError

_PLACES = {
    "helixmpp.stanza.features": (
        "Bind",
        "Mechanisms",
        "PreApproval",
        "RosterVersioning",
        "Session",
        "StartTLSFeature",
        "StreamFeatures",
        "StreamLimits",
    ),
    "helixmpp.stanza.fields.child": ("Child", "Children"),
    "helixmpp.stanza.fields.flag": ("Flag",),
    "helixmpp.stanza.fields.text": ("Text",),
    "helixmpp.stanza.fields.texts": ("Texts",),
    "helixmpp.stanza.matcher.ids": ("MatcherId", "MatchIDSender"),
    "helixmpp.stanza.matcher.many": ("MatchMany",),
    "helixmpp.stanza.matcher.xml_mask": ("MatchXMLMask",),
    "helixmpp.stanza.matcher.xpath": ("MatchXPath",),
    "helixmpp.stanza.stream_error": ("StreamError",),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "Attr",
    "Bind",
    "Child",
    "ChildAttr",
    "ChildText",
    "Children",
    "Choice",
    "Codec",
    "ElementBase",
    "Error",
    "ErrorTypes",
    "ExtPresenceTypes",
    "Field",
    "Flag",
    "Iq",
    "IqError",
    "IqTimeout",
    "IqTypes",
    "MatchIDSender",
    "MatchKey",
    "MatchMany",
    "MatchXMLMask",
    "MatchXPath",
    "MatcherBase",
    "MatcherId",
    "Mechanisms",
    "Message",
    "MessageTypes",
    "OneOf",
    "PreApproval",
    "Presence",
    "PresenceError",
    "PresenceShows",
    "PresenceTypes",
    "Raw",
    "Roster",
    "RosterItem",
    "RosterVersioning",
    "Sender",
    "Session",
    "StanzaBase",
    "StanzaPath",
    "StartTLSFeature",
    "StreamError",
    "StreamFeatures",
    "StreamLimits",
    "Subscriptions",
    "Text",
    "Texts",
    "codec_for",
    "fix_ns",
    "laid_out",
    "make_error_reply",
    "one_of",
    "register_stanza_plugin",
    "registry_version",
    "stanza_of",
    "unregister_stanza_plugin",
]

__getattr__, __dir__ = _face(globals(), _MODULE_OF)
