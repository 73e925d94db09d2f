"""When a connection counts as dead: the socket options that make the system find it out.

A peer that vanishes (a cable, a NAT that forgot, a machine without power) sends no word of it. Probes find it
while nobody writes (RFC 9293 section 3.8.4), a limit for unacknowledged data does while somebody does (RFC 5482).
"""

import math
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["LinkSettings", "apply", "socket_options", "windows_probes"]

# What Python's socket module does not name, from the systems' own headers. Both count in seconds.
_NUMBERS: Mapping[tuple[str, str], int] = MappingProxyType(
    {
        ("darwin", "TCP_RXT_CONNDROPTIME"): 0x80,  # netinet/tcp.h
        ("win32", "TCP_MAXRT"): 5,  # ws2ipdef.h
    }
)

_OLD_WINDOWS_PROBES = 10  # Windows before 10, version 1703, cannot be told how many


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How soon a dead connection is noticed; a system that lacks an option goes without it.

    By default a silent link is given up at most 30 seconds after the last sign of life, and one with
    unacknowledged data 28 seconds after that was sent: less than 60 seconds also where something is written
    last thing before the silent link would have been given up.

    :param keepalive_idle: seconds of silence before the first probe; None for no probes.
    :param keepalive_interval: seconds between probes.
    :param keepalive_count: how many probes stay unanswered before the connection is given up.
    :param user_timeout: seconds that sent data may stay unacknowledged, or, on Linux, that data may wait for a
        peer who has stopped reading; None for what the system does by itself, often a quarter of an hour.
    :raises ValueError: a number is not above 0, or is more than systems take (32,767 seconds, 127 probes).
    """

    keepalive_idle: float | None = 15.0
    keepalive_interval: float = 5.0
    keepalive_count: int = 3
    user_timeout: float | None = 28.0

    def __post_init__(self) -> None:
        most = {"keepalive_count": 127}
        for name in ("keepalive_idle", "keepalive_interval", "keepalive_count", "user_timeout"):
            value: float | None = getattr(self, name)
            if value is not None and not 0 < value <= most.get(name, 32_767):
                raise ValueError(f"{name} is a number above 0, and at most {most.get(name, 32_767)}")


def socket_options(
    settings: LinkSettings, names: Mapping[str, int], platform: str = sys.platform
) -> list[tuple[int, int, int]]:
    """Give level, option and value of what is to be set on a socket.

    :param names: the options that the system knows, as ``vars(socket)`` has them.
    :param platform: as ``sys.platform``.
    """
    tcp = socket.IPPROTO_TCP
    # Without it a short stanza may wait for the peer to acknowledge the one before (RFC 896).
    wanted: list[tuple[int, str, int]] = [(tcp, "TCP_NODELAY", 1)]
    if settings.keepalive_idle is not None:
        idle = _whole(settings.keepalive_idle)
        wanted += [
            (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
            # macOS calls it by another name; what Windows has under that name is something else.
            (tcp, "TCP_KEEPALIVE" if platform == "darwin" else "TCP_KEEPIDLE", idle),
            (tcp, "TCP_KEEPINTVL", _whole(settings.keepalive_interval)),
            (tcp, "TCP_KEEPCNT", settings.keepalive_count),
        ]
    if settings.user_timeout is not None:
        wanted += [
            (tcp, "TCP_USER_TIMEOUT", _whole(settings.user_timeout * 1000)),  # in milliseconds
            (tcp, "TCP_RXT_CONNDROPTIME", _whole(settings.user_timeout)),
            (tcp, "TCP_MAXRT", _whole(settings.user_timeout)),
        ]
    found = ((level, names.get(name, _NUMBERS.get((platform, name))), value) for level, name, value in wanted)
    return [(level, option, value) for level, option, value in found if option is not None]


def windows_probes(settings: LinkSettings) -> tuple[int, int, int] | None:
    """Give the values for ``SIO_KEEPALIVE_VALS``, which older versions of Windows have instead.

    On or off, then milliseconds of silence, then milliseconds between probes. There are always ten of them, so
    they come the closer together.
    """
    if settings.keepalive_idle is None:
        return None
    span = settings.keepalive_interval * settings.keepalive_count
    return 1, _whole(settings.keepalive_idle * 1000), _whole(span * 1000 / _OLD_WINDOWS_PROBES)


def apply(settings: LinkSettings, connection: socket.socket) -> None:
    """Set what the system knows of; what it refuses stays as it was."""
    names = vars(socket)
    for level, option, value in socket_options(settings, names):
        with suppress(OSError):
            connection.setsockopt(level, option, value)
    # Both are there on Windows alone.
    control, command = getattr(connection, "ioctl", None), names.get("SIO_KEEPALIVE_VALS")
    values = windows_probes(settings)
    if control is not None and command is not None and values is not None and "TCP_KEEPCNT" not in names:
        with suppress(OSError):
            control(command, values)


def _whole(number: float) -> int:
    return max(1, math.ceil(number))
