"""What a SASL mechanism is here: a name, and a generator that is one side of the conversation.

It yields what the client says and is resumed with what the server says; a :class:`NeedSaltedPassword` that it
yields is answered with the key. It returns when it has nothing more to say and nothing more to hear, and
raises ``AuthenticationFailed`` for what the server should not have said.
"""

from collections.abc import Generator
from dataclasses import dataclass

from helixmpp.errors import AuthenticationFailed
from helixmpp.stream.events import NeedSaltedPassword
from helixmpp.stream.sasl.saslprep import saslprep

__all__ = ["Conversation", "Mechanism", "anonymous", "external", "plain", "prepared"]

Conversation = Generator[bytes | NeedSaltedPassword, bytes, None]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One attempt to authenticate.

    :param challenged: whether the server has to say something before it may say that all is well. For one
        that is not, every challenge is out of place.
    """

    name: str
    conversation: Conversation
    challenged: bool = False


def prepared(what: str, text: str, mechanism: str) -> str:
    """A user name or a password by SASLprep; the error does not repeat it."""
    try:
        return saslprep(text)
    except ValueError as error:
        raise AuthenticationFailed(
            f"the {what} cannot be used: {error}", condition="not-authorized", mechanism=mechanism
        ) from None


def _says(message: bytes, name: str) -> Conversation:
    """A mechanism of one message, to which the server has nothing to say but yes or no."""
    answer = yield message
    if answer:
        raise AuthenticationFailed(
            f"the server does not follow {name}: it adds data where there can be none",
            condition="malformed-request",
            mechanism=name,
        )


def plain(username: str, password: str) -> Mechanism:
    """PLAIN (RFC 4616), to be used where nobody else reads along."""
    parts = ("", prepared("user name", username, "PLAIN"), prepared("password", password, "PLAIN"))
    return Mechanism("PLAIN", _says("\0".join(parts).encode(), "PLAIN"))


def external(authzid: str = "") -> Mechanism:
    """EXTERNAL (RFC 4422 appendix A): the client certificate says who we are."""
    return Mechanism("EXTERNAL", _says(authzid.encode(), "EXTERNAL"))


def anonymous() -> Mechanism:
    """ANONYMOUS (RFC 4505), without a word about us for the server's log."""
    return Mechanism("ANONYMOUS", _says(b"", "ANONYMOUS"))
