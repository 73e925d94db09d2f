"""What all requests to rooms have in common."""

from collections.abc import Callable
from typing import Any, TypedDict

from helixmpp.stanza import Iq

__all__ = ["SendOptions"]


class SendOptions(TypedDict, total=False):
    """What each request takes: ``timeout`` in seconds, and functions to call with the answer or without one."""

    timeout: float | None
    callback: Callable[[Iq], Any] | None
    timeout_callback: Callable[[Iq], Any] | None
