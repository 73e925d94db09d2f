"""`import helixmpp` changes nothing in the process, and the protocol's modules bring no I/O with them."""

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
    code = f"import sys, {module}; sys.exit('asyncio' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
