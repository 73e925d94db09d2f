"""The modules of slixmpp's plugins, and where their names live here: worked out from the plugins that there are.

Below is a fact about slixmpp 1.17, which modules it has. Whether helixmpp has a plugin, and which names, is looked up
when somebody imports it: nobody has to come here when a plugin is added.
"""

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from helixmpp.as_slixmpp.mirror import Place

__all__ = [
    "missing_plugins",
    "our_plugins",
    "place_of_plugin",
    "plugin_modules",
    "plugin_of",
    "shared_plugins",
]

_BEFORE = "slixmpp.plugins."
_OURS = "helixmpp.plugins"

# What a module of stanzas may have, and has nothing left to do.
_REGISTERING: tuple[str, ...] = ("register", "register_plugin", "register_plugins")
_THERE = "helixmpp.as_slixmpp.payloads:payloads_are_there"

# Plugins whose names are those of one module of ours first: that has them in the form of slixmpp's version.
_FIRST = {"xep_0492": "helixmpp.plugins.xep_0492.version_0"}

_CARD = "helixmpp.plugins.xep_0292.properties"
# Other names there are.
_NAMES = {
    "xep_0292.stanza": {
        "Adr": f"{_CARD}:Address",
        "BDay": f"{_CARD}:Birthday",
        "Fn": f"{_CARD}:FullName",
        "N": f"{_CARD}:Name",
    },
    "xep_0511.stanza": {
        "OG_NAMESPACE": "helixmpp.plugins.xep_0511.stanza:NS_OPENGRAPH",
        "RDF_NAMESPACE": "helixmpp.plugins.xep_0511.stanza:NAMESPACE",
    },
}

# Each plugin with the modules of its package. Every one that is a package has a module ``stanza``, too, unless "-".
_MODULES = """
xep_0004 dataforms stanza.field stanza.form
xep_0009 binding remote rpc
xep_0012 last_activity
xep_0013 offline
xep_0016 privacy
xep_0020 feature_negotiation
xep_0027 gpg
xep_0030 disco stanza.info stanza.items static
xep_0033 addresses
xep_0045 muc
xep_0047 ibb stream
xep_0048 bookmarks
xep_0049 private_storage
xep_0050 adhoc
xep_0054 vcard_temp
xep_0055 search
xep_0059 rsm
xep_0060 pubsub stanza.base stanza.pubsub stanza.pubsub_errors stanza.pubsub_event stanza.pubsub_owner
xep_0065 proxy socks5
xep_0066 oob
xep_0070 confirm
xep_0071 xhtml_im
xep_0077 register
xep_0078 legacyauth
xep_0079 amp
xep_0080 geoloc
xep_0082 .
xep_0084 avatar
xep_0085 chat_states
xep_0086 legacy_error
xep_0091 legacy_delay
xep_0092 version
xep_0095 stream_initiation
xep_0096 file_transfer
xep_0100 - gateway
xep_0106 .
xep_0107 user_mood
xep_0108 user_activity
xep_0115 caps static
xep_0118 user_tune
xep_0122 data_validation
xep_0128 - extended_disco static
xep_0131 headers
xep_0133 .
xep_0152 reachability
xep_0153 vcard_avatar
xep_0163 .
xep_0172 user_nick
xep_0184 receipt
xep_0186 invisible_command
xep_0191 blocking
xep_0196 user_gaming
xep_0198 stream_management
xep_0199 ping
xep_0202 time
xep_0203 delay
xep_0221 media
xep_0222 .
xep_0223 .
xep_0224 attention
xep_0231 bob
xep_0234 jingle_file_transfer
xep_0235 oauth
xep_0242 .
xep_0249 invite
xep_0256 .
xep_0257 client_cert_management
xep_0258 security_labels
xep_0264 thumbnail
xep_0270 .
xep_0279 ipcheck
xep_0280 carbons
xep_0292 vcard4
xep_0297 forwarded
xep_0300 hash
xep_0302 .
xep_0308 correction
xep_0313 mam
xep_0317 hats
xep_0319 idle
xep_0323 device sensordata stanza.base stanza.sensordata timerreset
xep_0325 control device stanza.base stanza.control
xep_0332 http stanza.data stanza.request stanza.response
xep_0333 markers
xep_0334 hints
xep_0335 json_containers
xep_0352 csi
xep_0353 jingle_message
xep_0356 permissions privilege
xep_0359 stanzaid
xep_0363 http_upload
xep_0369 mix_core
xep_0372 references
xep_0377 spam_reporting
xep_0380 eme
xep_0382 spoiler
xep_0385 sims
xep_0394 markup
xep_0402 bookmarks
xep_0403 mix_presence
xep_0404 mix_anon
xep_0405 mix_pam
xep_0410 - self_ping
xep_0421 occupant_id
xep_0422 fastening
xep_0424 retraction
xep_0425 moderation
xep_0428 fallback
xep_0437 rai
xep_0439 quickresponse
xep_0441 mam_prefs
xep_0444 reactions
xep_0446 file_metadata
xep_0447 sfs
xep_0449 stickers
xep_0454 -
xep_0455 - sos
xep_0461 reply
xep_0462 pubsub_type_filtering
xep_0463 mav
xep_0469 pinning
xep_0482 call_invites
xep_0490 mds
xep_0492 notify
xep_0494 cam
xep_0502 - muc_activity
xep_0511 link_metadata
xep_0513 mentions
"""


@cache
def _listed() -> dict[str, tuple[str, ...]]:
    """The modules of each plugin of slixmpp's, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _MODULES.split("\n"):
        plugin, *modules = line.split() or [""]
        if modules == ["."]:
            modules = []
        elif modules[:1] == ["-"]:
            del modules[0]
        else:
            modules.append("stanza")
        if plugin:
            found[plugin] = tuple(sorted(modules))
    return found


def plugin_modules() -> list[str]:
    """Every module of slixmpp's plugins by its full name, sorted; also of those that are missing here."""
    names = [f"{_BEFORE}{plugin}" for plugin in _listed()]
    names += [f"{_BEFORE}{plugin}.{module}" for plugin, modules in _listed().items() for module in modules]
    return sorted(names)


def missing_plugins() -> list[str]:
    """The plugins that slixmpp 1.17 has and helixmpp has not, sorted."""
    return [plugin for plugin in sorted(_listed()) if not _is_here(f"{_OURS}.{plugin}")]


def shared_plugins() -> list[str]:
    """The plugins that both have, sorted."""
    return [plugin for plugin in sorted(_listed()) if _is_here(f"{_OURS}.{plugin}")]


def our_plugins() -> list[str]:
    """The plugins that helixmpp brings along, sorted."""
    path = import_module(_OURS).__path__
    return sorted(info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_"))


def plugin_of(module: str) -> str:
    """The plugin that a module of slixmpp's belongs to; ``""`` for none."""
    if not module.startswith(f"{_BEFORE}xep_"):
        return ""
    return module.removeprefix(_BEFORE).partition(".")[0]


def place_of_plugin(name: str) -> Place | str | None:
    """Where the names of a plugin's module live; why it is missing; or None for what is no plugin's module."""
    if not name.startswith(f"{_BEFORE}xep_"):
        return None
    path = name.removeprefix(_BEFORE)
    plugin, _, rest = path.partition(".")
    package = f"{_OURS}.{plugin}"
    if not _is_here(package):
        return f"helixmpp has no plugin {plugin} yet" if plugin in _listed() else None
    listed = _listed().get(plugin, ())
    exact = f"{_OURS}.{path}"
    is_here = _is_here(exact)
    if rest and rest not in listed and not is_here:
        return None
    own = _modules_of(package)
    homes = [_FIRST[plugin]] if plugin in _FIRST else []
    homes += [exact] if is_here else []
    # A plugin's names may stand in other files here than there: whatever the package has is found.
    homes += [module for module in (package, *(f"{package}.{inner}" for inner in own)) if module not in homes]
    below = {
        module.removeprefix(f"{rest}.") if rest else module
        for module in (*listed, *own)
        if not rest or module.startswith(f"{rest}.")
    }
    names: dict[str, str] = dict.fromkeys(_REGISTERING, _THERE) if rest == "stanza" else {}
    names.update(_NAMES.get(path, {}))
    if rest == "stanza" and is_here and hasattr(import_module(homes[0]), "NAMESPACE"):
        names["NS"] = f"{homes[0]}:NAMESPACE"
    return Place(names, tuple(homes), children=tuple(sorted(module.partition(".")[0] for module in below)))


@cache
def _is_here(module: str) -> bool:
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return False
    # A folder without an __init__.py is found, too, and is no plugin.
    return spec is not None and spec.origin is not None


@cache
def _modules_of(package: str) -> tuple[str, ...]:
    """Name all modules below a package, without its own name."""
    path = getattr(import_module(package), "__path__", None)
    if path is None:
        return ()
    found = pkgutil.walk_packages(path, f"{package}.")
    return tuple(sorted(info.name.removeprefix(f"{package}.") for info in found))
