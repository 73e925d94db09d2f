"""From addresses to a socket that is connected: happy eyeballs (RFC 8305 section 5).

asyncio can do it inside ``create_connection``, uvloop cannot; and here each address keeps its own error.
"""

import asyncio
import socket
from typing import NamedTuple

from helixmpp.errors import ConnectionFailure
from helixmpp.transport.addresses import Address, Candidate, Candidates
from helixmpp.transport.failures import no_connection
from helixmpp.transport.interface import Target
from helixmpp.transport.link import LinkSettings, apply

__all__ = ["Dialed", "dial"]

_ATTEMPT_DELAY = 0.25  # seconds, RFC 8305 section 8 ("Connection Attempt Delay")


class Dialed(NamedTuple):
    """A connected socket that does not block, and which target it leads to.

    ``waiting`` are the other targets that might yet have answered.
    """

    connection: socket.socket
    target: Target
    waiting: frozenset[Target]


async def dial(
    candidates: Candidates, target: Target, link: LinkSettings, *, delay: float = _ATTEMPT_DELAY
) -> Dialed:
    """Connect to the first address that answers.

    The next address is tried when one has failed, or when the last one has not answered for ``delay`` seconds;
    those tried before go on. There is no deadline here: the caller cancels.

    :param target: whom an error is to name.
    :raises DNSFailure: there is no address at all.
    :raises ConnectionFailure: none answered; the text has the reason of each.
    """
    loop = asyncio.get_running_loop()
    attempts: dict[asyncio.Task[socket.socket], Candidate] = {}
    failed: list[tuple[Candidate, OSError]] = []
    due = loop.time()
    try:
        while True:
            if not attempts or loop.time() >= due:
                candidate = candidates.take()
                if candidate is not None:
                    attempts[asyncio.create_task(_attempt(candidate.address, link))] = candidate
                    due = loop.time() + delay
                elif not attempts and not candidates.running:
                    raise _failure(candidates, failed, target)
            done, _ = await asyncio.wait(
                attempts.keys() | candidates.running,
                timeout=max(0.0, due - loop.time()) if candidates else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for lookup in candidates.running & done:
                candidates.collect(lookup)
            for task in [task for task in attempts if task in done]:
                error = task.exception()
                if error is None:
                    winner = attempts.pop(task).target
                    waiting = {other.target for other in attempts.values()} | candidates.left
                    return Dialed(task.result(), winner, frozenset(waiting - {winner}))
                if not isinstance(error, OSError):
                    raise error
                failed.append((attempts.pop(task), error))
                due = loop.time()
    finally:
        # Whoever comes second is not needed, also when it gets through at this very moment.
        for task in attempts:
            task.add_done_callback(_close_late)
            task.cancel()


async def _attempt(address: Address, link: LinkSettings) -> socket.socket:
    connection = socket.socket(address.family, address.kind, address.protocol)
    try:
        connection.setblocking(False)
        apply(link, connection)
        await asyncio.get_running_loop().sock_connect(connection, address.sockaddr)
    except BaseException:
        connection.close()
        raise
    return connection


def _close_late(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


def _failure(
    candidates: Candidates, failed: list[tuple[Candidate, OSError]], target: Target
) -> ConnectionFailure:
    unknown = candidates.unknown()
    if not failed:
        return unknown[0][1]
    several = unknown or any(candidate.target != target for candidate, _ in failed)
    attempts = [
        # Where there are several targets, an address alone does not say which port refused.
        (
            f"{candidate.target} ({candidate.address.sockaddr[0]})"
            if several
            else str(candidate.address.sockaddr[0]),
            error,
        )
        for candidate, error in failed
    ]
    attempts += [(str(other), OSError(failure.reason)) for other, failure in unknown]
    return no_connection(attempts, target)
