"""Requests about the roster: what follows from an answer is done before anybody is told of it."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from helixmpp.core.futures import mute
from helixmpp.core.roster.host import RosterHost
from helixmpp.core.roster.item import RosterItem
from helixmpp.core.roster.query import item_query
from helixmpp.errors import NotConnectedError
from helixmpp.stanza import Iq, IqError

__all__ = ["OptCallback", "request", "set_item"]

OptCallback = Callable[[Any], Any] | None


def request(
    xmpp: RosterHost,
    iq: Iq,
    then: Callable[[Iq], Awaitable[None]],
    timeout: float | None,
    callback: OptCallback,
    timeout_callback: OptCallback,
    ended: Callable[[], object] | None = None,
) -> "asyncio.Future[Iq]":
    """Send an iq, and run ``then`` on its result; what comes back gives the result after that.

    :param callback: called with the answer, after ``then``; also with one of type error.
    :param timeout_callback: called with the request when no answer came.
    :param ended: called at the end, however it ended.
    """
    answer = xmpp.send_iq(iq, timeout=timeout, timeout_callback=timeout_callback)

    async def run() -> Iq:
        try:
            result = await answer
            await then(result)
        except IqError as error:
            await _tell(xmpp, callback, error.iq)
            raise
        except NotConnectedError:
            # The event ``disconnected`` tells everybody; who did not await need not be told again.
            this = asyncio.current_task()
            if this is not None:
                mute(this)
            raise
        await _tell(xmpp, callback, result)
        return result

    task: asyncio.Future[Iq] = xmpp.watch_task(run(), "roster request")
    if ended is not None:
        end = ended
        task.add_done_callback(lambda _: end())
    if callback is not None or timeout_callback is not None:
        # The callbacks are told of errors; who gave some need not await, too.
        mute(task)
    return task


async def _tell(xmpp: RosterHost, callback: OptCallback, iq: Iq) -> None:
    if callback is None:
        return
    try:
        result = callback(iq)
        if isawaitable(result):
            await result
    except Exception as error:  # noqa: BLE001 - a program's function may raise anything; it is told, not swallowed
        xmpp.exception(error)


def set_item(
    item: RosterItem,
    wanted: tuple[str, tuple[str, ...]] | None,
    timeout: float | None,
    callback: OptCallback,
    timeout_callback: OptCallback,
) -> "asyncio.Future[Iq]":
    """Have the server set name and groups of an item, or without them remove it (RFC 6121 section 2.3)."""
    iq = item.xmpp.Iq()
    iq["type"] = "set"
    iq.xml.append(item_query(item.bare, wanted))

    async def done(_: Iq) -> None:
        # The push that tells of it may come after the answer: who awaited need not wait for it.
        changed = item.node.item(item.bare)
        if wanted is not None:
            changed.name, changed.groups = wanted[0], list(wanted[1])
            changed.keep()
            changed.save()
        else:
            changed.save(remove=True)

    return request(item.xmpp, iq, done, timeout, callback, timeout_callback)
