"""Which name of slixmpp's is which of helixmpp's: everything but the plugins, which :mod:`plugin_paths` works out.

One line a module: its path without ``slixmpp.``, and its names. A name alone is looked up where helixmpp has it
(``_BY_NAME`` below); ``name=module:name`` says where it lives; ``*module`` stands for every public name there, and
``name?`` for one that slixmpp has and helixmpp has not.
"""

from functools import cache

from helixmpp.as_slixmpp.mirror import Place

__all__ = ["API_VERSION", "NAME", "place_of"]

NAME = "slixmpp"
#: The level of slixmpp's interface that is kept; what ``slixmpp.__version__`` says.
API_VERSION = "1.17.0"

_CORE = "helixmpp.core"
_STANZA = "helixmpp.stanza"
_OURS = "helixmpp.as_slixmpp"

_TABLE = """
(top) __version__ __version_info__ BaseXMPP Callback ClientXMPP Collector ComponentXMPP CoroutineCallback
      ET ElementBase InvalidJID Iq JID MatchIDSender MatchMany MatchXMLMask MatchXPath MatcherId Message Presence
      StanzaPath Waiter XMLCallback XMLStream XMLWaiter register_stanza_plugin
api                     APIRegistry APIWrapper JID
basexmpp                APIRegistry BasePlugin BaseXMPP Callback ET ElementBase InvalidJID Iq IqError IqTimeout JID
                        MatchXPath Message PluginManager Presence Roster StreamError XMLStream XML_NS load_plugin
                        register_stanza_plugin
clientxmpp              BaseXMPP Callback ClientXMPP CoroutineCallback Iq JID MatchXPath RosterNode StanzaBase
                        StanzaPath StreamFeatures XMLStream XMPPError
componentxmpp           BaseXMPP Callback ComponentXMPP Error Handshake Iq MatchXPath Message Presence XMLStream
                        register_stanza_plugin
exceptions              IqError IqTimeout PresenceError XMPPError
features
features.feature_bind                 Bind FeatureBind
features.feature_bind.bind            FeatureBind
features.feature_bind.stanza          Bind
features.feature_limits               FeatureLimits
features.feature_limits.limits        FeatureLimits
features.feature_limits.stanza        Limits
features.feature_mechanisms           FeatureMechanisms Mechanisms Auth? Failure? Success?
features.feature_mechanisms.mechanisms FeatureMechanisms
features.feature_mechanisms.stanza    Mechanisms Abort? Auth? Challenge? Failure? Response? Success?
features.feature_preapproval          FeaturePreApproval PreApproval
features.feature_preapproval.preapproval FeaturePreApproval
features.feature_preapproval.stanza   PreApproval
features.feature_rosterver            FeatureRosterVer RosterVer
features.feature_rosterver.rosterver  FeatureRosterVer
features.feature_rosterver.stanza     RosterVer
features.feature_session              FeatureSession Session
features.feature_session.session      FeatureSession
features.feature_session.stanza       Session
features.feature_starttls             FeatureSTARTTLS STARTTLS Failure? Proceed?
features.feature_starttls.stanza      InvalidCABundle STARTTLS Failure? Proceed?
features.feature_starttls.starttls    FeatureSTARTTLS
jid                     InvalidJID JID unescape_node
plugins                 BasePlugin PLUGINS PluginManager PluginNotFound load_plugin register_plugin
plugins.base            BasePlugin PLUGIN_REGISTRY PluginManager PluginNotFound load_plugin register_plugin
pluginsdict             PluginsDict=helixmpp.as_slixmpp.pluginsdict:PluginsDict
roster                  Roster RosterItem RosterNode
roster.item             RosterItem ResourceDict RosterDBProtocol RosterState
roster.multi            Roster RosterNode RosterDBProtocol
roster.single           RosterItem RosterNode ResourceDict RosterDBProtocol RosterState
stanza                  Error Handshake Iq Message Presence StreamError StreamFeatures
stanza.error            ElementBase Error
stanza.handshake        Handshake
stanza.htmlim           HTMLIM=helixmpp.plugins.xep_0071.stanza:XHTML_IM
stanza.iq               Iq IqError IqTimeout RootStanza StanzaBase
stanza.message          Message RootStanza
stanza.presence         Presence RootStanza
stanza.rootstanza       Error IqError IqTimeout RootStanza StanzaBase XMPPError
stanza.roster           Roster=helixmpp.stanza:Roster RosterItem=helixmpp.stanza:RosterItem
stanza.atom             AtomAuthor AtomEntry ElementBase register_stanza_plugin
stanza.stream_error     StreamError
stanza.stream_features  StreamFeatures
stringprep              StringprepError=helixmpp.errors:InvalidJID nodeprep? resourceprep? idna? punycode?
test                    SlixTest TestTransport TestSocket TestLiveSocket?
test.integration        ClientXMPP JID SlixIntegration
test.mocksocket         TestSocket TestTransport
test.slixtest           ClientXMPP ComponentXMPP ET ElementBase Error Iq JID MatchIDSender MatchXMLMask MatchXPath
                        MatcherId Message Presence SlixTest StanzaPath TestSocket TestTransport highlight
                        register_stanza_plugin tostring tostring_fmt
types                   *helixmpp.as_slixmpp.types
util                    FileSystemCache FileSystemPerJidCache MemoryCache MemoryPerJidCache XOR? bytes? bytes_to_num?
                        hash? hashes? num_to_bytes? quote? unicode?
util.cache              Cache FileSystemCache FileSystemPerJidCache MemoryCache MemoryPerJidCache PerJidCache
version                 __version__ __version_info__
xmlstream               ET ElementBase JID RESPONSE_TIMEOUT StanzaBase XMLStream highlight register_stanza_plugin
xmlstream.handler       Callback Collector CoroutineCallback Waiter XMLCallback XMLWaiter
xmlstream.handler.base  BaseHandler
xmlstream.handler.callback           BaseHandler Callback
xmlstream.handler.collector          BaseHandler Collector
xmlstream.handler.coroutine_callback BaseHandler CoroutineCallback
xmlstream.handler.waiter             BaseHandler Waiter
xmlstream.handler.xmlcallback        Callback XMLCallback
xmlstream.handler.xmlwaiter          Waiter XMLWaiter
xmlstream.matcher       MatchIDSender MatchMany MatchXMLMask MatchXPath MatcherId StanzaPath
xmlstream.matcher.base  MatcherBase
xmlstream.matcher.id    MatcherBase MatcherId
xmlstream.matcher.idsender  MatchIDSender MatcherBase
xmlstream.matcher.many  MatchMany MatcherBase
xmlstream.matcher.stanzapath MatcherBase StanzaPath fix_ns
xmlstream.matcher.xmlmask   MatchXMLMask MatcherBase
xmlstream.matcher.xpath     MatchXPath MatcherBase fix_ns
xmlstream.stanzabase    ET ElementBase InvalidJID JID StanzaBase XML_NS fix_ns register_stanza_plugin tostring
                        multifactory?
xmlstream.tostring      ET XML_NS escape highlight tostring tostring_fmt
xmlstream.xmlstream     ET ElementBase InvalidCABundle NotConnectedError RESPONSE_TIMEOUT StanzaBase XMLStream tostring
                        ContinueQueue? resolve? default_resolver?
"""

_BY_NAME = {
    "helixmpp": "ET JID ElementBase InvalidJID XMLStream register_plugin register_stanza_plugin",
    _CORE: "APIRegistry BaseHandler BasePlugin BaseXMPP Callback ClientXMPP Collector ComponentXMPP CoroutineCallback "
    "PluginManager Roster RosterItem RosterNode Waiter",
    "helixmpp.core.feature_plugins": "FeatureBind FeatureLimits FeatureMechanisms FeaturePreApproval "
    "FeatureRosterVer FeatureSTARTTLS FeatureSession",
    "helixmpp.core.plugin_loader": "PLUGINS",
    "helixmpp.core.roster": "ResourceDict RosterState",
    "helixmpp.errors": "InvalidCABundle NotConnectedError PluginNotFound XMPPError",
    _STANZA: "Bind Error Iq IqError IqTimeout MatchIDSender MatchMany MatchXMLMask MatchXPath MatcherBase MatcherId "
    "Mechanisms Message PreApproval Presence PresenceError Session StanzaBase StanzaPath StreamError StreamFeatures "
    "fix_ns",
    "helixmpp.testing.slixintegration": "SlixIntegration",
    "helixmpp.testing.slixtest": "SlixTest",
    "helixmpp.testing.slixtransport": "TestTransport",
    f"{_OURS}.atom": "AtomAuthor AtomEntry",
    f"{_OURS}.cache": "Cache FileSystemCache FileSystemPerJidCache MemoryCache MemoryPerJidCache PerJidCache",
    f"{_OURS}.handlers": "XMLCallback XMLWaiter",
    f"{_OURS}.names": "Handshake PLUGIN_REGISTRY RESPONSE_TIMEOUT XML_NS __version__ __version_info__ load_plugin "
    "unescape_node",
    f"{_OURS}.text": "escape highlight tostring tostring_fmt",
}
# What has another name here.
_RENAMED = {
    "APIWrapper": f"{_CORE}:PluginAPI",
    "ET": "xml.etree.ElementTree",
    "Limits": f"{_STANZA}:StreamLimits",
    "RootStanza": f"{_STANZA}:StanzaBase",
    "RosterDBProtocol": "helixmpp.core.roster:Backend",
    "RosterVer": f"{_STANZA}:RosterVersioning",
    "STARTTLS": f"{_STANZA}:StartTLSFeature",
    "TestSocket": "helixmpp.testing.slixtransport:TestTransport",
}
_CALLED = {"xmlstream.tostring": f"{_OURS}.text:tostring"}
# Parts of slixmpp that are no interface for programs, or have no counterpart; the reason is told.
_GONE = {
    "thirdparty": "those are other projects' modules, which helixmpp does not bring along",
    "test.livesocket": "helixmpp.testing.Server is a whole server for tests",
    "util.misc_ops": "use the standard library's hashlib and secrets",
    "util.sasl": "SASL is in helixmpp.stream, and takes no mechanisms of a program",
    "util.stringprep_profiles": "addresses are prepared by helixmpp.JID",
    "xmlstream.cert": "certificates are checked by helixmpp.transport, always",
    "xmlstream.resolver": "names are resolved by helixmpp.transport",
}
_NOT_HERE = "helixmpp has no counterpart; docs/migrating.md says what to do"


@cache
def _lines() -> dict[str, list[str]]:
    """The table, by path."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in _TABLE.splitlines():
        rest: list[str] = [*line.split()]
        if line[:1].strip():
            path = rest.pop(0)
            found["" if path == "(top)" else path] = words = rest
        else:
            words.extend(rest)
    found.setdefault("util", [])
    found.setdefault("xmlstream", [])
    return found


@cache
def _homes() -> dict[str, str]:
    homes = {name: f"{module}:{name}" for module, names in _BY_NAME.items() for name in names.split()}
    return homes | _RENAMED


def place_of(name: str) -> Place | str | None:
    """Where the names of a module live; the reason why it is not here; or None where slixmpp has no such module."""
    path = name.removeprefix(NAME).removeprefix(".")
    for gone, reason in _GONE.items():
        if path == gone or path.startswith(f"{gone}."):
            return reason
    words = _lines().get(path)
    if words is None:
        return None
    names: dict[str, str] = {}
    homes: list[str] = []
    missing: dict[str, str] = {}
    for word in words:
        key, _, home = word.partition("=")
        if key.endswith("?"):
            missing[key[:-1]] = _NOT_HERE
        elif key.startswith("*"):
            homes.append(key[1:])
        else:
            names[key] = home or _homes()[key]
    return Place(names, tuple(homes), _children(path), missing, _CALLED.get(path, ""))


def _children(path: str) -> tuple[str, ...]:
    before = f"{path}." if path else ""
    paths = [other for other in _lines() if other.startswith(before) and other != path]
    children = {other.removeprefix(before).partition(".")[0] for other in paths}
    return tuple(sorted(children))


def modules() -> list[str]:
    """Every module of the table, by its full name, sorted."""
    return sorted(f"{NAME}.{path}" if path else NAME for path in _lines())
