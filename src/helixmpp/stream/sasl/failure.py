"""The words for ``<failure/>``: what the server means, and what can be done (RFC 6120 section 6.5)."""

from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import AuthenticationFailed
from helixmpp.stream.config import StreamConfig
from helixmpp.stream.textual import plain_line
from helixmpp.xml import NS_SASL

__all__ = ["condition_of", "failure_error"]

_WORDS: Final = {
    "aborted": "the server has aborted the authentication; try again",
    "account-disabled": "the server has disabled the account {jid}; ask its operator",
    "credentials-expired": "the password of {jid} has expired; set a new one",
    "encryption-required": "the server demands encryption before {mechanism}",
    "incorrect-encoding": "the server could not read our data for {mechanism}",
    "invalid-authzid": "the server does not let these credentials act for {jid}",
    "invalid-mechanism": "the server does not do {mechanism} for {jid}, though it offered it",
    "malformed-request": "the server could not read our message for {mechanism}",
    "mechanism-too-weak": "the server finds {mechanism} too weak for {jid}; "
    "often a password that is set anew helps",
    "not-authorized": "the server refused {credentials} for {jid}; check both",
    "temporary-auth-failure": "the server cannot check credentials at the moment; try again later",
}

_CREDENTIALS: Final = {
    "EXTERNAL": "the client certificate",
    "ANONYMOUS": "an anonymous user",
}


def condition_of(failure: Element) -> str:
    """The defined condition; what is none counts as ``not-authorized``."""
    for child in failure:
        namespace, _, name = child.tag[1:].partition("}")
        if namespace == NS_SASL and name in _WORDS:
            return name
    return "not-authorized"


def failure_error(failure: Element, mechanism: str, config: StreamConfig) -> AuthenticationFailed:
    """The error for a ``<failure/>``, with what the server says for people.

    After PLAIN the server knows the password. One that repeats it does not bring it into a log.
    """
    condition = condition_of(failure)
    reason = _WORDS[condition].format(
        jid=config.jid.bare, mechanism=mechanism, credentials=_CREDENTIALS.get(mechanism, "the password")
    )
    if mechanism.endswith("-PLUS") and condition in {"malformed-request", "invalid-mechanism"}:
        # A server that announces no types of channel binding (XEP-0440) may know only tls-unique.
        reason += (
            "; if it knows no channel binding by tls-server-end-point, the setting mechanisms has to leave the "
            "-PLUS mechanisms out"
        )
    text = plain_line(failure.findtext(f"{{{NS_SASL}}}text", ""), 200)
    if text and mechanism != "PLAIN":
        reason += f" (the server says: {text})"
    return AuthenticationFailed(reason, condition=condition, mechanism=mechanism)
