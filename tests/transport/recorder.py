"""A receiver that writes down what it is told."""

import asyncio
from collections.abc import Callable


class Recorder:
    """A :class:`helixmpp.transport.Receiver` for tests."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.pieces: list[bytes] = []
        self.log: list[str] = []
        self.losses: list[Exception | None] = []
        self.on_data: Callable[[bytes], None] = lambda _: None
        self._changed = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.data += data
        self.pieces.append(data)
        self._note("data")
        self.on_data(data)

    def eof_received(self) -> None:
        self._note("eof")

    def connection_lost(self, error: Exception | None) -> None:
        self.losses.append(error)
        self._note("lost")

    def pause_writing(self) -> None:
        self._note("pause")

    def resume_writing(self) -> None:
        self._note("resume")

    def _note(self, what: str) -> None:
        self.log.append(what)
        self._changed.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self._changed.clear()
                await self._changed.wait()

    async def lost(self) -> Exception | None:
        await self.until(lambda: bool(self.losses))
        return self.losses[0]

    async def has(self, text: bytes) -> None:
        await self.until(lambda: text in self.data)
