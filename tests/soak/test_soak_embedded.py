"""Promises I, J, K, L and U at a reduced size, against the embedded test server; ``make soak`` has the full one."""

import pytest

from soak.command import run_promise
from soak.sizes import PROMISES, REDUCED


@pytest.mark.parametrize("promise", PROMISES)
async def test_promise(promise: str) -> None:
    result = await run_promise(promise, REDUCED[promise], "embedded", quiet=True)
    assert result.kept, "\n".join(result.problems)
    # The message at which a process was killed is begun, and perhaps not taken.
    assert result.sent >= REDUCED[promise].messages - (REDUCED[promise].cuts if promise == "U" else 0)
    assert result.cuts >= REDUCED[promise].cuts // 2
    assert result.resumed > 0 or promise in "LU"  # a process may be killed before it was connected
