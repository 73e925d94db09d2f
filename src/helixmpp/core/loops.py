"""Which event loop a client runs on, when the program has not begun one yet."""

import asyncio

__all__ = ["event_loop"]


def event_loop() -> asyncio.AbstractEventLoop:
    """The running loop; else this thread's current one; else a new one, made current.

    A program in the older style makes its client, calls ``connect()`` and only then runs the loop that
    ``asyncio.get_event_loop()`` gives it: that has to be the same one.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    try:
        loop = asyncio.get_event_loop()
    except (RuntimeError, DeprecationWarning):
        # Newer Pythons make none by themselves, or complain about it where warnings are errors.
        loop = None
    if loop is None or loop.is_closed():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
    return loop
