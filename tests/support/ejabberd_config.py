"""The files that an ejabberd of a test reads: its configuration (YAML, written as JSON) and its accounts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["accounts_text", "config_text"]

# The core of an ordinary server. No s2s: nothing leaves the machine. No archive and no limits of rate: what a
# client loses or waits for shall be its own doing.
MODULES: dict[str, dict[str, Any]] = {
    "mod_caps": {},
    "mod_carboncopy": {},
    "mod_disco": {},
    "mod_offline": {},
    "mod_ping": {},
    "mod_private": {},
    "mod_pubsub": {"plugins": ["flat", "pep"]},
    "mod_roster": {"versioning": True},
    "mod_vcard": {},
    "mod_version": {},
}
# Nobody's any more. SCRAM with channel binding stays: it is offered here without saying for which types (XEP-0440).
DISABLED = ["DIGEST-MD5", "X-OAUTH2"]
MAX_QUEUE = 100_000  # stanzas that one session may leave unacknowledged


def config_text(
    domain: str,
    *,
    certificate: Path,
    interface: str,
    ports: tuple[int, int, int],
    components: Mapping[str, str],
    balancing: Mapping[str, tuple[str, int]],
    global_routes: bool,
    resume_timeout: int | None,
    registration: bool = False,
) -> str:
    """ejabberd's configuration: one virtual host and its components.

    :param resume_timeout: seconds; None: there is no stream management.
    :param registration: whether people make accounts by themselves (XEP-0077).
    :param ports: for clients with STARTTLS, for clients with direct TLS, for components.
    """
    c2s = {"module": "ejabberd_c2s", "ip": interface, "access": "all", "shaper": "none"}
    listen: list[dict[str, Any]] = [
        {**c2s, "port": ports[0], "starttls_required": True},
        {**c2s, "port": ports[1], "tls": True},
    ]
    if components:
        listen.append(
            {
                "module": "ejabberd_service",
                "ip": interface,
                "port": ports[2],
                "shaper": "none",
                "global_routes": global_routes,
                "hosts": {name: {"password": secret} for name, secret in components.items()},
            }
        )
    modules = dict(MODULES)
    if resume_timeout is not None:
        modules["mod_stream_mgmt"] = {
            "resume_timeout": resume_timeout,
            "max_ack_queue": MAX_QUEUE,
            "resend_on_timeout": True,
        }
    if registration:
        modules["mod_register"] = {"access": "all", "ip_access": "all"}
    config: dict[str, Any] = {
        "hosts": [domain],
        "loglevel": "info",
        "certfiles": [str(certificate)],
        "auth_method": ["internal"],
        "disable_sasl_mechanisms": DISABLED,
        "listen": listen,
        "acme": {"auto": False},
        # s2s listens nowhere, and goes nowhere either.
        "s2s_access": "none",
        "modules": modules,
    }
    if registration:
        # One account in ten minutes is what one address may have otherwise.
        config["registration_timeout"] = "infinity"
    if balancing:
        config["domain_balancing"] = {
            name: {"type": kind, "component_number": number} for name, (kind, number) in balancing.items()
        }
    # JSON is YAML; ejabberd's reader takes it.
    return json.dumps(config, indent=1)


def accounts_text(accounts: Mapping[str, str], domain: str) -> str:
    """The accounts as Erlang terms, ``{User, Host, Password}.``"""
    return "".join(
        f"{{{_binary(user)}, {_binary(domain)}, {_binary(password)}}}.\n"
        for user, password in accounts.items()
    )


def _binary(text: str) -> str:
    return f"<<{','.join(map(str, text.encode()))}>>"
