"""How a dead connection is found: the options as each system has them, and a timetable of less than a minute."""

import asyncio
import socket
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from helixmpp.transport import LinkSettings, TLSSettings, connect_tcp
from helixmpp.transport.link import apply, socket_options, windows_probes
from tests.transport.recorder import Recorder
from tests.transport.servers import listening, target

TCP, SOCKET = socket.IPPROTO_TCP, socket.SOL_SOCKET

# The numbers of each system's own headers.
LINUX = {
    "SO_KEEPALIVE": 9,
    "TCP_NODELAY": 1,
    "TCP_KEEPIDLE": 4,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 6,
    "TCP_USER_TIMEOUT": 18,
}
MACOS = {
    "SO_KEEPALIVE": 8,
    "TCP_NODELAY": 1,
    "TCP_KEEPALIVE": 16,
    "TCP_KEEPINTVL": 257,
    "TCP_KEEPCNT": 258,
}
WINDOWS = {
    "SO_KEEPALIVE": 8,
    "TCP_NODELAY": 1,
    "TCP_KEEPALIVE": 3,
    "TCP_KEEPIDLE": 3,
    "TCP_KEEPINTVL": 17,
    "TCP_KEEPCNT": 16,
}
OLD_WINDOWS = {"SO_KEEPALIVE": 8, "TCP_NODELAY": 1}
OFF = LinkSettings(keepalive_idle=None, user_timeout=None)


@pytest.mark.parametrize(
    ("platform", "names", "settings", "expected"),
    [
        (
            "linux",
            LINUX,
            LinkSettings(),
            [(TCP, 1, 1), (SOCKET, 9, 1), (TCP, 4, 15), (TCP, 5, 5), (TCP, 6, 3), (TCP, 18, 28_000)],
        ),
        (
            "darwin",
            MACOS,
            LinkSettings(),
            [(TCP, 1, 1), (SOCKET, 8, 1), (TCP, 16, 15), (TCP, 257, 5), (TCP, 258, 3), (TCP, 128, 28)],
        ),
        (
            "win32",
            WINDOWS,
            LinkSettings(),
            [(TCP, 1, 1), (SOCKET, 8, 1), (TCP, 3, 15), (TCP, 17, 5), (TCP, 16, 3), (TCP, 5, 28)],
        ),
        ("win32", OLD_WINDOWS, LinkSettings(), [(TCP, 1, 1), (SOCKET, 8, 1), (TCP, 5, 28)]),
        ("linux", LINUX, OFF, [(TCP, 1, 1)]),
        # Fractions of a second are no reason for 0, which means something else.
        (
            "linux",
            LINUX,
            LinkSettings(keepalive_idle=0.1, keepalive_interval=1.5, user_timeout=0.0001),
            [(TCP, 1, 1), (SOCKET, 9, 1), (TCP, 4, 1), (TCP, 5, 2), (TCP, 6, 3), (TCP, 18, 1)],
        ),
        ("plan9", {}, LinkSettings(), []),
    ],
)
def test_options(
    platform: str, names: Mapping[str, int], settings: LinkSettings, expected: list[tuple[int, int, int]]
) -> None:
    assert socket_options(settings, names, platform) == expected


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        (LinkSettings(), (1, 15_000, 1_500)),
        (LinkSettings(keepalive_idle=1, keepalive_interval=20, keepalive_count=1), (1, 1_000, 2_000)),
        (OFF, None),
    ],
)
def test_probes_of_old_windows(settings: LinkSettings, values: tuple[int, int, int] | None) -> None:
    assert windows_probes(settings) == values


def test_found_within_a_minute() -> None:
    link = LinkSettings()
    assert link.keepalive_idle is not None
    assert link.user_timeout is not None
    silent = link.keepalive_idle + link.keepalive_interval * link.keepalive_count
    # Linux counts probes in time where there is a user timeout: the probe behind it ends the connection.
    assert link.user_timeout <= silent
    # The worst: something is written just before the silent link would have been given up.
    assert silent + link.user_timeout < 60


@pytest.mark.parametrize(
    "wrong",
    [
        {"keepalive_idle": 0},
        {"keepalive_idle": -1},
        {"keepalive_idle": 32_768},
        {"keepalive_interval": 0},
        {"keepalive_count": 0},
        {"keepalive_count": 128},
        {"user_timeout": 0},
        {"user_timeout": float("nan")},
        {"user_timeout": float("inf")},
    ],
)
def test_wrong_settings(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        LinkSettings(**wrong)


def test_this_system_takes_them() -> None:
    with socket.socket() as connection:
        apply(
            LinkSettings(keepalive_idle=7, keepalive_interval=3, keepalive_count=2, user_timeout=9),
            connection,
        )
        assert connection.getsockopt(TCP, socket.TCP_NODELAY)
        assert connection.getsockopt(SOCKET, socket.SO_KEEPALIVE)
        if sys.platform == "linux":
            assert connection.getsockopt(TCP, socket.TCP_KEEPIDLE) == 7
            assert connection.getsockopt(TCP, socket.TCP_KEEPINTVL) == 3
            assert connection.getsockopt(TCP, socket.TCP_KEEPCNT) == 2
            assert connection.getsockopt(TCP, socket.TCP_USER_TIMEOUT) == 9_000


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the option is missing, or counts other things")
async def test_unacknowledged_data_ends_the_connection() -> None:
    # Linux counts data that a peer does not take as it counts data that gets lost on the way.
    async def never_reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()

    over = asyncio.Event()
    async with listening(never_reads) as port:
        recorder = Recorder()
        link = LinkSettings(user_timeout=1)
        transport = await connect_tcp(target(port), recorder, TLSSettings(), timeout=5, link=link)
        transport.write(b" " * 20_000_000)
        assert isinstance(await recorder.lost(), TimeoutError)
        over.set()


def test_refusal_is_no_error() -> None:
    # A socket that knows nothing of TCP, and one that is closed, refuse every option.
    with socket.socket(type=socket.SOCK_DGRAM) as connection:
        apply(LinkSettings(), connection)
    apply(LinkSettings(), connection)
