"""The stream's features under the plugin names that programs know: ``xmpp["feature_mechanisms"]``.

The protocol machine negotiates them itself (RFC 6120 section 4.3): these plugins only hold settings, and are made
when a program asks for one.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from helixmpp.core.basexmpp import BaseXMPP
from helixmpp.core.plugin import BasePlugin
from helixmpp.stream import RANKING

__all__ = [
    "FeatureBind",
    "FeatureLimits",
    "FeatureMechanisms",
    "FeaturePreApproval",
    "FeatureRosterVer",
    "FeatureSTARTTLS",
    "FeatureSession",
]

log = logging.getLogger(__name__)


class FeatureBind(BasePlugin):
    """Resource binding (RFC 6120 section 7)."""

    name = "feature_bind"
    description = "RFC 6120: Stream Feature: Resource Binding"


class FeatureLimits(BasePlugin):
    """Stream limits (XEP-0478)."""

    name = "feature_limits"
    description = "XEP-0478: Stream Limits Advertisement"


class FeaturePreApproval(BasePlugin):
    """Subscriptions granted in advance (RFC 6121 section 3.4)."""

    name = "feature_preapproval"
    description = "RFC 6121: Stream Feature: Subscription Pre-Approval"


class FeatureRosterVer(BasePlugin):
    """Roster versions (RFC 6121 section 2.6)."""

    name = "feature_rosterver"
    description = "RFC 6121: Stream Feature: Roster Versioning"


class FeatureSession(BasePlugin):
    """The session of RFC 3921, where a server still asks for it."""

    name = "feature_session"
    description = "RFC 3921: Stream Feature: Start Session"


class FeatureSTARTTLS(BasePlugin):
    """TLS by STARTTLS (RFC 6120 section 5)."""

    name = "feature_starttls"
    description = "RFC 6120: Stream Feature: STARTTLS"


class FeatureMechanisms(BasePlugin):
    """SASL (RFC 6120 section 6): what a program says about how the password may travel.

    Settings, given to ``register_plugin``, in ``plugin_config`` or as attributes:

    ``unencrypted_plain``
        True is ``xmpp.unsafe_plain_without_tls = True``: UNSAFE, the bare password goes over a stream without TLS
        where ``enable_plaintext`` led to one.
    ``unencrypted_scram``, ``unencrypted_digest``, ``unencrypted_cram``
        Kept and without effect: SCRAM, which does not show the password, is used without TLS anyway where
        ``enable_plaintext`` is set; DIGEST-MD5 and CRAM-MD5 are historic and never used.
    ``use_mech``
        The one mechanism to use, as ``sasl_mech`` of :class:`~helixmpp.ClientXMPP`.
    """

    name = "feature_mechanisms"
    description = "RFC 6120: Stream Feature: SASL"

    unencrypted_scram = True
    unencrypted_digest = False
    unencrypted_cram = False

    _KNOWN = ("unencrypted_plain", "use_mech", "unencrypted_scram", "unencrypted_digest", "unencrypted_cram")
    # What slixmpp 1.17 has besides; each says no more than what is done here anyway.
    _WITHOUT_EFFECT = (
        "encrypted_plain",
        "encrypted_scram",
        "min_mech",
        "order",
        "sasl_callback",
        "security_callback",
        "tls_version",
        "use_mechs",
    )

    def __init__(self, xmpp: BaseXMPP, config: Mapping[str, Any] | None = None) -> None:
        super().__init__(xmpp)
        self._choice: set[str] | None = None
        if config:
            self.take_config(config)

    @property
    def unencrypted_plain(self) -> bool:
        """Whether even the bare password is sent without TLS."""
        return self.xmpp.unsafe_plain_without_tls

    @unencrypted_plain.setter
    def unencrypted_plain(self, value: bool) -> None:
        self.xmpp.unsafe_plain_without_tls = bool(value)

    @property
    def use_mech(self) -> str | None:
        """The one mechanism to use, or None."""
        return getattr(self.xmpp, "sasl_mech", None)

    @use_mech.setter
    def use_mech(self, value: str | None) -> None:
        self.xmpp.__dict__["sasl_mech"] = value

    @property
    def mech_list(self) -> set[str]:
        """The mechanisms that the server of the present or last session offered.

        Within a program's own ``_send_auth`` those that may be used: see :meth:`allowed`.
        """
        return set(self.xmpp.offered_mechanisms) if self._choice is None else self._choice

    @mech_list.setter
    def mech_list(self, value: Iterable[str]) -> None:
        if self._choice is not None:
            self._choice = set(value)

    def _send_auth(self) -> None:
        """Use the mechanisms that are in :attr:`mech_list` now; programs put functions of their own in its place."""

    def allowed(self) -> tuple[str, ...] | None:
        """The mechanisms that the next connection may use, best first; None for all.

        A function that a program has put in the place of ``_send_auth``, so as to take some out of
        :attr:`mech_list`, is called before each connection, with all that there are.
        """
        if "_send_auth" not in self.__dict__ and type(self)._send_auth is FeatureMechanisms._send_auth:
            return None
        self._choice = set(RANKING)
        try:
            self._send_auth()
            return tuple(name for name in RANKING if name in self._choice)
        finally:
            self._choice = None

    def take_config(self, config: Mapping[str, Any]) -> None:
        """Take over settings; the log names those that have no effect here."""
        for key, value in config.items():
            if key in self._KNOWN:
                setattr(self, key, value)
            elif value is not None:
                log.warning("feature_mechanisms: %r has no effect in helixmpp; see docs/migrating.md", key)
        self.config.update(config)
