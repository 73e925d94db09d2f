"""What requests to servers and services take besides what they ask for."""

from collections.abc import Callable
from typing import Any, TypedDict

from helixmpp.stanza import Iq

__all__ = ["SendOptions"]


class SendOptions(TypedDict, total=False):
    """What each request takes: ``timeout`` in seconds, and functions to call with the answer or without one."""

    timeout: float | None
    callback: Callable[[Iq], Any] | None
    timeout_callback: Callable[[Iq], Any] | None
