"""helixmpp: XMPP for Python, with asyncio, types, and plugin state that a program can replace.

The public names are looked up when they are first used, so that ``import helixmpp`` costs next to nothing and
a program pays for what it takes.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from helixmpp.as_slixmpp import install_as_slixmpp
    from helixmpp.core import (
        BasePlugin,
        BaseXMPP,
        Callback,
        ClientXMPP,
        ComponentXMPP,
        CoroutineCallback,
        register_plugin,
    )
    from helixmpp.core.receipt import Outcome, Receipt
    from helixmpp.core.xmlstream import XMLStream
    from helixmpp.errors import (
        AuthenticationFailed,
        BadStanza,
        CertificateError,
        ConnectionFailure,
        HelixError,
        InvalidJID,
        NotConnectedError,
        PluginImportError,
        PluginNotFound,
        StanzaNotSent,
        XMPPError,
    )
    from helixmpp.jid import JID
    from helixmpp.stanza import (
        ElementBase,
        Iq,
        IqError,
        IqTimeout,
        MatcherId,
        MatchIDSender,
        MatchMany,
        MatchXMLMask,
        MatchXPath,
        Message,
        Presence,
        PresenceError,
        StanzaPath,
        register_stanza_plugin,
    )

__version__ = "0.1.0"

_PLACES = {
    "helixmpp.as_slixmpp": ("install_as_slixmpp",),
    "helixmpp.core": (
        "BasePlugin",
        "BaseXMPP",
        "Callback",
        "ClientXMPP",
        "ComponentXMPP",
        "CoroutineCallback",
        "register_plugin",
    ),
    "helixmpp.core.receipt": ("Outcome", "Receipt"),
    "helixmpp.core.xmlstream": ("XMLStream",),
    "helixmpp.errors": (
        "AuthenticationFailed",
        "BadStanza",
        "CertificateError",
        "ConnectionFailure",
        "HelixError",
        "InvalidJID",
        "NotConnectedError",
        "PluginImportError",
        "PluginNotFound",
        "StanzaNotSent",
        "XMPPError",
    ),
    "helixmpp.jid": ("JID",),
    "helixmpp.stanza": (
        "ElementBase",
        "Iq",
        "IqError",
        "IqTimeout",
        "MatchIDSender",
        "MatchMany",
        "MatchXMLMask",
        "MatchXPath",
        "MatcherId",
        "Message",
        "Presence",
        "PresenceError",
        "StanzaPath",
        "register_stanza_plugin",
    ),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}
# The standard library's: what ``stanza.xml`` is made of, under the name that programs give it.
_MODULES = {"ET": "xml.etree.ElementTree"}

__all__ = [
    "ET",
    "JID",
    "AuthenticationFailed",
    "BadStanza",
    "BasePlugin",
    "BaseXMPP",
    "Callback",
    "CertificateError",
    "ClientXMPP",
    "ComponentXMPP",
    "ConnectionFailure",
    "CoroutineCallback",
    "ElementBase",
    "HelixError",
    "InvalidJID",
    "Iq",
    "IqError",
    "IqTimeout",
    "MatchIDSender",
    "MatchMany",
    "MatchXMLMask",
    "MatchXPath",
    "MatcherId",
    "Message",
    "NotConnectedError",
    "Outcome",
    "PluginImportError",
    "PluginNotFound",
    "Presence",
    "PresenceError",
    "Receipt",
    "StanzaNotSent",
    "StanzaPath",
    "XMLStream",
    "XMPPError",
    "__version__",
    "install_as_slixmpp",
    "register_plugin",
    "register_stanza_plugin",
]


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name) or _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only when a name is looked up

    found = import_module(module)
    value = found if name in _MODULES else getattr(found, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
