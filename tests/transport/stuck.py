"""An address that never answers: its queue of connections is full, so that SYNs are dropped."""

import socket
from contextlib import ExitStack

import pytest


def stuck_port(stack: ExitStack) -> int:
    """Give its port on 127.0.0.1; the test is skipped where the system answers all the same."""
    busy = stack.enter_context(socket.socket())
    busy.bind(("127.0.0.1", 0))
    busy.listen(0)
    port = int(busy.getsockname()[1])
    for _ in range(4):
        filler = stack.enter_context(socket.socket())
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
    probe = stack.enter_context(socket.socket())
    probe.settimeout(0.1)
    try:
        probe.connect(("127.0.0.1", port))
    except TimeoutError:
        return port
    except OSError:
        pass
    pytest.skip("this system answers also where the queue of connections is full")


def closed_port(stack: ExitStack) -> int:
    """Give a port on 127.0.0.1 where nobody listens, and nobody else will."""
    taken = stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    return int(taken.getsockname()[1])
