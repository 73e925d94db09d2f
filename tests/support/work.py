"""Work that is counted and not timed: how many calls something makes is the same on a slow or busy machine."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Work", "counted"]


class Work:
    """How many functions were called: ours, and those that are written in C (a parser's, a list's, a dict's)."""

    def __init__(self) -> None:
        self.calls = 0

    def note(self, frame: FrameType, event: str, arg: object) -> None:
        """Count an event of ``sys.setprofile()``."""
        if event in ("call", "c_call"):
            self.calls += 1


@contextmanager
def counted() -> Generator[Work, None, None]:
    """Count the calls inside a ``with`` block."""
    work = Work()
    before = sys.getprofile()
    sys.setprofile(work.note)
    try:
        yield work
    finally:
        sys.setprofile(before)
