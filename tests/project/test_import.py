"""`import helixmpp` changes nothing in the process, and the protocol's modules bring no I/O with them."""

import importlib.util
import subprocess
import sys

import pytest

SEEN = """
import asyncio, logging, signal, sys, threading, warnings, xml.etree.ElementTree as ET
def state():
    return (
        asyncio.events._event_loop_policy if hasattr(asyncio.events, "_event_loop_policy") else None,
        list(logging.root.handlers), logging.root.level, logging.getLogger("helixmpp").level,
        list(warnings.filters), warnings.showwarning, threading.active_count(), sys.getrecursionlimit(),
        sys.excepthook, signal.getsignal(signal.SIGINT), ET.Element, ET.fromstring, dict(ET._namespace_map),
    )
before = state()
import {module}
after = state()
assert before == after, [(one, other) for one, other in zip(before, after) if one != other]
"""


@pytest.mark.parametrize("module", ["helixmpp", "helixmpp.core", "helixmpp.testing.pytest_plugin"])
def test_nothing_changes_process_wide(module: str) -> None:
    subprocess.run([sys.executable, "-c", SEEN.format(module=module)], check=True, timeout=60)


@pytest.mark.parametrize(
    "module", ["helixmpp", "helixmpp.jid", "helixmpp.xml", "helixmpp.stanza", "helixmpp.stream"]
)
def test_the_protocol_loads_no_asyncio(module: str) -> None:
    # The packages look their names up when they are used: the star uses them all.
    code = f"import sys\nfrom {module} import *\nsys.exit('asyncio' in sys.modules)"
    if module == "helixmpp":
        code = "import sys, helixmpp; sys.exit('asyncio' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# What a program that has a class of clients does not need yet: what connects, what few programs use, and what of the
# standard library takes its time.
LATER = [
    "helixmpp.core.component",
    "helixmpp.core.connection",
    "helixmpp.core.connector",
    "helixmpp.core.driven",
    "helixmpp.core.durable",
    "helixmpp.core.keepalive",
    "helixmpp.core.message_queue",
    "helixmpp.core.plugin",
    "helixmpp.core.registering",
    "helixmpp.core.roster.keeper",
    "helixmpp.core.ssl_contexts",
    "helixmpp.plugins",
    "helixmpp.stanza.features",
    "helixmpp.stanza.matcher.xpath",
    "helixmpp.stanza.times",
    "helixmpp.storage",
    "helixmpp.stream.client",
    "helixmpp.stream.config",
    "helixmpp.stream.events",
    "helixmpp.stream.machine",
    "helixmpp.stream.sasl.scram",
    "helixmpp.transport.dns",
    "helixmpp.transport.tcp",
    "helixmpp.xml.limits",
    "helixmpp.xml.parser",
    "cryptography",
    "dataclasses",
    "datetime",
    "dns",
    "hashlib",
    "hmac",
    "idna",
    "importlib.metadata",
    "importlib.util",
    "ipaddress",
    "json",
    "pathlib",
    "pkgutil",
    "platform",
    "random",
    "secrets",
    "sqlite3",
    "stringprep",
    "unicodedata",
    "urllib.parse",
    "uuid",
]

IMPORT = """
import asyncio, ssl, sys, xml.etree.ElementTree
before = set(sys.modules)
from helixmpp import ClientXMPP
print(*sorted(set(sys.modules) - before))
"""


def test_a_class_of_clients_brings_only_what_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], check=True, timeout=60, capture_output=True, text=True
    )
    loaded = done.stdout.split()
    assert "helixmpp.core.client" in loaded
    assert sorted(set(loaded) & set(LATER)) == []


@pytest.mark.parametrize("module", [name for name in LATER if name.startswith("helixmpp.")])
def test_what_comes_later_is_known_by_its_present_name(module: str) -> None:
    assert importlib.util.find_spec(module) is not None
