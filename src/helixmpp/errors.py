"""Every exception of helixmpp that needs no stanza to be explained.

Three families, told apart because they call for different reactions:

* the caller's mistake raises where it is made: :class:`InvalidJID`, :class:`FieldValueError`,
  :class:`StateError`, :class:`PluginNotFound`, :class:`PluginImportError`;
* the peer's mistake is one of :class:`ProtocolError` (ends the stream) or :class:`XMPPError`
  (ends one request; :class:`BadStanza` is the one for a value that does not parse);
* the connection's failure is a :class:`ConnectionFailure`, which names the stage, the target and the reason.

``IqError`` and ``IqTimeout`` carry an ``Iq`` and live beside it in :mod:`helixmpp.stanza`.
"""

from collections.abc import Mapping

__all__ = [
    "AuthenticationFailed",
    "BadStanza",
    "CertificateError",
    "ConnectionFailure",
    "DNSFailure",
    "FieldValueError",
    "HelixError",
    "InvalidCABundle",
    "InvalidJID",
    "InvalidTLSSettings",
    "NotConnectedError",
    "PluginImportError",
    "PluginNotFound",
    "ProtocolError",
    "RegistrationFailed",
    "StageTimeout",
    "StanzaNotSent",
    "StateError",
    "StorageError",
    "StreamFailure",
    "TLSFailure",
    "XMPPError",
]


class HelixError(Exception):
    """The base of every exception that helixmpp raises by itself."""


# -- the caller's mistakes ---------------------------------------------------------------------------


class InvalidJID(HelixError, ValueError):
    """A string or its parts do not make an XMPP address (RFC 6122 section 2); the message says why."""


class FieldValueError(HelixError, ValueError):
    """A value assigned to a stanza's field has the wrong type or form; nothing was changed."""


class StateError(HelixError, RuntimeError):
    """A call that the current state does not allow, such as sending on a stream that is not negotiated."""


class NotConnectedError(HelixError, ConnectionError):
    """Something had to be sent and there is no stream to send it on."""


class StanzaNotSent(NotConnectedError):
    """A stanza was given up, or nobody can say whether the server has it; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PluginNotFound(HelixError, LookupError):
    """No plugin of that name exists; the message lists the closest names."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(text or f"there is no plugin {name!r}")
        self.name = name


class PluginImportError(HelixError, ImportError):
    """A plugin exists but its module fails to import; ``__cause__`` is the reason."""


class InvalidCABundle(HelixError, ValueError):
    """The file or folder given as ``ca_certs`` cannot be read as PEM certificates."""

    def __init__(self, path: object, reason: str = "") -> None:
        super().__init__(f"ca_certs={str(path)!r} is no readable bundle of PEM certificates: {reason}")
        self.path = path


class InvalidTLSSettings(HelixError, ValueError):
    """A TLS setting of the program cannot be used: its client certificate, the key or the list of ciphers."""


class StorageError(HelixError):
    """A store could not keep or give back a value; ``__cause__`` is the engine's own error."""


# -- the peer's mistakes -----------------------------------------------------------------------------


class ProtocolError(HelixError):
    """The peer broke the protocol so that the stream cannot go on.

    ``condition`` is the stream error condition (RFC 6120 section 4.9.3) that is sent back.
    ``text`` is for our log; it never repeats what the peer sent.
    """

    def __init__(self, condition: str, text: str = "") -> None:
        super().__init__(f"{condition}: {text}" if text else condition)
        self.condition = condition
        self.text = text


class XMPPError(HelixError):
    """A stanza error (RFC 6120 section 8.3): raised in a handler of a request, it becomes the answer.

    :param condition: a defined condition, such as ``"item-not-found"``.
    :param text: a sentence for people; sent to the peer.
    :param etype: ``auth``, ``cancel``, ``continue``, ``modify`` or ``wait``; by default the one that
        RFC 6120 recommends for the condition.
    :param extension: the name of an application-specific condition element.
    :param extension_ns: the namespace of that element.
    :param extension_args: its attributes.
    :param clear: whether the answer leaves out the payload of the request.
    :param by: the address of the entity that set the error.
    """

    #: The types that conditions have where nobody says ``etype``; those of the RFC.
    default_types: Mapping[str, str]

    def __init__(
        self,
        condition: str = "undefined-condition",
        text: str = "",
        etype: str | None = None,
        extension: str | None = None,
        extension_ns: str | None = None,
        extension_args: Mapping[str, str] | None = None,
        clear: bool = True,
        by: object = None,
    ) -> None:
        super().__init__(f"{condition}: {text}" if text else condition)
        self.condition = condition
        self.text = text
        self.etype = etype if etype is not None else self.default_types.get(condition, "cancel")
        self.extension = extension
        self.extension_ns = extension_ns
        self.extension_args: Mapping[str, str] = extension_args or {}
        self.clear = clear
        self.by = by

    def format(self) -> str:
        """Return the error as a sentence for people."""
        return (
            f"{self.condition} ({self.etype}): {self.text}"
            if self.text
            else f"{self.condition} ({self.etype})"
        )


class BadStanza(XMPPError):
    """A value that the peer sent does not parse; in an unanswered request it becomes ``bad-request``.

    The text names the field, never the value: what a stranger wrote is not repeated.
    """

    def __init__(self, text: str = "", condition: str = "bad-request", etype: str = "modify") -> None:
        super().__init__(condition, text, etype)


# The type that RFC 6120 section 8.3.3 gives for each defined condition.
DEFAULT_ERROR_TYPES: Mapping[str, str] = {
    "bad-request": "modify",
    "conflict": "cancel",
    "feature-not-implemented": "cancel",
    "forbidden": "auth",
    "gone": "cancel",
    "internal-server-error": "cancel",
    "item-not-found": "cancel",
    "jid-malformed": "modify",
    "not-acceptable": "modify",
    "not-allowed": "cancel",
    "not-authorized": "auth",
    "policy-violation": "modify",
    "recipient-unavailable": "wait",
    "redirect": "modify",
    "registration-required": "auth",
    "remote-server-not-found": "cancel",
    "remote-server-timeout": "wait",
    "resource-constraint": "wait",
    "service-unavailable": "cancel",
    "subscription-required": "auth",
    "undefined-condition": "cancel",
    "unexpected-request": "wait",
}
XMPPError.default_types = DEFAULT_ERROR_TYPES


# -- the connection's failures -----------------------------------------------------------------------


class ConnectionFailure(HelixError, ConnectionError):
    """No session came about, or it ended; says at which stage, with whom and why.

    :param reason: one sentence: what was wrong and what to do about it.
    :param stage: ``dns``, ``tcp``, ``tls``, ``features``, ``starttls``, ``sasl``, ``bind``, ``session`` ...
    :param target: ``host:port``, or the domain while there is no host yet.
    """

    def __init__(self, reason: str, *, stage: str = "", target: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.stage = stage
        # Filled in later where it was not known at first: the protocol knows the stage, the transport the target.
        self.target = target

    def __str__(self) -> str:
        where = " ".join(part for part in (self.stage, f"({self.target})" if self.target else "") if part)
        return f"{where}: {self.reason}" if where else self.reason


class DNSFailure(ConnectionFailure):
    """The domain's name cannot be resolved, or it says that it offers no XMPP service."""


class StageTimeout(ConnectionFailure):
    """The peer went silent: a stage of the negotiation did not end within its time."""


class TLSFailure(ConnectionFailure):
    """TLS could not be agreed on, or the server does not offer it where it is required."""


class CertificateError(TLSFailure):
    """The certificate is not one for the JID's domain from an authority that is trusted."""


class AuthenticationFailed(ConnectionFailure):
    """The server refused the credentials, or it could not prove that it knows them.

    ``condition`` is the SASL condition (RFC 6120 section 6.5), ``mechanism`` the SASL mechanism.
    """

    def __init__(
        self, reason: str, *, condition: str = "not-authorized", mechanism: str = "", target: str = ""
    ) -> None:
        super().__init__(reason, stage="sasl", target=target)
        self.condition = condition
        self.mechanism = mechanism

    def __getitem__(self, key: str) -> str:
        """``error["condition"]`` and ``error["text"]``, as programs written for slixmpp read them."""
        return {"condition": self.condition, "text": self.reason}.get(key, "")


class RegistrationFailed(ConnectionFailure):
    """The server did not make the account that the program asked it for before logging in (XEP-0077).

    ``condition`` is the stanza error condition (RFC 6120 section 8.3.3): ``conflict`` where the name is taken,
    ``not-acceptable``, ``resource-constraint`` ...; ``redirect`` where accounts are made elsewhere: at ``url``.
    ``etype`` is ``wait`` where a later attempt may find it otherwise. ``missing`` has the names of the fields that
    the server wants filled in, and that nobody has filled in.
    """

    def __init__(
        self,
        reason: str,
        *,
        condition: str = "undefined-condition",
        etype: str | None = None,
        url: str = "",
        missing: tuple[str, ...] = (),
        target: str = "",
    ) -> None:
        super().__init__(reason, stage="register", target=target)
        self.condition = condition
        self.etype = etype if etype is not None else DEFAULT_ERROR_TYPES.get(condition, "cancel")
        self.url = url
        self.missing = missing


class StreamFailure(ConnectionFailure):
    """The server ended the stream with ``<stream:error/>``; ``condition`` says which (RFC 6120 section 4.9.3).

    ``in_clear_text`` is true when it came before TLS: then anybody on the path may have said it.
    """

    def __init__(self, condition: str, text: str = "", *, stage: str = "stream", target: str = "") -> None:
        super().__init__(f"{condition}: {text}" if text else condition, stage=stage, target=target)
        self.condition = condition
        self.text = text
        self.in_clear_text = False
