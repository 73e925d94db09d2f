"""The plugin ``xep_0352``; see the package's docstring."""

from typing import Any, ClassVar

from helixmpp.core.declare import listens
from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0352.stanza import Active, ClientStateIndication, Inactive
from helixmpp.stanza import ElementBase, StreamFeatures

__all__ = ["XEP_0352"]


class XEP_0352(BasePlugin):  # noqa: N801 - the name that programs import
    """Client state indication: tells our server whether the user looks at the program."""

    name = "xep_0352"
    description = "Client state indication: whether the user looks at the program"
    xep_version = "1.0.0"
    extends = ((StreamFeatures, ClientStateIndication),)
    dependencies: ClassVar[set[str]] = set()

    def plugin_init(self) -> None:
        """Begin as a stream does: active (section 4.2)."""
        #: What the program said last.
        self.is_inactive = False

    @property
    def enabled(self) -> bool:
        """Whether our server makes use of it; False before there is a session."""
        # A set that the client makes when it is first asked for.
        features: set[str] = getattr(self.xmpp, "features", set())
        return "csi" in features

    def send_active(self) -> None:
        """Tell our server that the user is here; nothing happens where it makes no use of it."""
        self.is_inactive = False
        self._send(Active())

    def send_inactive(self) -> None:
        """Tell our server that the user is away, so that it may hold back what is not important.

        It is told again after each reconnection, also of a resumed session, until :meth:`send_active`.
        """
        self.is_inactive = True
        self._send(Inactive())

    @listens("session_start")
    @listens("session_resumed")
    def _again(self, _: Any) -> None:
        # "the CSI state is not restored": each stream begins as active (section 5.2).
        if self.is_inactive:
            self._send(Inactive())

    def _send(self, state: ElementBase) -> None:
        if self.enabled and self.xmpp.is_connected():
            # It is no stanza: nobody counts, filters or repeats it.
            self.xmpp.send_raw(str(state))
