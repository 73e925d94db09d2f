"""The server's side of SCRAM by the library ``scramp``: another reading of RFC 5802 than ours.

It comes without type hints; what is used of it is said here.
"""

import importlib
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Protocol

from tests.stream.wire import challenge, failure, success

AuthInfo = tuple[bytes, bytes, bytes, int]


class ScramServer(Protocol):
    def set_client_first(self, client_first: str) -> None: ...
    def get_server_first(self) -> str: ...
    def set_client_final(self, client_final: str) -> None: ...
    def get_server_final(self) -> str: ...


class ScramMechanism(Protocol):
    def make_auth_info(
        self, password: str, iteration_count: int | None = None, salt: bytes | None = None
    ) -> AuthInfo: ...

    def make_server(
        self,
        auth_fn: Callable[[str], AuthInfo],
        channel_binding: tuple[str, bytes] | None = None,
        s_nonce: str | None = None,
    ) -> ScramServer: ...


class ScramClient(Protocol):
    def get_client_first(self) -> str: ...
    def set_server_first(self, message: str) -> None: ...
    def get_client_final(self) -> str: ...
    def set_server_final(self, message: str) -> None: ...


_scramp = importlib.import_module("scramp")
make_mechanism: Callable[[str], ScramMechanism] = _scramp.ScramMechanism
ScramException: type[Exception] = _scramp.ScramException


def make_client(
    mechanism: str, username: str, password: str, nonce: str, binding: tuple[str, bytes] | None = None
) -> ScramClient:
    client: ScramClient = _scramp.ScramClient(
        [mechanism], username, password, channel_binding=binding, c_nonce=nonce
    )
    return client


class ServerSide:
    """A server that knows one account."""

    def __init__(
        self,
        mechanism: str,
        username: str,
        password: str,
        *,
        binding: tuple[str, bytes] | None = None,
        iterations: int = 4096,
        salt: bytes | None = None,
        nonce: str | None = None,
    ) -> None:
        made = make_mechanism(mechanism)
        info = made.make_auth_info(password, iterations, salt)
        self.accounts = {username: info}
        self.server = made.make_server(lambda name: self.accounts[name], binding, nonce)
        self.asked_for: list[str] = []

    def answer(self, sent: bytes) -> str:
        """What the server says to what the client has said last."""
        text = re.findall(rb"<(?:auth|response) [^>]*>([^<]*)<", sent)[-1]
        message = b64decode(text).decode()
        self.asked_for.append(message)
        try:
            if len(self.asked_for) == 1:
                self.server.set_client_first(message)
                return challenge(self.server.get_server_first())
            self.server.set_client_final(message)
            return success(self.server.get_server_final())
        except (ScramException, KeyError):
            return failure("not-authorized")
