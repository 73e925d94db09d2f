"""A future whose exception is reported elsewhere, so that asyncio need not complain that nobody looked."""

import asyncio
from typing import Any

__all__ = ["mute"]


def mute(future: "asyncio.Future[Any]") -> None:
    """Mark the exception of a future as seen once it is there."""
    future.add_done_callback(_look)


def _look(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
