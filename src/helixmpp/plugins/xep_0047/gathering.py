"""All that comes by a bytestream, as one piece; SOCKS5 bytestreams (XEP-0065) are read so, too."""

import asyncio
from collections.abc import Awaitable, Callable

__all__ = ["gathered"]


async def gathered(
    receive: Callable[[int], Awaitable[bytes]],
    max_data: int | None,
    limit: int,
    timeout: float | None,
    refuse: Callable[[], Exception],
) -> bytes:
    """Give all that ``receive(size)`` gives until the stream ends, or until there are ``max_data`` bytes.

    :param limit: how many there may be where ``max_data`` is None.
    :param timeout: seconds for all of it; None waits for ever.
    :param refuse: ends the stream when there are more, and gives what is raised then.
    :raises TimeoutError: it did not end in time.
    """
    got = bytearray()
    async with asyncio.timeout(timeout):
        while max_data is None or len(got) < max_data:
            data = await receive(-1 if max_data is None else max_data - len(got))
            if not data:
                break
            got += data
            if max_data is None and len(got) > limit:
                raise refuse()
    return bytes(got)
