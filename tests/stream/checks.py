"""What tests of the promises look at."""

import re
from base64 import b64decode

from helixmpp.errors import AuthenticationFailed, ProtocolError
from tests.stream.dialogue import Talk
from tests.stream.wire import PASSWORD, base64

__all__ = ["assert_not_let_in"]


def assert_not_let_in(result: Talk) -> None:
    """No session, and the password in no form: not in what was sent, not in what is told."""
    assert not [
        each for each in result.transcript if each.startswith(("authenticated", "bound", "ready", "stanza"))
    ]
    assert result.transcript[-1].startswith("closed")
    assert result.transcript[-2].startswith("failed")
    assert isinstance(result.error, (AuthenticationFailed, ProtocolError))
    # An error that is kept keeps no frame that has the password in it.
    assert result.error.__traceback__ is None
    assert result.error.__context__ is None
    said = [b64decode(each) for each in re.findall(rb">([A-Za-z0-9+/]+=*)</(?:auth|response)>", result.sent)]
    for secret in (PASSWORD.encode(), base64(PASSWORD).encode()):
        assert secret not in result.sent
        assert not [each for each in said if secret in each]
        assert secret.decode() not in f"{result.error} {result.error!r} {result.events!r} {result.machine!r}"
