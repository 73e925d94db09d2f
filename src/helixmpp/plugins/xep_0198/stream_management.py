"""What a program sees and sets of stream management; the work is done by the stream and the outbox."""

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin

__all__ = ["XEP_0198"]


class XEP_0198(BasePlugin):  # noqa: N801 - the name that programs import
    """Stream management, as settings and figures."""

    name = "xep_0198"
    description = "Stream Management: acknowledgements, and streams that are resumed"
    xep_version = "1.6.3"

    window = Setting(100, "ask for an acknowledgement after so many stanzas")
    allow_resume = Setting(True, "resume a lost stream, where the server allows it")

    def plugin_init(self) -> None:
        """Hand the settings to the client; they count from the next connection on."""
        self.xmpp.stream_management = True
        self.xmpp.ack_every = self.window
        self.xmpp.resumption = self.allow_resume

    def plugin_end(self) -> None:
        """Leave the client with its own ways."""
        for name in ("stream_management", "ack_every", "resumption"):
            vars(self.xmpp).pop(name, None)

    @property
    def enabled(self) -> bool:
        """Whether the server counts stanzas on the present stream."""
        return self.xmpp.is_managed

    @property
    def sm_id(self) -> str | None:
        """What the server calls the session that can be resumed; it is as good as a password for it."""
        return self.xmpp.resumable_session

    @property
    def unacknowledged(self) -> int:
        """How many stanzas are sent and not acknowledged, those that wait for a session included."""
        return self.xmpp.unconfirmed_stanzas

    def request_ack(self) -> None:
        """Ask the server now what it has; nothing happens while there is no managed stream."""
        self.xmpp.request_ack()
