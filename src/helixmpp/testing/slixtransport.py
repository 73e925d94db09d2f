"""A transport that is a list: what a client writes to it is taken out by the test."""

from collections import deque
from typing import Any

__all__ = ["TestTransport"]


class TestTransport:
    """Keeps what is sent until :meth:`next_sent` takes it, under the names that programs' tests know.

    :param xmpp: the client or component that writes to it.
    """

    # pytest would otherwise take it for a class of tests, by its name.
    __test__ = False

    def __init__(self, xmpp: Any = None) -> None:
        self.xmpp = xmpp
        self.is_closed = False
        self._sent: deque[bytes] = deque()
        self._broken = False

    def __len__(self) -> int:
        return len(self._sent)

    def __bool__(self) -> bool:
        # There is a connection, also while nothing of it waits to be looked at.
        return True

    def write(self, data: bytes | str) -> None:
        """Keep what is sent.

        :raises ConnectionResetError: after :meth:`disconnect_error`.
        """
        if self._broken:
            raise ConnectionResetError("the test broke this connection")
        self._sent.append(data.encode() if isinstance(data, str) else data)

    def next_sent(self, timeout: float | None = None) -> bytes | None:
        """What was sent first of all that is left, one stanza; None when nothing is left.

        :param timeout: nothing is waited for here; :meth:`SlixTest.send` lets the event loop run meanwhile.
        """
        return self._sent.popleft() if self._sent else None

    def disconnect_error(self) -> None:
        """Have every further :meth:`write` fail."""
        self._broken = True

    def get_extra_info(self, name: str, *args: Any, default: Any = None, **kwargs: Any) -> Any:
        """Give this object for ``socket``, as if it were one, and ``default`` for everything else."""
        return self if name == "socket" else default

    def close(self, *args: Any, **kwargs: Any) -> None:
        """Learn that nothing more is sent; what was, can still be taken."""
        self.is_closed = True

    def abort(self, *args: Any, **kwargs: Any) -> None:
        """Learn that the connection is cut."""
        self.is_closed = True

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.is_closed
