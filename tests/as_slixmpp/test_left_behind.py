"""What a test leaves behind is told without the source of it."""

import asyncio
import gc
import logging

import pytest

from helixmpp.testing import SlixTest


class Case(SlixTest):
    """One to call by hand."""

    def runTest(self) -> None:
        """unittest wants it."""


def test_an_exception_that_nobody_awaited(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    case = Case()

    async def fail() -> None:
        raise LookupError("nothing there")

    try:
        case.stream_start(plugins=[])
        case.xmpp.loop.create_task(fail())
        case.wait_()
        case.tearDown()
        gc.collect()
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    told = record.getMessage()
    assert "LookupError('nothing there')" in told
    assert f"{__file__}:" in told and "in fail" in told
    assert 'raise LookupError("nothing there")' not in told
    assert record.exc_info is None


def test_a_handler_of_the_program_stays() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    case = Case()
    told: list[str] = []
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    try:
        case.stream_start(plugins=[])
        loop.call_exception_handler({"message": "x"})
        case.tearDown()
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
    assert told == ["x"]
