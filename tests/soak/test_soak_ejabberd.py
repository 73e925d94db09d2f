"""Promises I to L at a reduced size, against a real ejabberd behind the proxy that breaks links.

The order is not looked at: this ejabberd now and then hands over a message that arrives during a resumption before
those that it repeats.
"""

import pytest

from soak.command import run_promise
from soak.sizes import REDUCED
from tests.support.ejabberd import needs_ejabberd


@needs_ejabberd
@pytest.mark.parametrize("promise", ["I", "J", "K", "L"])
async def test_promise(promise: str) -> None:
    result = await run_promise(promise, REDUCED[promise], "ejabberd", quiet=True)
    problems = [problem for problem in result.problems if "reordered" not in problem]
    assert not problems, "\n".join(problems)
    assert (result.lost, result.doubled, result.silent) == (0, 0, 0)
    assert result.sent >= REDUCED[promise].messages
    assert result.cuts >= REDUCED[promise].cuts // 2
    assert result.resumed > 0 or promise == "L"
