"""Futures that somebody may await or not: none is complained about, and none is settled twice."""

import asyncio
from typing import Any

__all__ = ["mute", "settle"]


def mute(future: "asyncio.Future[Any]") -> None:
    """Mark the exception of a future as seen once it is there."""
    future.add_done_callback(_look)


def _look(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()


def settle(future: "asyncio.Future[None]", error: Exception | None) -> None:
    """End a future, unless that has happened: its owner may have cancelled it."""
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
