"""Real database servers for tests: each on 127.0.0.1, on a free port, with a data folder of its own.

Where a server is not installed its tests are skipped with a loud line; on a machine of continuous integration that
is an error. ``tools/databases.sh`` installs them from Debian's packages.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

__all__ = ["SERVERS", "DatabaseFailed", "DatabaseServer", "MariaDB", "PostgreSQL", "Redis"]

_PATIENCE = 30.0  # seconds


class DatabaseFailed(Exception):
    """A server did not start; the text has the end of what it said."""


class DatabaseServer(ABC):
    """A server that runs between ``start()`` and ``stop()``, or in a ``with`` block."""

    name: ClassVar[str]
    package: ClassVar[str]
    # Who runs it when we are root, where it refuses to be root itself.
    user: ClassVar[str | None] = None

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @abstractmethod
    def program(cls) -> str | None:
        """The server's program; None where it is not installed."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The ``storage=`` of an empty database."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """What starts the server in the foreground."""

    def start(self) -> None:
        """Start it and wait until it answers."""
        # Not below pytest's folder, whose parents are closed to the user that runs the server.
        self.folder = Path(tempfile.mkdtemp(prefix=f"helixmpp-{self.name}-"))
        try:
            if self.becomes is not None:
                shutil.chown(self.folder, self.becomes)
            self.prepare()
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.becomes
                )
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it and delete its data."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    @property
    def becomes(self) -> str | None:
        """The user it is started as; None: our own."""
        return self.user if hasattr(os, "geteuid") and os.geteuid() == 0 else None

    def run(self, *command: str) -> None:
        """Run a program of the server to its end."""
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=self.folder,
            user=self.becomes,
        )
        if done.returncode:
            raise DatabaseFailed(f"{command[0]}: {(done.stderr or done.stdout)[-2000:]}")

    def _wait(self) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise DatabaseFailed(f"{self.name} did not start: {self.log.read_text(errors='replace')[-2000:]}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class PostgreSQL(DatabaseServer):
    """PostgreSQL, without a password, for speed without waiting for the disk."""

    name = "postgresql"
    package = "postgresql"
    user = "postgres"

    @classmethod
    def program(cls) -> str | None:
        return shutil.which("postgres", path=_path_with("/usr/lib/postgresql/*/bin"))

    @property
    def url(self) -> str:
        return f"postgresql://helixmpp@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        initdb = Path(self.program() or "").resolve().parent / "initdb"
        self.run(
            str(initdb),
            "-D",
            str(self.folder / "data"),
            "-U",
            "helixmpp",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )

    def command(self) -> list[str]:
        return [
            *(self.program() or "", "-D", str(self.folder / "data"), "-p", str(self.port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"),
            *("-c", "fsync=off", "-c", "full_page_writes=off"),
        ]

    def _wait(self) -> None:
        super()._wait()
        # The port is open before it answers queries.
        end = time.monotonic() + _PATIENCE
        while "ready to accept connections" not in self.log.read_text(errors="replace"):
            if time.monotonic() > end:
                raise DatabaseFailed(
                    f"PostgreSQL is not ready: {self.log.read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.05)


class MariaDB(DatabaseServer):
    """MariaDB, whose root has no password, with an empty database."""

    name = "mariadb"
    package = "mariadb-server"
    user = "mysql"

    @classmethod
    def program(cls) -> str | None:
        return shutil.which("mariadbd", path=_path_with("/usr/sbin"))

    @property
    def url(self) -> str:
        return f"mariadb://root@127.0.0.1:{self.port}/helixmpp"

    def prepare(self) -> None:
        install = shutil.which("mariadb-install-db", path=_path_with("/usr/bin"))
        self.run(
            *(install or "mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"),
        )
        (self.folder / "begin.sql").write_text("CREATE DATABASE helixmpp;\n", encoding="ascii")

    def command(self) -> list[str]:
        return [
            *(self.program() or "", "--no-defaults", f"--datadir={self.folder / 'data'}"),
            *(f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.folder / 'socket'}"),
            *("--skip-name-resolve", f"--pid-file={self.folder / 'pid'}"),
            *(f"--init-file={self.folder / 'begin.sql'}", "--innodb-flush-log-at-trx-commit=2"),
        ]


class Redis(DatabaseServer):
    """Redis, which keeps nothing on a disk."""

    name = "redis"
    package = "redis-server"

    @classmethod
    def program(cls) -> str | None:
        return shutil.which("redis-server")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """It needs none."""

    def command(self) -> list[str]:
        return [
            *(self.program() or "", "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--dir", str(self.folder), "--save", "", "--appendonly", "no"),
        ]


SERVERS: tuple[type[DatabaseServer], ...] = (PostgreSQL, MariaDB, Redis)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _path_with(pattern: str) -> str:
    # Debian keeps servers out of PATH, each version in a folder of its own; the newest first.
    more = sorted(str(path) for path in Path("/").glob(pattern.lstrip("/")))
    return os.pathsep.join([*reversed(more), os.environ.get("PATH", "")])
