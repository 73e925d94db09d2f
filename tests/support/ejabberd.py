"""A real ejabberd for tests, started on 127.0.0.1 with a folder of its own; ended and deleted by the test.

ejabberd has to be installed (``sh tools/ejabberd.sh required``); the service that the system may run is neither
used nor touched. Erlang runs as a node without a name: then it listens for no other nodes, and needs no port mapper.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import pytest

from helixmpp.testing.certificates import Authority
from helixmpp.testing.prosody import free_ports
from tests.support.ejabberd_config import accounts_text, config_text

__all__ = ["Ejabberd", "EjabberdFailed", "EjabberdMissing", "needs_ejabberd"]

Marked = TypeVar("Marked", bound=Callable[..., object])

HOST = "127.0.0.1"
POLL = 0.05  # seconds between two looks at a server that is starting
GRACE = 5.0  # seconds between asking it to end and killing it
LOG_TAIL = 4_000  # characters of the log that an error shows

# What Erlang does once ejabberd is started: it makes the accounts and says that all is there.
READY = (
    '{ok, Accounts} = file:consult("accounts"), '
    "[ok = ejabberd_auth:try_register(User, Host, Password) || {User, Host, Password} <- Accounts], "
    'ok = file:write_file("ready", <<>>).'
)


class EjabberdMissing(FileNotFoundError):
    """There is no ejabberd on this machine."""


class EjabberdFailed(RuntimeError):
    """It ended, or was not ready in time; the message has the end of its log."""


class Ejabberd:
    """A running ejabberd with one virtual host, its accounts and external components (XEP-0114).

    :param accounts: local parts to passwords.
    :param components: domains to the secrets of the components that will connect.
    :param domain: the virtual host; it needs no DNS.
    :param balancing: domains of components that several connections serve at a time, to how they share:
        ``"random"``, ``"source"``, ``"destination"``, ``"bare_source"`` or ``"bare_destination"``, and how
        many connections there will be.
    :param global_routes: whether a component that connects serves all the domains of its listener.
    :param resume_timeout: seconds that a session waits to be resumed (XEP-0198); 0: none can be.
    :param management: whether it does stream management at all.
    :param registration: whether people make accounts by themselves (XEP-0077).
    :param timeout: seconds that it may take until it is ready.
    """

    host = HOST

    def __init__(
        self,
        accounts: Mapping[str, str] | None = None,
        components: Mapping[str, str] | None = None,
        *,
        domain: str = "test.example",
        balancing: Mapping[str, tuple[str, int]] | None = None,
        global_routes: bool = False,
        resume_timeout: int = 60,
        management: bool = True,
        registration: bool = False,
        timeout: float = 40.0,
    ) -> None:
        self.domain = domain
        self.accounts = dict(accounts or {})
        self.components = dict(components or {})
        self.balancing = dict(balancing or {})
        self.global_routes = global_routes
        self.resume_timeout = resume_timeout
        self.management = management
        self.registration = registration
        self.timeout = timeout
        self.port = self.tls_port = self.component_port = 0
        self.folder = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[[subprocess.Popen[bytes], Path], Ejabberd] | None = None

    @staticmethod
    def is_installed() -> bool:
        """Whether there is one on this machine."""
        return shutil.which("erl") is not None and _program() is not None

    @property
    def ca_file(self) -> Path:
        """The certificate (PEM) of the authority that signed the server's."""
        return self.folder / "ca.pem"

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def log_text(self) -> str:
        """What the log says, and what the process printed."""
        texts = [self.folder / "ejabberd.out", self.folder / "ejabberd.log"]
        return "\n".join(one.read_text("utf-8", "replace") for one in texts if one.exists())

    def start(self) -> None:
        """Start it and wait until it is ready.

        :raises EjabberdMissing: it is not installed.
        :raises EjabberdFailed: it ended by itself or was not ready within ``timeout``.
        """
        script, erl = _program(), shutil.which("erl")
        if script is None or erl is None:
            raise EjabberdMissing("ejabberd is not installed: sh tools/ejabberd.sh required")
        self.folder = Path(tempfile.mkdtemp(prefix="helixmpp-ejabberd-"))
        self.port, self.tls_port, self.component_port = free_ports(3)
        self._write_files()
        with (self.folder / "ejabberd.out").open("wb") as out:
            self._process = subprocess.Popen(
                [erl, "-noinput", "-mnesia", "dir", '"spool"', "-s", "ejabberd", "-eval", READY],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                env={**os.environ, **self._environment(script)},
            )
        # A finalizer also runs when the interpreter ends, so that a forgotten server does not outlive it.
        self._end = weakref.finalize(self, _end_process, self._process, self.folder)
        deadline = time.monotonic() + self.timeout
        while not ((self.folder / "ready").exists() and _accepts(self.port)):
            if not self.is_running or time.monotonic() > deadline:
                report = self.log_text()[-LOG_TAIL:]
                self.stop()
                raise EjabberdFailed(f"ejabberd was not ready:\n{report}")
            time.sleep(POLL)

    def _environment(self, script: Path) -> dict[str, str]:
        libraries = re.search(r"^ERL_LIBS='?([^'\n]+)'?$", script.read_text(), re.MULTILINE)
        return {
            "EJABBERD_CONFIG_PATH": str(self.folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(self.folder / "ejabberd.log"),
            "ERL_CRASH_DUMP": str(self.folder / "crash.dump"),
            "ERL_LIBS": libraries[1] if libraries is not None else "",
            "HOME": str(self.folder),
        }

    def _write_files(self) -> None:
        authority = Authority()
        identity = authority.issue([self.domain, f"pubsub.{self.domain}", *self.components])
        self.ca_file.write_bytes(authority.certificate)
        pem = self.folder / "server.pem"
        pem.touch(mode=0o600)
        pem.write_bytes(identity.certificate + identity.private_key)
        (self.folder / "accounts").write_text(accounts_text(self.accounts, self.domain), encoding="utf-8")
        text = config_text(
            self.domain,
            certificate=pem,
            interface=HOST,
            ports=(self.port, self.tls_port, self.component_port),
            components=self.components,
            balancing=self.balancing,
            global_routes=self.global_routes,
            resume_timeout=self.resume_timeout if self.management else None,
            registration=self.registration,
        )
        (self.folder / "ejabberd.yml").write_text(text, encoding="utf-8")

    def stop(self) -> None:
        """End it and delete its folder; does nothing when it does not run."""
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


def needs_ejabberd(test: Marked) -> Marked:
    """Mark a test that is left out, loudly, where there is no ejabberd; in continuous integration it fails then."""
    reason = "EJABBERD IS NOT INSTALLED, so nothing was tested against it: sh tools/ejabberd.sh required"
    left_out = not Ejabberd.is_installed() and os.environ.get("CI", "").lower() in {"", "0", "false"}
    marked: Marked = pytest.mark.skipif(left_out, reason=reason)(test)
    return marked


def _program() -> Path | None:
    # Debian keeps it where only an administrator's PATH looks.
    found = shutil.which("ejabberdctl", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    return None if found is None else Path(found)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _end_process(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
