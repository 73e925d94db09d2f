"""The order of use, as numbers."""

import time

__all__ = ["Ticks"]


class Ticks:
    """Microseconds since 1970 that always grow, so that of two uses in one moment the later one counts."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        """The next one."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last
