"""A real Prosody for tests and demonstrations, started on 127.0.0.1 with a folder of its own.

A test tool: the accounts' passwords lie in the folder as they are, and everything in it is deleted at the end
unless the caller names a folder. Prosody 0.12 or later has to be installed (``apt-get install prosody``);
the service that the system may run is neither used nor touched.

Use::

    async with Prosody(accounts={"alice": "secret"}) as server:
        xmpp = ClientXMPP(f"alice@{server.domain}", "secret")
        xmpp.ca_certs = server.ca_file
        await xmpp.connect(host=server.host, port=server.port)

The starting itself needs no event loop: ``with Prosody() as server`` works in plain code.
"""

import asyncio
import contextlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from helixmpp.errors import HelixError
from helixmpp.testing.certificates import Authority
from helixmpp.testing.prosody_config import account_file, account_text, config_text

__all__ = ["Prosody", "ProsodyFailed", "ProsodyMissing"]

HOST = "127.0.0.1"
POLL = 0.02  # seconds between two looks at a server that is starting
GRACE = 5.0  # seconds between asking it to end and killing it
PORT_TRIES = 5
LOG_TAIL = 4_000  # characters of the log that an error shows


class ProsodyMissing(HelixError, FileNotFoundError):
    """There is no program ``prosody`` on this machine; the message says how to install it."""


class ProsodyFailed(HelixError, RuntimeError):
    """Prosody ended, or was not ready in time; the message has the end of its log."""


class _PortTaken(Exception):
    """Somebody else took a port between our choice of it and Prosody's start."""


class Prosody:
    """A running Prosody with one virtual host, its accounts and external components (XEP-0114).

    :param accounts: local parts, as Nodeprep leaves them (lower case), to passwords.
    :param components: domains to the secrets of the components that will connect.
    :param domain: the virtual host. It needs no DNS: connect to ``host`` and ``port``.
    :param modules: names of modules to enable beyond the usual ones, such as ``"mam"``.
    :param extra_config: lines of Prosody's configuration (Lua), put into the section of the virtual host.
    :param log_level: ``"debug"``, ``"info"``, ``"warn"`` or ``"error"``.
    :param program: the path of ``prosody``; by default the one on ``PATH``.
    :param folder: where configuration, data and log go, and stay; by default a temporary folder.
    :param timeout: seconds that it may take until it accepts connections.

    While it runs, ``port`` is for clients with STARTTLS, ``tls_port`` for direct TLS (XEP-0368) and
    ``component_port`` for components, which it serves only when ``components`` names one. ``ca_file``
    is the authority to trust, ``data_folder`` the storage and ``log_file`` the log.
    """

    host = HOST

    def __init__(
        self,
        accounts: Mapping[str, str] | None = None,
        components: Mapping[str, str] | None = None,
        *,
        domain: str = "test.example",
        modules: Iterable[str] = (),
        extra_config: str = "",
        log_level: str = "info",
        program: str | Path | None = None,
        folder: str | Path | None = None,
        timeout: float = 20.0,
    ) -> None:
        self.domain = domain
        self.accounts = dict(accounts or {})
        self.components = dict(components or {})
        self.modules = tuple(modules)
        self.extra_config = extra_config
        self.log_level = log_level
        self.timeout = timeout
        self.port = self.tls_port = self.component_port = 0
        self.folder = Path(folder) if folder is not None else Path()
        self._own_folder = folder is None
        self._program = program
        self._started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[[subprocess.Popen[bytes], Path | None], Prosody] | None = None

    @property
    def ca_file(self) -> Path:
        """The certificate (PEM) of the authority that signed the server's."""
        return self.folder / "ca.pem"

    @property
    def data_folder(self) -> Path:
        """Where Prosody keeps accounts, rosters and the like."""
        return self.folder / "data"

    @property
    def log_file(self) -> Path:
        """What Prosody logs, at ``log_level`` and above."""
        return self.folder / "prosody.log"

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def log_text(self, start: int = 0) -> str:
        """What the log says from the byte ``start`` on; empty when there is none yet."""
        try:
            return self.log_file.read_bytes()[start:].decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def add_account(self, user: str, password: str) -> None:
        """Make an account, or change its password; takes effect at the next authentication.

        :raises ValueError: ``user`` is no local part as Nodeprep leaves it.
        """
        path = account_file(self.data_folder, self.domain, user)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(account_text(password), encoding="ascii")
        self.accounts[user] = password

    def start(self) -> None:
        """Start it and wait until it accepts connections.

        :raises ProsodyMissing: the program is not installed.
        :raises ProsodyFailed: it ended by itself or was not ready within ``timeout``.
        """
        for last in _tries():
            self._launch()
            with self._ended_on_error(retry=not last):
                while not self._is_ready():
                    time.sleep(POLL)
                return

    def stop(self) -> None:
        """End it, and delete its folder unless the caller named one; does nothing when it does not run."""
        if self._end is not None:
            self._end()
            self._end = self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        for last in _tries():
            self._launch()
            with self._ended_on_error(retry=not last):
                while not self._is_ready():  # noqa: ASYNC110 - another process sets no event of ours
                    await asyncio.sleep(POLL)
                break
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    # -- how it is started -----------------------------------------------------------------------------

    def _launch(self) -> None:
        if self.is_running:
            raise ProsodyFailed("this Prosody runs already")
        program = _find_program(self._program)
        if self._own_folder:
            self.folder = Path(tempfile.mkdtemp(prefix="helixmpp-prosody-"))
        try:
            self.port, self.tls_port, self.component_port = free_ports(3)
            self._write_files()
            with (self.folder / "prosody.out").open("wb") as out:
                process = subprocess.Popen(  # noqa: S603 - the program is the caller's, the arguments are ours
                    [program, "-F", "--config", str(self.folder / "prosody.cfg.lua")],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    cwd=self.folder,
                )
        except BaseException:
            if self._own_folder:
                shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._process = process
        self._started_at = time.monotonic()
        # A finalizer also runs when the interpreter ends, so that a forgotten server does not outlive it.
        self._end = weakref.finalize(self, _end_process, process, self.folder if self._own_folder else None)

    def _write_files(self) -> None:
        self.data_folder.mkdir(parents=True, exist_ok=True)
        self.log_file.unlink(missing_ok=True)
        authority = Authority()
        identity = authority.issue([self.domain, *self.components])
        self.ca_file.write_bytes(authority.certificate)
        (self.folder / "server.crt").write_bytes(identity.certificate)
        key = self.folder / "server.key"
        key.touch(mode=0o600)
        key.write_bytes(identity.private_key)
        for user, password in self.accounts.items():
            self.add_account(user, password)
        (self.folder / "prosody.cfg.lua").write_text(
            config_text(
                self.folder,
                self.domain,
                interface=HOST,
                ports=(self.port, self.tls_port, self.component_port),
                components=self.components,
                modules=self.modules,
                extra=self.extra_config,
                log_level=self.log_level,
            ),
            encoding="utf-8",
        )

    def _is_ready(self) -> bool:
        """Whether every port accepts; raises when that will never be."""
        log = self.log_text()
        # Prosody goes on without a port that it did not get: then somebody else answers there.
        if "Failed to open server port" in log:
            raise _PortTaken
        if not self.is_running:
            status = self._process.returncode if self._process is not None else None
            raise ProsodyFailed(f"Prosody ended with exit code {status}\n{self._report()}")
        wanted = {"c2s": self.port, "c2s_direct_tls": self.tls_port}
        if self.components:
            wanted["component"] = self.component_port
        active = set(re.findall(r"Activated service '(\w+)' on \[", log))
        if active.issuperset(wanted) and all(_accepts(port) for port in wanted.values()):
            return True
        if time.monotonic() - self._started_at > self.timeout:
            missing = ", ".join(sorted(wanted.keys() - active)) or "its ports"
            raise ProsodyFailed(f"Prosody was not ready in {self.timeout} s (no {missing})\n{self._report()}")
        return False

    @contextlib.contextmanager
    def _ended_on_error(self, *, retry: bool) -> Generator[None]:
        try:
            yield
        except _PortTaken:
            report = self._report()
            self.stop()
            if not retry:
                raise ProsodyFailed(f"no free ports in {PORT_TRIES} tries\n{report}") from None
        except BaseException:
            self.stop()
            raise

    def _report(self) -> str:
        out = (self.folder / "prosody.out").read_text(encoding="utf-8", errors="replace")
        return "\n".join(f"  {line}" for line in (out + self.log_text())[-LOG_TAIL:].splitlines())


def _tries() -> Iterator[bool]:
    """One value for each try, which says whether it is the last."""
    return (number == PORT_TRIES for number in range(1, PORT_TRIES + 1))


def _find_program(program: str | Path | None) -> str:
    found = shutil.which(program or "prosody")
    if found is None:
        raise ProsodyMissing(
            f"there is no program {str(program or 'prosody')!r}; install Prosody: "
            "'apt-get install prosody' on Debian and Ubuntu, 'brew install prosody' on macOS, "
            "or see https://prosody.im/download"
        )
    return found


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        # All are held until the last one is known, or the same port could come twice.
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _end_process(process: subprocess.Popen[bytes], folder: Path | None) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
