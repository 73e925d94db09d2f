"""One server of each database for all tests of storage, started when a test first asks for it."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.databases import SERVERS, DatabaseServer
from tests.support.storage import ENGINES, Place, ServerURL, open_place


@pytest.fixture(scope="session")
def server_url() -> Iterator[ServerURL]:
    """Gives the ``storage=`` of a server by its name, and starts it first where need be."""
    running: dict[str, DatabaseServer] = {}
    with ExitStack() as stack:

        def url_of(name: str) -> str:
            if name not in running:
                (kind,) = [one for one in SERVERS if one.name == name]
                if kind.program() is None:
                    missing(kind)
                running[name] = stack.enter_context(kind())
            return running[name].url

        yield url_of


def missing(kind: type[DatabaseServer]) -> None:
    """Skip, or fail where a missing server must not look like a passed test."""
    reason = f"{kind.name.upper()} IS NOT INSTALLED, so nothing was tested against it: apt-get install {kind.package}"
    if os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(params=ENGINES)
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, server_url: ServerURL
) -> AsyncIterator[Place]:
    """Each engine in turn, on an empty place."""
    made = await open_place(request.param, tmp_path, server_url)
    yield made
    await made.engine.close()
