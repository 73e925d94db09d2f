"""The files that a Prosody of a test reads: its configuration and its accounts, as text."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["account_file", "account_text", "config_text", "lua_string"]

# What the core of an ordinary server has. No s2s: nothing leaves the machine. No archive and no rate limits:
# what a client loses or waits for shall be its own doing.
MODULES = (
    "blocklist",
    "carbons",
    "disco",
    "pep",
    "ping",
    "private",
    "register",
    "roster",
    "saslauth",
    "smacks",
    "time",
    "tls",
    "vcard_legacy",
    "version",
)

CONFIG = """\
-- Written for one test run; see helixmpp.testing.Prosody.
run_as_root = true -- in a container there is often nobody else to run as
daemonize = false
data_path = {data}
pidfile = {pid}
plugin_paths = {{}}
interfaces = {{ {interface} }}
component_interfaces = {{ {interface} }}
c2s_ports = {{ {c2s_port} }}
c2s_direct_tls_ports = {{ {tls_port} }}
component_ports = {{ {component_port} }}
modules_enabled = {{ {modules} }}
modules_disabled = {{ "s2s" }}
ssl = {{ certificate = {certificate}, key = {key} }}
c2s_require_encryption = true
-- The password itself is stored, so that every SCRAM hash can be offered, and PLAIN within TLS.
authentication = "internal_plain"
storage = "internal"
allow_registration = false
log = {{ {{ levels = {{ min = {level} }}, to = "file", filename = {log} }} }}

VirtualHost {domain}
{extra}
"""

# RFC 6122 appendix A.5: what Nodeprep forbids in a local part beyond what it maps.
FORBIDDEN_IN_LOCAL_PART = re.compile(r"[\s\"&'/:<>@A-Z\x00-\x1f\x7f]")


def lua_string(text: str) -> str:
    """Quote a text as a Lua string; everything but the plainest letters goes as ``\\ddd``, byte by byte."""
    plain = re.sub(
        rb"[^A-Za-z0-9 _./:-]", lambda match: b"\\%03d" % match[0][0], text.encode("utf-8", "surrogateescape")
    )
    return f'"{plain.decode("ascii")}"'


def account_file(data_folder: Path, domain: str, user: str) -> Path:
    """Where Prosody's file storage keeps an account.

    :raises ValueError: ``user`` is no local part as Nodeprep leaves it (RFC 6122 appendix A).
    """
    if not user or FORBIDDEN_IN_LOCAL_PART.search(user):
        raise ValueError(
            f"{user!r} is no local part in its prepared form: lower case, no spaces, none of \"&'/:<>@"
        )
    return data_folder / _encoded(domain) / "accounts" / f"{_encoded(user)}.dat"


def account_text(password: str) -> str:
    """What that file says."""
    return f'return {{ ["password"] = {lua_string(password)}; }};\n'


def config_text(
    folder: Path,
    domain: str,
    *,
    interface: str,
    ports: tuple[int, int, int],
    components: Mapping[str, str],
    modules: Iterable[str],
    extra: str,
    log_level: str,
) -> str:
    """Prosody's configuration: one virtual host, its components, everything below ``folder``.

    :param ports: for clients with STARTTLS, for clients with direct TLS, for components.
    """
    names = {*MODULES, *modules}
    if os.name == "posix":
        names.add("posix")  # takes SIGTERM as a request to say goodbye to the clients first
    c2s_port, tls_port, component_port = ports
    text = CONFIG.format(
        data=lua_string(str(folder / "data")),
        pid=lua_string(str(folder / "prosody.pid")),
        interface=lua_string(interface),
        c2s_port=c2s_port,
        tls_port=tls_port,
        component_port=component_port,
        modules=", ".join(lua_string(name) for name in sorted(names)),
        certificate=lua_string(str(folder / "server.crt")),
        key=lua_string(str(folder / "server.key")),
        level=lua_string(log_level),
        log=lua_string(str(folder / "prosody.log")),
        domain=lua_string(domain),
        extra=extra,
    )
    for name, secret in components.items():
        text += f"\nComponent {lua_string(name)}\n    component_secret = {lua_string(secret)}\n"
    return text


def _encoded(name: str) -> str:
    # The file storage writes each byte that is no ASCII letter or digit as %xx, in lower case.
    return re.sub(rb"[^A-Za-z0-9]", lambda match: b"%%%02x" % match[0][0], name.encode()).decode("ascii")
