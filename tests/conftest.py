"""What all tests share: a real Prosody, and what happens where there is none."""

import os
import shutil
from collections.abc import Generator, Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

import helixmpp.storage
from helixmpp.testing.prosody import Prosody

# Some tests run programs in threads. pytest rewrites our modules when they are first imported, and CPython 3.11 can
# build one syntax tree at a time only: what may be imported late is imported here, in the main thread.
for module in ("helixmpp.core", "helixmpp.testing.server"):
    import_module(module)
for found in walk_packages(helixmpp.storage.__path__, "helixmpp.storage."):
    import_module(found.name)

# The dialogues are helpers whose assertions should say as much as those of a test.
pytest.register_assert_rewrite("tests.stream.dialogue")

LOG_START = pytest.StashKey[int]()
LOG_SHOWN = 20_000  # characters


@pytest.fixture(scope="session")
def prosody() -> Iterator[Prosody]:
    """A Prosody for the whole run, with accounts and a component; a test that changes it starts its own."""
    with Prosody(
        accounts={"alice": "secret-of-alice", "bob": "secret-of-bob"},
        components={"comp.test.example": "secret-of-comp"},
        log_level="debug",
    ) as server:
        yield server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Whoever uses the fixture has the marker too: `-m "not prosody"` then leaves out all of them.
    for item in items:
        if isinstance(item, pytest.Function) and "prosody" in item.fixturenames:
            item.add_marker(pytest.mark.prosody)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("prosody") is None or shutil.which("prosody") is not None:
        return
    reason = "PROSODY IS NOT INSTALLED, so nothing was tested against a real server: apt-get install prosody"
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    server = _prosody_of(item)
    if server is not None:
        item.stash[LOG_START] = len(server.log_text().encode())
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    server = _prosody_of(item)
    if server is not None and report.when == "call" and report.failed:
        log = server.log_text(item.stash.get(LOG_START, 0))
        report.sections.append(("Prosody's log during this test", log[-LOG_SHOWN:]))
    return report


def _prosody_of(item: pytest.Item) -> Prosody | None:
    server = item.funcargs.get("prosody") if isinstance(item, pytest.Function) else None
    return server if isinstance(server, Prosody) else None
