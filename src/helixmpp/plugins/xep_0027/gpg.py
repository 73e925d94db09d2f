"""GnuPG as a program of its own: sign, verify, encrypt, decrypt (RFC 4880), with what XMPP sends of its output."""

import asyncio
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helixmpp.errors import HelixError

__all__ = ["GPG", "GPGError", "keyid"]

_KEYID: Final = re.compile(r"(?:0x)?([0-9A-Fa-f]{16,40})")
# Nothing else may stand in what is put between the first and the last line of the armor: no headers, no lines.
_ARMORED: Final = re.compile(r"[A-Za-z0-9+/=\s]+")
_BODY: Final = re.compile(
    r"-----BEGIN PGP [A-Z ]+-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n-----END PGP", re.DOTALL
)
_STATUS: Final = "[GNUPG:] "
# A signature by a key that has expired or was revoked is none.
_BAD: Final = frozenset({"BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"})


class GPGError(HelixError):
    """GnuPG could not be run, or it refused."""


def keyid(text: str) -> str:
    """The id of a key in its usual form, capital letters; an id of 8 digits can be forged and is refused.

    :raises ValueError: it is no id of 16 to 40 hexadecimal digits.
    """
    found = _KEYID.fullmatch(text.replace(" ", ""))
    if found is None:
        raise ValueError("the id of a key has 16 to 40 hexadecimal digits; give the whole fingerprint")
    return found[1].upper()


@dataclass(frozen=True, slots=True)
class GPG:
    """How GnuPG is run.

    :param binary: the program.
    :param home: the folder of its keys; ``""`` is its own default.
    :param keyring: a further file of public keys.
    :param timeout: seconds for one run.
    :param max_size: bytes that come out of one run at most.
    """

    binary: str
    home: str = ""
    keyring: str = ""
    timeout: float = 30.0
    max_size: int = 262_144

    async def sign(self, data: str, key: str) -> str:
        """Sign a text with the private key of that id."""
        out, _ = await self._run(["--armor", "--local-user", key, "--detach-sign"], data.encode())
        return _body_of(out)

    async def encrypt(self, data: str, key: str) -> str:
        """Encrypt a text for the public key of that id, which the program has chosen and so trusts."""
        arguments = ["--armor", "--trust-model", "always", "--recipient", key, "--encrypt"]
        out, _ = await self._run(arguments, data.encode())
        return _body_of(out)

    async def decrypt(self, data: str) -> str:
        """Decrypt a text with a private key of ours."""
        out, _ = await self._run(["--decrypt"], _armored(data, "MESSAGE"))
        try:
            return out.decode()
        except UnicodeDecodeError as error:
            raise GPGError("what was encrypted is no text") from error

    async def verify(self, data: str, signature: str) -> str | None:
        """Check a signature: the fingerprint of the key that made it, or None when it is not good."""
        armored = _armored(signature, "SIGNATURE")
        with tempfile.TemporaryDirectory(prefix="helixmpp-") as folder:
            file = Path(folder) / "signature"
            await asyncio.to_thread(file.write_bytes, armored)
            _, status = await self._run(["--verify", str(file), "-"], data.encode(), may_fail=True)
        words = [line.split() for line in status]
        if any(line[0] in _BAD for line in words if line):
            return None
        good = [line[1:] for line in words if line and line[0] == "VALIDSIG"]
        # The last word is the fingerprint of the primary key, the first one that of the key that was used.
        return good[0][-1] if len(good) == 1 else None

    async def _run(
        self, arguments: list[str], data: bytes, *, may_fail: bool = False
    ) -> tuple[bytes, list[str]]:
        """Run GnuPG once: what it puts out, and what it says of it."""
        command = [self.binary, "--batch", "--no-tty", "--quiet", "--status-fd", "2"]
        command += ["--max-output", str(self.max_size)]
        if self.home:
            command += ["--homedir", self.home]
        if self.keyring:
            command += ["--keyring", self.keyring]
        try:
            # In a thread: not every event loop can run programs, and none of ours is held up.
            done = await asyncio.to_thread(
                subprocess.run,
                [*command, *arguments],
                input=data,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GPGError(f"{self.binary} could not be run: {error}") from error
        lines = done.stderr.decode(errors="replace").splitlines()
        status = [line.removeprefix(_STATUS) for line in lines if line.startswith(_STATUS)]
        if done.returncode and not may_fail:
            reasons = [line for line in lines if not line.startswith(_STATUS)]
            raise GPGError(f"{self.binary} {arguments[-1]} failed: {' '.join(reasons) or done.returncode}")
        return done.stdout, status


def _armored(text: str, kind: str) -> bytes:
    if not _ARMORED.fullmatch(text):
        raise GPGError("what came is no armored OpenPGP data")
    return f"-----BEGIN PGP {kind}-----\n\n{text.strip()}\n-----END PGP {kind}-----\n".encode()


def _body_of(out: bytes) -> str:
    """Section 1: "US-ASCII armored output with the headers removed"."""
    found = _BODY.search(out.decode("ascii", "replace"))
    if found is None:
        raise GPGError("the output is no armored OpenPGP data")
    return found[1].replace("\r", "")
