"""What is measured: time on the wall, time on the processor, the longest block of the event loop, memory."""

import asyncio
import gc
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Meter", "Reading", "resident"]

_BEAT = 0.001  # seconds


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement, in seconds."""

    wall: float
    cpu: float
    block_wall: float
    block_cpu: float


class Meter:
    """Measures what happens on the running loop between :meth:`start` and :meth:`stop`.

    The block is the largest gap between two beats of a timer of one millisecond: as long nobody else on the loop
    was served. It is read from the clock on the wall, and from that of the thread, which does not run while
    another program has the processor.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._wall = self._cpu = 0.0
        self._last_wall = self._last_cpu = 0.0
        self._block_wall = self._block_cpu = 0.0

    def start(self) -> None:
        """Begin; what earlier rounds left for the garbage collector is not counted, what this one leaves is."""
        gc.collect()
        self._block_wall = self._block_cpu = 0.0
        self._last_wall, self._last_cpu = time.perf_counter(), time.thread_time()
        self._handle = self._loop.call_later(_BEAT, self._beat)
        self._cpu = time.process_time()
        self._wall = time.perf_counter()

    def stop(self) -> Reading:
        """End."""
        wall, cpu = time.perf_counter(), time.process_time()
        self._gap()
        if self._handle is not None:
            self._handle.cancel()
        return Reading(wall - self._wall, cpu - self._cpu, self._block_wall, self._block_cpu)

    def _beat(self) -> None:
        self._gap()
        self._handle = self._loop.call_later(_BEAT, self._beat)

    def _gap(self) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        self._block_wall = max(self._block_wall, wall - self._last_wall)
        self._block_cpu = max(self._block_cpu, cpu - self._last_cpu)
        self._last_wall, self._last_cpu = wall, cpu


def resident() -> float | None:
    """The resident memory of this process in KiB, garbage collected first; None where it cannot be known."""
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        pages = int(statm.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - there is none on Windows

    # The highest it ever was; on macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "darwin" else float(peak)
