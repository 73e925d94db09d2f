"""What an event loop of a test tells of tasks that nobody awaited."""

import asyncio
import logging
import traceback
from typing import Any

__all__ = ["tell_briefly"]

log = logging.getLogger(__name__)


def tell_briefly(loop: asyncio.AbstractEventLoop) -> None:
    """Have the loop log each exception with the places it went through, and no lines of source.

    A test that failed leaves tasks behind, whose exceptions are told when the garbage collector finds them. That may be
    while pytest parses a source file, and to mark the place in a line Python would parse that one, too: CPython 3.11
    ends this by a SystemError of the whole run (https://github.com/python/cpython/issues/106905).
    """
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(_tell)


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error: BaseException | None = context.get("exception")
    places: list[traceback.FrameSummary] = []
    if error is not None:
        places += traceback.extract_tb(error.__traceback__, limit=-20)
    lines = "".join(f"\n  {place.filename}:{place.lineno} in {place.name}" for place in places)
    what = context.get("future") or context.get("task") or context.get("handle") or ""
    log.error("%s %s%s%s", context["message"], what, lines, "" if error is None else f"\n{error!r}")
