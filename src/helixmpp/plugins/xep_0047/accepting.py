"""Which bytestreams of peers are accepted; SOCKS5 bytestreams (XEP-0065) have the same operations for it."""

from helixmpp.core.declare import Setting, op
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0047.sids import SidTable
from helixmpp.stanza import Iq

__all__ = ["Accepting"]


class Accepting(BasePlugin):
    """Accepts the bytestreams that were agreed on before, once, and others if the program says so."""

    auto_accept = Setting(False, "whether anybody may open a bytestream to us")
    max_streams = Setting(100, "how many bytestreams of peers may be open at a time")
    max_streams_of_peer = Setting(10, "how many of them may be of one bare address")
    max_preauthorized = Setting(1000, "how many that were agreed on may wait to be opened")

    def _begin_accepting(self) -> None:
        self._sids = SidTable(lambda: self.max_preauthorized)

    async def _is_accepted(self, own: JID, sid: str, peer: JID, iq: Iq) -> bool:
        return bool(
            await self.api["authorized_sid"](own, sid, peer, iq)
            or await self.api["authorized"](own, sid, peer, iq)
        )

    def _check_room(self, open_now: list[str], peer: JID) -> None:
        """Raise XMPPError where too many are open, whose bare addresses are given."""
        if len(open_now) >= self.max_streams or open_now.count(peer.bare) >= self.max_streams_of_peer:
            raise XMPPError("resource-constraint", "too many bytestreams are open", "wait")

    @op("authorized")
    def _authorized(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> bool:
        return self.auto_accept

    @op("authorized_sid")
    def _authorized_sid(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> bool:
        return self._sids.take(jid, node, ifrom)

    @op("preauthorize_sid")
    def _preauthorize_sid(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        self._sids.add(jid, node, ifrom)
